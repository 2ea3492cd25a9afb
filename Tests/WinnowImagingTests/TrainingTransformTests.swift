import Testing
import WinnowCore
import WinnowImaging

@Suite("the training transform")
struct TrainingTransformTests {
  private static func part(
    area: Float = 1, ratio: Float = 1, x: Float = 0, y: Float = 0, isMirrored: Bool = false
  ) -> CropWish.Part {
    CropWish.Part(area: area, ratio: ratio, x: x, y: y, isMirrored: isMirrored)
  }

  private static func apply(_ part: CropWish.Part, side: Int, to file: PNGFile) throws -> Pixels {
    var output = [UInt8](repeating: 7, count: side * side * 3)
    try file.bytes.withUnsafeBytes { bytes in
      let picture = try ImageDecoder().decode(bytes)
      try output.withUnsafeMutableBufferPointer { try TrainingTransform(part, side: side).apply(picture, into: $0) }
    }
    return Pixels(width: side, height: side, bytes: output)
  }

  /// Red grows to the right, green downwards.
  private static let slopes = PNGFile(width: 200, height: 100) { x, y in [UInt8(x), UInt8(y * 2), 50] }

  @Test("all of a square picture is the picture resized")
  func whole() throws {
    let file = PNGFile(width: 96, height: 96)
    let whole = try Self.apply(Self.part(), side: 32, to: file)
    var expected = [UInt8](repeating: 0, count: 32 * 32 * 3)
    try file.bytes.withUnsafeBytes { bytes in
      let picture = try ImageDecoder().decode(bytes)
      try expected.withUnsafeMutableBufferPointer {
        try EvaluationTransform(resize: 32, crop: 32).apply(picture, into: $0)
      }
    }
    #expect(whole.bytes == expected)
  }

  @Test("a part lies where it was drawn, from edge to edge")
  func places() throws {
    // A quarter of the area with the shape 2 : 1 is 100 x 50 pixels.
    let left = try Self.apply(Self.part(area: 0.25, ratio: 2), side: 50, to: Self.slopes)
    #expect(left[0, 0][0] <= 2 && left[0, 0][1] <= 2 && (96...100).contains(left[49, 49][0]))
    let right = try Self.apply(Self.part(area: 0.25, ratio: 2, x: 1, y: 1), side: 50, to: Self.slopes)
    #expect(right[49, 49][0] >= 197 && right[49, 49][1] >= 196 && (100...103).contains(right[0, 0][0]))
    let middle = try Self.apply(Self.part(area: 0.25, ratio: 2, x: 0.5, y: 0.5), side: 50, to: Self.slopes)
    #expect((49...53).contains(middle[0, 0][0]) && (50...54).contains(middle[0, 0][1]))
  }

  @Test("mirrored, left and right are exchanged", arguments: [32, 33])
  func mirrored(side: Int) throws {
    let plain = try Self.apply(Self.part(area: 0.5, x: 0.3), side: side, to: Self.slopes)
    let mirrored = try Self.apply(Self.part(area: 0.5, x: 0.3, isMirrored: true), side: side, to: Self.slopes)
    for y in 0..<side { for x in 0..<side { #expect(mirrored[x, y] == plain[side - 1 - x, y]) } }
  }

  @Test("pictures of one pixel's width or height fill the square", arguments: [(1, 300), (300, 1), (1, 1)])
  func thin(width: Int, height: Int) throws {
    let file = PNGFile(width: width, height: height) { _, _ in [10, 200, 30] }
    let square = try Self.apply(Self.part(area: 0.3, ratio: 1.3, x: 1, y: 0.7), side: 24, to: file)
    #expect(square.bytes == (0..<24 * 24).flatMap { _ in [10, 200, 30] as [UInt8] })
  }

  @Test("asks for as many pixels as the part needs, so that nothing is enlarged")
  func scale() {
    #expect(TrainingTransform(Self.part(area: 1), side: 224).minimumShorterSide == 224)
    #expect(TrainingTransform(Self.part(area: 0.25), side: 224).minimumShorterSide == 448)
    #expect(TrainingTransform(Self.part(area: 0.25, ratio: 0.5), side: 100).minimumShorterSide == 283)
  }
}
