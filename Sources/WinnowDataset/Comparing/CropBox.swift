/// What is cut off a picture at each side, as shares of its width and height, 0 to less than 0.5.
struct CropBox: Hashable, Sendable {
  var left: Float = 0
  var top: Float = 0
  var right: Float = 0
  var bottom: Float = 0

  static let whole = CropBox()

  static func all(_ share: Float) -> CropBox { CropBox(left: share, top: share, right: share, bottom: share) }

  /// The box with each side moved, none beyond the picture's edge or more than `most` into it.
  func moved(_ step: SIMD4<Float>, atMost most: Float) -> CropBox {
    let sides = (sides + step).clamped(lowerBound: .zero, upperBound: SIMD4(repeating: most))
    return CropBox(left: sides.x, top: sides.y, right: sides.z, bottom: sides.w)
  }

  private var sides: SIMD4<Float> { SIMD4(left, top, right, bottom) }
}
