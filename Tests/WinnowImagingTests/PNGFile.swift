/// Writes PNG files for tests: any colour type and depth, no compression, any further chunks.
struct PNGFile {
  var width: Int
  var height: Int
  var depth = 8
  /// 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
  var colourType = 2
  /// Packed rows without filter bytes.
  var rows: [[UInt8]]
  /// Chunks between IHDR and IDAT.
  var chunks: [(name: String, bytes: [UInt8])] = []

  /// RGB from a function of x and y.
  init(width: Int, height: Int, pixel: (Int, Int) -> [UInt8]) {
    self.width = width
    self.height = height
    rows = (0..<height).map { y in (0..<width).flatMap { x in pixel(x, y) } }
  }

  /// A picture that differs everywhere, of a size.
  init(width: Int, height: Int) {
    self.init(width: width, height: height) { x, y in
      [UInt8(truncatingIfNeeded: x * 7 + y * 3), UInt8(truncatingIfNeeded: x * y), UInt8(truncatingIfNeeded: y * 11)]
    }
  }

  var pixels: Pixels { Pixels(width: width, height: height, bytes: rows.flatMap { $0 }) }

  var bytes: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let header = Self.big(width, 4) + Self.big(height, 4) + [UInt8(depth), UInt8(colourType), 0, 0, 0]
    file += Self.chunk("IHDR", header)
    for chunk in chunks { file += Self.chunk(chunk.name, chunk.bytes) }
    file += Self.chunk("IDAT", Self.stored(rows.flatMap { [0] + $0 }))
    return file + Self.chunk("IEND", [])
  }

  static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + bytes
    return big(bytes.count, 4) + named + big(Int(crc(named)), 4)
  }

  static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// A zlib stream of stored blocks (RFC 1950, 1951).
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var left = bytes[...]
    repeat {
      let block = left.prefix(65_535)
      left = left.dropFirst(65_535)
      let length = UInt16(block.count)
      stream += [left.isEmpty ? 1 : 0]
      stream += [UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff), UInt8(~length >> 8)] + block
    } while !left.isEmpty
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + big(b << 16 | a, 4)
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xffff_ffff as UInt32) { crcTable[Int(UInt8($0 & 0xff) ^ $1)] ^ ($0 >> 8) }
  }
}
