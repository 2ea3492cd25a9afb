import Testing
import WinnowCore
import WinnowImaging

@Suite("writing JPEG")
struct JPEGEncodingTests {
  private func converted(_ bytes: [UInt8]) throws -> [UInt8] {
    try bytes.withUnsafeBytes { bytes in
      try ImageDecoder().decode(bytes).encodedAsJPEG().withBytes { Array($0) }
    }
  }

  private func thumbnail(_ bytes: [UInt8], side: Int) throws -> [UInt8] {
    try bytes.withUnsafeBytes { try ImageDecoder().decode($0).thumbnail(side: side) }
  }

  @Test(
    "a conversion shows the same, whatever it was made of",
    arguments: [
      "jpeg/cmyk.jpg", "jpeg/grey.jpg", "jpeg/exif-6.jpg", "png/rgba.png", "png/palette.png", "png/grey-alpha.png",
      "webp/lossy-alpha.webp", "gif/plain.gif",
    ])
  func conversion(name: String) throws {
    let original = try SharedData.seed(name)
    let copy = try decode(try converted(original))
    let difference = try #require(copy.pixels.meanDifference(to: try decode(original).pixels))
    // Of 255, at quality 95; another orientation gives over 60.
    #expect(difference < 4)
    #expect(copy.info.format == .jpeg)
    #expect(copy.info.storage == PictureStorage(colour: .rgb))
  }

  @Test("16 bits a sample become 8")
  func sixteenBits() throws {
    var file = PNGFile(width: 16, height: 16) { x, y in [UInt8(x * 16), 0, UInt8(y * 16), 0, 128, 0] }
    file.depth = 16
    let original = try decode(file.bytes)
    #expect(original.info.storage.bitsPerSample == 16)
    let difference = try #require(
      try decode(try converted(file.bytes)).pixels.meanDifference(to: original.pixels))
    #expect(difference < 4)
  }

  @Test(
    "a thumbnail keeps the proportions and never enlarges", arguments: [(400, 100), (100, 400), (20, 10), (9000, 1)])
  func thumbnails(width: Int, height: Int) throws {
    let small = try decode(try thumbnail(PNGFile(width: width, height: height).bytes, side: 64)).pixels
    let longer = max(width, height)
    #expect(small.width == (longer <= 64 ? width : max(1, width * 64 / longer)))
    #expect(small.height == (longer <= 64 ? height : max(1, height * 64 / longer)))
  }

  @Test("a thumbnail of noise, which nothing makes small, has no more bytes than allowed")
  func noise() throws {
    var state: UInt32 = 1
    let file = PNGFile(width: 512, height: 512) { _, _ in
      (0..<3).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
      }
    }
    let small = try thumbnail(file.bytes, side: 512)
    #expect(small.count <= PictureLook.largestThumbnail)
    #expect(try decode(small).pixels.width == 512)
  }
}
