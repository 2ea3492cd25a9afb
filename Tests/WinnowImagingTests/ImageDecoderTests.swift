import Testing
import WinnowCore
import WinnowImaging
import WinnowTestSupport

@Suite("decoding")
struct ImageDecoderTests {
  /// Decoded by Pillow 12.3 and turned upright: FNV-1a of the RGB bytes.
  @Test(
    "gives Pillow's pixels, bit for bit",
    arguments: [
      ("gif/animated.gif", 20, 14, 0x8bd3_029c_0664_2e76 as UInt64),
      ("gif/plain.gif", 20, 14, 0x1883_e367_7ff0_620b),
      ("jpeg/444.jpg", 20, 14, 0x4dce_d65e_67b4_066c),
      ("jpeg/arithmetic.jpg", 20, 14, 0x4dce_d65e_67b4_066c),
      ("jpeg/baseline.jpg", 20, 14, 0x0111_52ce_0898_dee3),
      ("jpeg/cmyk.jpg", 20, 14, 0x7b41_0b8f_ac81_bab0),
      ("jpeg/exif-6.jpg", 14, 20, 0xa64d_6ea7_fa4b_915d),
      ("jpeg/grey.jpg", 20, 14, 0x5f22_8a0b_fd6b_9edb),
      ("jpeg/keep-rgb.jpg", 20, 14, 0xc3ed_43d4_25b9_d3f3),
      ("jpeg/progressive.jpg", 20, 14, 0x71d9_3583_81c8_4226),
      ("jpeg/restart.jpg", 40, 28, 0x138d_0f7d_9fa7_125d),
      ("jpeg/srgb.jpg", 20, 14, 0x0111_52ce_0898_dee3),
      ("png/animated.png", 20, 14, 0xbf68_6f30_7623_e641),
      ("png/grey-alpha.png", 20, 14, 0x8f09_54b4_4c8d_b29a),
      ("png/grey.png", 20, 14, 0x8f09_54b4_4c8d_b29a),
      ("png/interlaced.png", 20, 14, 0xbf68_6f30_7623_e641),
      ("png/one-bit.png", 20, 14, 0xdd2e_af5b_0a91_eead),
      ("png/palette.png", 20, 14, 0x1883_e367_7ff0_620b),
      ("png/rgb.png", 20, 14, 0xbf68_6f30_7623_e641),
      ("png/rgba.png", 14, 20, 0xa5b6_a5ca_7c15_19ad),
      ("webp/animated.webp", 20, 14, 0x14c1_2519_b5d2_3cdf),
      ("webp/lossless.webp", 20, 14, 0xa6c2_9d37_0cf6_a19b),
      ("webp/lossy-alpha.webp", 14, 20, 0xac5d_3a78_be16_2028),
      ("webp/lossy.webp", 20, 14, 0x5d05_f823_d82d_a86e),
    ])
  func asPillow(name: String, width: Int, height: Int, digest: UInt64) throws {
    let (pixels, info) = try decode(try SharedData.seed(name))
    #expect(pixels.width == width && pixels.height == height)
    #expect(info.width == width && info.height == height)
    let found = pixels.bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    #expect(found == digest)
  }

  @Test("HEIC and AVIF show the picture that was encoded", arguments: ["heic.heic", "alpha.heic", "avif.avif"])
  func heif(name: String) throws {
    let original = try decode(try SharedData.seed("png/rgb.png")).pixels
    let pixels = try decode(try SharedData.seed("heif/\(name)")).pixels
    let difference = try #require(pixels.meanDifference(to: original))
    // At the seeds' low quality the mean difference is 3 to 12 of 255; a wrong turn of the picture gives over 60.
    #expect(difference < 20)
  }

  @Test("a PNG of RGB comes out as it is")
  func plainPNG() throws {
    let file = PNGFile(width: 37, height: 21)
    #expect(try decode(file.bytes).pixels == file.pixels)
  }

