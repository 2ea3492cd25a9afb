import Testing
import WinnowCore
import WinnowImaging

@Suite("how a file holds its picture")
struct PictureStorageTests {
  @Test(
    "is told of each format",
    arguments: [
      ("jpeg/baseline.jpg", PictureStorage(colour: .rgb)),
      ("jpeg/grey.jpg", PictureStorage(colour: .grey)),
      ("jpeg/cmyk.jpg", PictureStorage(colour: .cmyk)),
      ("jpeg/exif-6.jpg", PictureStorage(colour: .rgb, orientation: 6)),
      ("jpeg/srgb.jpg", PictureStorage(colour: .rgb)),
      ("png/rgb.png", PictureStorage(colour: .rgb)),
      ("png/one-bit.png", PictureStorage(colour: .grey, bitsPerSample: 1)),
      ("png/grey-alpha.png", PictureStorage(colour: .grey, hasAlpha: true)),
      ("png/animated.png", PictureStorage(colour: .rgb, isSequence: true)),
      ("gif/plain.gif", PictureStorage(colour: .palette)),
      ("gif/animated.gif", PictureStorage(colour: .palette, hasAlpha: true, isSequence: true)),
      ("webp/lossy.webp", PictureStorage(colour: .rgb)),
      ("webp/animated.webp", PictureStorage(colour: .rgb, isSequence: true)),
    ])
  func formats(name: String, storage: PictureStorage) throws {
    #expect(try decode(try SharedData.seed(name)).info.storage == storage)
  }

  @Test("one frame is no sequence, and damage behind the first frame of a GIF changes nothing but that")
  func frames() throws {
    var file = PNGFile(width: 4, height: 4)
    file.chunks = [("acTL", PNGFile.big(1, 4) + PNGFile.big(0, 4))]
    #expect(try !decode(file.bytes).info.storage.isSequence)
    let whole = try SharedData.seed("gif/animated.gif")
    let pixels = try decode(whole).pixels
    // A cut anywhere refuses the file or leaves the first frame as it is.
    for count in 1..<whole.count {
      guard let found = try? decode(Array(whole[..<count])) else { continue }
      #expect(found.pixels == pixels, "\(count)")
    }
  }
}
