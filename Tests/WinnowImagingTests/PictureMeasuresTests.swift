import Testing
import WinnowCore
import WinnowImaging

@Suite("measures and signature")
struct PictureMeasuresTests {
  private func measures(_ file: PNGFile) throws -> PictureMeasures {
    try file.bytes.withUnsafeBytes { try PictureMeasures(try ImageDecoder().decode($0)) }
  }

  private func signature(_ file: PNGFile) throws -> PictureSignature {
    try file.bytes.withUnsafeBytes { PictureSignature(try ImageDecoder().decode($0)) }
  }

  private func grey(_ width: Int, _ height: Int, _ level: (Int, Int) -> Int) -> PNGFile {
    PNGFile(width: width, height: height) { x, y in [UInt8](repeating: UInt8(level(x, y)), count: 3) }
  }

  @Test("one colour has its brightness, and nothing else", arguments: [0, 51, 255])
  func oneColour(level: Int) throws {
    let found = try measures(grey(40, 30) { _, _ in level })
    let luma = Float(level) / 255
    #expect(
      found
        == PictureMeasures(
          brightness: luma, contrast: 0, darkest: luma, lightest: luma, entropy: 0, sharpness: 0))
  }

  @Test("luma weighs the colours as Rec. 601 does")
  func weights() throws {
    for (pixel, luma) in [([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29)] as [([UInt8], Float)] {
      #expect(try measures(PNGFile(width: 8, height: 8) { _, _ in pixel }).brightness == luma / 255)
    }
  }

  @Test("a checkerboard is as sharp and as rich in contrast as can be")
  func checkerboard() throws {
    let found = try measures(grey(64, 48) { x, y in (x + y) % 2 * 255 })
    // Each pixel differs from all four neighbours by 255: the Laplacian is 1,020 or -1,020.
    #expect(
      found
        == PictureMeasures(
          brightness: 0.5, contrast: 0.5, darkest: 0, lightest: 1, entropy: 1, sharpness: 1_040_400))
  }

  @Test("a ramp has every level equally often, and no edge")
  func ramp() throws {
    let found = try measures(grey(256, 32) { x, _ in x })
    #expect(found.brightness == 0.5)
    #expect(abs(found.contrast - 0.28979) < 0.0001)
    #expect(found.entropy == 8)
    #expect(found.sharpness == 0)
    #expect(abs(found.darkest - 0.01) < 0.005)
    #expect(abs(found.lightest - 0.99) < 0.005)
  }

  @Test("blur takes sharpness, of a picture of any size", arguments: [512, 1536])
  func blur(side: Int) throws {
    let cell = side / 32
    let sharp = try measures(grey(side, side / 8) { x, _ in x / cell % 2 * 255 })
    // The same stripes, from black to white over a whole stripe.
    let soft = try measures(grey(side, side / 8) { x, _ in abs(x % (2 * cell) - cell) * 255 / cell })
    #expect(soft.sharpness < sharp.sharpness / 10)
  }

  @Test("a picture of a pixel can be measured")
  func onePixel() throws {
    #expect(try measures(grey(1, 1) { _, _ in 255 }).sharpness == 0)
    #expect(try signature(grey(1, 1) { _, _ in 7 }).luma == [UInt8](repeating: 7, count: 64 * 64))
  }

  @Test("the signature holds the mean of each box, upright, red before blue")
  func boxes() throws {
    // Boxes of 2 x 3 pixels whose halves are 10 below and above a level.
    let luma = try signature(grey(128, 192) { x, y in 20 + y / 3 + (x % 2) * 20 }).luma
    #expect(luma == (0..<64).flatMap { row in [UInt8](repeating: UInt8(30 + row), count: 64) })
    let colours = PNGFile(width: 64, height: 64) { x, y in [UInt8(x / 8 * 10), UInt8(y / 8 * 10), 99] }
    var expected: [UInt8] = []
    for row in 0..<8 {
      for column in 0..<8 { expected += [UInt8(column * 10), UInt8(row * 10), 99] }
    }
    #expect(try signature(colours).colour == expected)
  }
}
