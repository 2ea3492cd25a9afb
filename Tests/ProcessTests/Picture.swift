import WinnowCore
import WinnowTestSupport

/// Small PNG pictures of the colours that the demonstration model tells apart, each different from every other.
enum Picture {
  enum Colour: CaseIterable {
    case red, yellow, green, blue, grey

    var name: String { "\(self)" }

    var shade: [UInt8] {
      switch self {
      case .red: [217, 26, 26]
      case .yellow: [242, 217, 38]
      case .green: [38, 153, 51]
      case .blue: [26, 64, 191]
      case .grey: [128, 128, 128]
      }
    }
  }

  /// - Parameters:
  ///   - number: stands in the top left pixels, so that no two pictures have the same bytes.
  ///   - side: pixels.
  static func png(_ colour: Colour, _ number: Int, side: Int = 32, exif: [UInt8]? = nil) -> [UInt8] {
    png(side: side, number, exif: exif) { _, _ in colour.shade }
  }

  static func jpeg(_ colour: Colour, _ number: Int, exif: [UInt8]? = nil) -> [UInt8] {
    PlainJPEG(colour: colour.shade, comment: "\(number)", exif: exif).bytes
  }

  /// A RAW whose preview has the colour.
  static func raw(_ form: RawFile.Form, _ colour: Colour, _ number: Int) -> [UInt8] {
    RawFile(form, preview: jpeg(colour, number)).bytes
  }

  /// An EXIF block with when and by what a picture was taken.
  static func exif(taken: String, fraction: String = "0", camera: String = "Winnow Test") -> [UInt8] {
    TIFFWriter().bytes([
      [
        (0x0110, .text(camera)), (0x8769, .directory([(0x9003, .text(taken)), (0x9291, .text(fraction))])),
      ]
    ])
  }

  /// Half of one and half of another colour: the model is sure of neither.
  static func undecided(_ number: Int, exif: [UInt8]? = nil) -> [UInt8] {
    png(side: 32, number, exif: exif) { x, _ in x < 16 ? Colour.red.shade : Colour.blue.shade }
  }

  /// Patches of many colours, like no other number's: for what tells pictures apart by their looks.
  static func patches(_ number: Int) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(number) &+ 0x9e37_79b9)
    let patches = (0..<64).map { _ in (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) } }
    return png(side: 128, number) { x, y in patches[y / 16 * 8 + x / 16] }
  }

  /// Patches of shades of one colour among grey ones, like no other number's: a class that can be learnt.
  static func shades(of colour: Colour, _ number: Int) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(number) &+ 0x51ed_270b)
    let patches = (0..<64).map { _ in
      let light = UInt8.random(in: 0...255, using: &random)
      let isColoured = Int.random(in: 0..<4, using: &random) > 0
      return isColoured ? colour.shade.map { UInt8((Int($0) * 3 + Int(light)) / 4) } : [light, light, light]
    }
    return png(side: 128, number) { x, y in patches[y / 16 * 8 + x / 16] }
  }

  private static func png(side: Int, _ number: Int, exif: [UInt8]? = nil, pixel: (Int, Int) -> [UInt8]) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<side {
      rows.append(0)
      for x in 0..<side { rows += pixel(x, y) }
    }
    // Four bits a channel at most, in the two pixels after the first filter byte: it stays the colour it is.
    for index in 0..<6 { rows[1 + index] ^= UInt8(truncatingIfNeeded: number >> (4 * index)) & 0x0f }
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    file += chunk("IHDR", big(side) + big(side) + [8, 2, 0, 0, 0])
    if let exif { file += chunk("eXIf", exif) }
    file += chunk("IDAT", stored(rows))
    return file + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + bytes
    return big(bytes.count) + named + big(Int(checksum(named)))
  }

  private static func big(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

  /// A zlib stream of stored blocks (RFC 1950, 1951).
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var left = bytes[...]
    repeat {
      let block = left.prefix(65_535)
      left = left.dropFirst(block.count)
      let length = UInt16(block.count)
      stream += [left.isEmpty ? 1 : 0, UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff)]
      stream += [UInt8(~length >> 8)] + block
    } while !left.isEmpty
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + big(b << 16 | a)
  }

  private static let checksums: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xffff_ffff as UInt32) { checksums[Int(UInt8($0 & 0xff) ^ $1)] ^ ($0 >> 8) }
  }
}
