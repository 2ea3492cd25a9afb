import CWinnowImage
public import WinnowCore

/// Cuts a rectangle out of a picture and stretches it to a square, bilinear and antialiased, as torchvision's
/// `RandomResizedCrop` does with the rectangle it has drawn; mirrored where that is wanted.
public struct TrainingTransform: Hashable, Sendable {
  public let part: CropWish.Part
  /// Of the square, in pixels.
  public let side: Int

  public init(_ part: CropWish.Part, side: Int) {
    self.part = part
    self.side = side
  }

  /// The shorter side below which a JPEG decoded at a smaller scale would have to be enlarged.
  public var minimumShorterSide: Int {
    Int((Float(side) * (max(part.ratio, 1 / part.ratio) / part.area).squareRoot()).rounded(.up))
  }

  /// - Parameter output: `side * side * 3` bytes, written wholly.
  /// - Throws: `.outOfMemory`.
  public func apply(_ picture: borrowing DecodedPicture, into output: UnsafeMutableBufferPointer<UInt8>) throws(Refusal)
  {
    precondition(output.count == side * side * 3)
    guard let start = output.baseAddress else { return }
    let (width, height) = (picture.width, picture.height)
    let area = Float(width) * Float(height) * part.area
    let columns = Span(length: width, part: (area * part.ratio).squareRoot(), place: part.x, side: side)
    let rows = Span(length: height, part: (area / part.ratio).squareRoot(), place: part.y, side: side)
    let isDone = picture.withPixels { pixels in
      cwinnow_image_resize_window(
        pixels.baseAddress, UInt32(width), UInt32(height), UInt64(columns.resized), UInt64(rows.resized),
        UInt64(columns.start), UInt64(rows.start), UInt32(side), UInt32(side), start, side * 3)
    }
    guard isDone else { throw Refusal(.outOfMemory, "no memory to resize the picture") }
    if part.isMirrored { mirror(start) }
  }

  /// One side of the rectangle, in pixels of the picture resized as a whole.
  struct Span: Equatable {
    /// The whole picture's side, resized.
    let resized: Int
    let start: Int

    init(length: Int, part: Float, place: Float, side: Int) {
      let part = min(max(part, 1), Float(length))
      resized = max(side, Int((Float(length) * Float(side) / part).rounded()))
      start = min(resized - side, max(0, Int((Float(resized - side) * place).rounded())))
    }
  }

  private func mirror(_ pixels: UnsafeMutablePointer<UInt8>) {
    for row in 0..<side {
      let line = pixels + row * side * 3
      for column in 0..<side / 2 {
        let (left, right) = (line + column * 3, line + (side - 1 - column) * 3)
        for channel in 0..<3 { (left[channel], right[channel]) = (right[channel], left[channel]) }
      }
    }
  }
}
