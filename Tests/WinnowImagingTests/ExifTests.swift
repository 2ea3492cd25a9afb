import Testing
import WinnowCore
import WinnowImaging
import WinnowTestSupport

@Suite("EXIF")
struct ExifTests {
  private func info(_ exif: ExifWriter) throws -> PictureInfo { try decode(exif.picture).info }

  /// Seconds since 1970 of a DateTimeOriginal, with what else is given.
  private func seconds(_ text: String, offset: String? = nil) throws -> Double? {
    var exif = ExifWriter(photo: [(0x9003, .text(text))])
    if let offset { exif.photo.append((0x9011, .text(offset))) }
    return try info(exif).captureTime.map { Double($0.timestamp.nanoseconds) / 1e9 }
  }

  @Test("is read in both byte orders", arguments: [true, false])
  func byteOrders(isBigEndian: Bool) throws {
    let found = try info(
      ExifWriter(
        isBigEndian: isBigEndian, main: [(0x010f, .text("Canon")), (0x0110, .text("EOS R5")), (0x0112, .short(3))],
        photo: [(0x9003, .text("2024:02:29 23:59:59")), (0x9291, .text("25"))]))
    #expect(found.camera == "Canon EOS R5" && found.appliedOrientation == 3)
    #expect(found.captureTime?.timestamp == Timestamp(seconds: 1_709_251_199, nanoseconds: 250_000_000))
  }

  @Test("a maker that the model repeats is said once")
  func maker() throws {
    let found = try info(ExifWriter(main: [(0x010f, .text("Canon ")), (0x0110, .text("Canon EOS 5D"))]))
    #expect(found.camera == "Canon EOS 5D")
  }

  @Test(
    "capture times become moments",
    arguments: [
      ("1970:01:01 00:00:00", nil, 0), ("2000:03:01 00:00:00", nil, 951_868_800),
      ("1999:12:31 23:59:59", nil, 946_684_799),
      ("2024:06:15 12:00:00", "+02:00", 1_718_445_600), ("2024:06:15 12:00:00", "-05:30", 1_718_472_600),
      ("2024-06-15T12:00:00", nil, 1_718_452_800), ("2024:06:15 12:00:00", "rubbish", 1_718_452_800),
    ] as [(String, String?, Double)])
  func moments(text: String, offset: String?, expected: Double) throws {
    #expect(try seconds(text, offset: offset) == expected)
  }

  @Test(
    "what is no moment is no capture time",
    arguments: [
      "", "0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:01 00:00:00", "2023:02:29 00:00:00",
      "2024:01:01 24:00:00", "2024:01:01", "rubbish that is long enough",
    ])
  func notMoments(text: String) throws {
    #expect(try seconds(text) == nil)
  }

  @Test("without an original time the others are taken")
  func otherTimes() throws {
    let digitised = try info(ExifWriter(photo: [(0x9004, .text("2020:01:02 03:04:05"))]))
    #expect(digitised.captureTime?.year == 2020)
    let changed = try info(ExifWriter(main: [(0x0132, .text("2021:01:02 03:04:05"))]))
    #expect(changed.captureTime?.year == 2021)
  }

  @Test("control characters never reach a camera's name")
  func controlCharacters() throws {
    let found = try info(ExifWriter(main: [(0x0110, .text("Bad\u{1b}[31m\nName"))]))
    #expect(found.camera == "Bad[31mName")
  }

  @Test("a block cut or damaged anywhere costs at most its fields")
  func damage() throws {
    let exif = ExifWriter(
      main: [(0x010f, .text("Maker")), (0x0110, .text("A long model name")), (0x0112, .short(1))],
      photo: [(0x9003, .text("2024:02:29 23:59:59")), (0x9011, .text("+01:00"))]
    ).bytes
    func check(_ block: [UInt8]) throws {
      var file = PNGFile(width: 3, height: 2)
      file.chunks = [("eXIf", block)]
      let size = try decode(file.bytes).info
      #expect(size.width * size.height == 6)
    }
    for count in 0..<exif.count { try check(Array(exif.prefix(count))) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      var block = exif
      for _ in 0..<3 {
        block[.random(in: 2..<block.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      try check(block)
    }
  }
}
