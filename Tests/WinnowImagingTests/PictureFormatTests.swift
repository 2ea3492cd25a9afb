import Testing
import WinnowCore
import WinnowImaging

@Suite("picture formats")
struct PictureFormatTests {
  private func sniff(_ bytes: [UInt8]) throws -> PictureFormat {
    try bytes.withUnsafeBytes { try PictureFormat.sniff($0) }
  }

  private func kind(_ bytes: [UInt8]) -> Refusal.Kind? {
    do {
      _ = try sniff(bytes)
      return nil
    } catch {
      return (error as? Refusal)?.kind
    }
  }

  @Test(
    "is told from the first bytes",
    arguments: [
      ("jpeg", PictureFormat.jpeg), ("png", .png), ("webp", .webp), ("gif", .gif), ("raw", .raw),
    ])
  func fromContent(folder: String, format: PictureFormat) throws {
    for seed in try SharedData.seeds(of: folder) {
      #expect(try sniff(seed.bytes) == format, "\(seed.name)")
    }
  }

  @Test("HEIC and AVIF are told apart by their brands")
  func brands() throws {
    #expect(try sniff(SharedData.seed("heif/heic.heic")) == .heif)
    #expect(try sniff(SharedData.seed("heif/avif.avif")) == .avif)
    let film: [UInt8] = [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0]
    #expect(kind(film) == .notAPicture)
  }

  @Test(
    "pictures that are not decoded are named as such",
    arguments: [
      Array("BM".utf8) + [0, 1, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0], [0x49, 0x49, 0x2b, 0, 8, 0, 0, 0],
      Array("P6\n4 4\n255\n".utf8), Array("8BPS".utf8) + [0, 1],
      [0xff, 0x0a, 0x10], Array("FOVb".utf8) + [0, 0], Array("qoif".utf8) + [0, 0, 0, 4],
    ] as [[UInt8]])
  func unsupported(bytes: [UInt8]) {
    #expect(kind(bytes) == .unsupportedFormat)
  }

  @Test(
    "everything else is no picture",
    arguments: ["BMW is a car maker", "<html>", "%PDF-1.4", "#!/bin/sh\n", "{}", "PK\u{3}\u{4}", "G", "RI", "<svg/>"])
  func notPictures(text: String) {
    #expect(kind(Array(text.utf8)) == .notAPicture)
  }

  @Test("zero bytes before the mark make it no picture")
  func leadingZeros() throws {
    #expect(kind(Array(repeating: 0, count: 16) + (try SharedData.seed("jpeg/baseline.jpg"))) == .notAPicture)
  }

  @Test(
    "the first bytes of a file still being written count as truncated",
    arguments: ["jpeg/baseline.jpg", "png/rgb.png", "webp/lossy.webp", "gif/plain.gif", "heif/heic.heic"])
  func starts(name: String) throws {
    let bytes = try SharedData.seed(name)
    #expect(kind([]) == .truncated)
    for count in 3..<12 where kind(Array(bytes.prefix(count))) != nil {
      #expect(kind(Array(bytes.prefix(count))) == .truncated, "\(count) bytes")
    }
  }
}