  @Test("16 bits a channel are scaled, not cut")
  func sixteenBits() throws {
    var file = PNGFile(width: 256, height: 1) { x, _ in
      let value = x * 257 + 128
      return (0..<3).flatMap { _ in PNGFile.big(min(value, 65_535), 2) }
    }
    file.depth = 16
    let pixels = try decode(file.bytes).pixels
    for x in 0..<256 {
      let expected = UInt8((Double(min(x * 257 + 128, 65_535)) / 257).rounded())
      #expect(pixels[x, 0] == [expected, expected, expected])
    }
  }

  @Test("alpha is dropped and the colours under it stay")
  func alpha() throws {
    var file = PNGFile(width: 3, height: 1) { x, _ in [UInt8(x * 50), 200, 3, 0] }
    file.colourType = 6
    #expect(try decode(file.bytes).pixels.bytes == [0, 200, 3, 50, 200, 3, 100, 200, 3])
  }

  @Test("EXIF orientation is applied once, whichever it is", arguments: 1...8)
  func orientation(value: Int) throws {
    var file = PNGFile(width: 40, height: 33)
    let plain = file.pixels
    file.chunks = [("eXIf", ExifWriter(main: [(0x0112, .short(value))]).bytes)]
    let (pixels, info) = try decode(file.bytes)
    #expect(info.appliedOrientation == value)
    let isTurned = value >= 5
    #expect(pixels.width == (isTurned ? 33 : 40) && pixels.height == (isTurned ? 40 : 33))
    #expect(info.width == pixels.width && info.height == pixels.height)
    // EXIF 2.32, 4.6.4: which edge of the upright picture the stored row 0 and column 0 are.
    var misplaced = 0
    for y in 0..<pixels.height {
      for x in 0..<pixels.width {
        let (right, below) = (pixels.width - 1 - x, pixels.height - 1 - y)
        let stored =
          switch value {
          case 2: (right, y)
          case 3: (right, below)
          case 4: (x, below)
          case 5: (y, x)
          case 6: (y, right)
          case 7: (below, right)
          case 8: (below, x)
          default: (x, y)
          }
        if pixels[x, y] != plain[stored.0, stored.1] { misplaced += 1 }
      }
    }
    #expect(misplaced == 0)
  }

  @Test("an orientation that does not exist changes nothing", arguments: [0, 9, 60_000])
  func badOrientation(value: Int) throws {
    var file = PNGFile(width: 4, height: 3)
    file.chunks = [("eXIf", ExifWriter(main: [(0x0112, .short(value))]).bytes)]
    let (pixels, info) = try decode(file.bytes)
    #expect(pixels == file.pixels && info.appliedOrientation == 1)
  }

  @Test("the frame of an animation is its first")
  func firstFrames() throws {
    #expect(try decode(SharedData.seed("png/animated.png")).pixels == decode(SharedData.seed("png/rgb.png")).pixels)
    let still = try decode(SharedData.seed("png/rgb.png")).pixels
    let first = try decode(SharedData.seed("webp/animated.webp")).pixels
    #expect(try #require(first.meanDifference(to: still)) < 20)
  }

  @Test("what a file says about its picture is told")
  func info() throws {
    let info = try decode(try SharedData.seed("jpeg/exif-6.jpg")).info
    #expect(info.format == .jpeg && info.appliedOrientation == 6)
    #expect(info.camera == "Winnow One")
    // 05:06:07 two hours ahead of UTC.
    #expect(info.captureTime?.timestamp == Timestamp(seconds: 1_614_827_167))
  }

  @Test("many threads decode at once and get the same")
  func threads() async throws {
    let files = try ["jpeg", "png", "webp", "gif", "heif"].flatMap { try SharedData.seeds(of: $0) }
    let expected = try files.map { try decode($0.bytes).pixels }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          zip(files, expected).allSatisfy { file, pixels in (try? decode(file.bytes).pixels) == pixels }
        }
      }
      for await isSame in group { #expect(isSame) }
    }
  }
}
