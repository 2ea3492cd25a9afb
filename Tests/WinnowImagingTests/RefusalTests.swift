import Testing
import WinnowCore
import WinnowImaging

@Suite("refusals")
struct RefusalTests {
  @Test(
    "a file cut anywhere is truncated, until it lacks nothing that shows",
    arguments: ["jpeg", "png", "webp", "gif", "heif"])
  func truncation(folder: String) throws {
    for seed in try SharedData.seeds(of: folder) {
      for count in 3..<seed.bytes.count {
        let found = refusal(Array(seed.bytes.prefix(count)))
        // Whole enough: a JPEG without its end mark, a GIF without what follows its first frame.
        if found == nil, folder == "jpeg" && count >= seed.bytes.count - 2 || folder == "gif" { continue }
        #expect(found?.kind == .truncated, "\(seed.name) cut to \(count) bytes: \(found?.detail ?? "decoded")")
      }
    }
  }

  @Test("a damaged byte never does worse than a refusal", arguments: ["jpeg", "png", "webp", "gif", "heif", "raw"])
  func damage(folder: String) throws {
    var generator = SystemRandomNumberGenerator()
    let limits = DecodeLimits(maxPixels: 1 << 20, maxMemory: 64 << 20, maxSeconds: 5)
    for seed in try SharedData.seeds(of: folder) {
      for _ in 0..<40 {
        var bytes = seed.bytes
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        if let found = refusal(bytes, limits: limits) {
          #expect(!found.detail.isEmpty && found.kind != .poison && found.kind != .unreadable)
        }
      }
    }
  }

  @Test("a PNG whose data and check sum disagree is corrupt")
  func badCheckSum() throws {
    var bytes = PNGFile(width: 30, height: 30).bytes
    bytes[bytes.count / 2] ^= 0x10
    #expect(refusal(bytes)?.kind == .corrupt)
  }

  @Test("a JPEG whose scan is damaged is corrupt, not decoded to grey")
  func damagedScan() throws {
    var bytes = try SharedData.seed("jpeg/restart.jpg")
    // An end mark in the middle of the scan, with the file going on behind it.
    let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda })
    let middle = (scan + bytes.count) / 2
    bytes.replaceSubrange(middle..<middle + 2, with: [0xff, 0xd9])
    #expect(refusal(bytes)?.kind == .corrupt)
  }

  @Test(
    "more pixels than allowed are refused from the header alone",
    arguments: [
      ("jpeg/baseline.jpg", 280), ("png/rgb.png", 280), ("webp/lossy.webp", 280), ("gif/plain.gif", 280),
      // Coded as 64 x 64 pixels, of which 20 x 14 are shown.
      ("heif/heic.heic", 4096),
    ])
  func tooManyPixels(name: String, pixels: Int) throws {
    let bytes = try SharedData.seed(name)
    #expect(refusal(bytes, limits: DecodeLimits(maxPixels: pixels - 1))?.kind == .tooLarge)
    #expect(refusal(bytes, limits: DecodeLimits(maxPixels: pixels)) == nil)
  }

  @Test("a PNG that declares 60,000 x 60,000 pixels is too large though nothing follows")
  func headerBomb() {
    let header = PNGFile.chunk("IHDR", PNGFile.big(60_000, 4) + PNGFile.big(60_000, 4) + [1, 0, 0, 0, 0])
    let found = refusal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + header)
    #expect(found?.kind == .tooLarge)
    #expect(found?.detail.contains("60000 x 60000") == true)
  }

  @Test("a long file is refused before it is looked at")
  func tooManyBytes() throws {
    let bytes = try SharedData.seed("png/rgb.png")
    #expect(refusal(bytes, limits: DecodeLimits(maxBytes: bytes.count - 1))?.kind == .tooLarge)
    #expect(refusal(bytes, limits: DecodeLimits(maxBytes: bytes.count)) == nil)
  }

  @Test("memory is counted before it is taken, coefficients of a progressive JPEG included")
  func memory() throws {
    let pixels = 20 * 14 * 3
    #expect(refusal(try SharedData.seed("jpeg/baseline.jpg"), limits: DecodeLimits(maxMemory: pixels)) == nil)
    #expect(
      refusal(try SharedData.seed("jpeg/progressive.jpg"), limits: DecodeLimits(maxMemory: pixels))?.kind
        == .outOfMemory)
    #expect(
      refusal(try SharedData.seed("png/rgb.png"), limits: DecodeLimits(maxMemory: pixels - 1))?.kind == .outOfMemory)
  }

  @Test(
    "decoding stops when its time is up",
    arguments: ["jpeg/progressive.jpg", "png/interlaced.png", "webp/lossless.webp", "gif/plain.gif", "heif/heic.heic"])
  func time(name: String) throws {
    #expect(refusal(try SharedData.seed(name), limits: DecodeLimits(maxSeconds: 0))?.kind == .timedOut)
  }

  @Test("a progressive JPEG of very many scans is corrupt")
  func manyScans() throws {
    let bytes = try SharedData.seed("jpeg/progressive.jpg")
    let mark = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda })
    let lastScan = Array(bytes[mark..<bytes.count - 2])
    let many = Array(bytes.dropLast(2)) + Array(repeating: lastScan, count: 300).flatMap { $0 } + [0xff, 0xd9]
    #expect(refusal(many)?.kind == .corrupt)
  }

  @Test("text chunks of a PNG are not unpacked")
  func textBomb() throws {
    // 64 MB of zeros in the stored form would exceed the limit on bytes; a chunk that lies about its length does not.
    var file = PNGFile(width: 3, height: 3)
    file.chunks = (0..<2000).map { ("zTXt", Array("k\($0)".utf8) + [0, 0, 0x78, 0x9c, 0xff, 0xff]) }
    #expect(try decode(file.bytes).pixels == file.pixels)
  }
}
