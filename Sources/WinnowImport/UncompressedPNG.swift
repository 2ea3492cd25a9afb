/// Writes a PNG file without compression, which takes no library: zlib's stored blocks (PNG specification; RFC 1950,
/// 1951).
enum UncompressedPNG {
  /// - Parameter pixels: red, green and blue, 8 bits each, row by row; `3 * width * height` bytes.
  static func bytes(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
    precondition(width > 0 && height > 0 && pixels.count == 3 * width * height)
    // 8 bits a channel, colour type 2 (RGB), and the only methods there are.
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height { rows += [0] + pixels[(3 * width * row)..<(3 * width * (row + 1))] }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", header) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    return bigEndian(UInt32(content.count)) + named + bigEndian(checksum(named))
  }

  private static func zlib(_ content: [UInt8]) -> [UInt8] {
    let blockLength = 65_535
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: content.count, by: blockLength) {
      let end = min(start + blockLength, content.count)
      let length = UInt16(end - start)
      let sizes = [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
      stream += [end == content.count ? 1 : 0] + sizes + content[start..<end]
    }
    return stream + bigEndian(adler32(content))
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  private static let checksums: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  /// CRC-32 as the PNG specification has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { checksums[Int(UInt8($0 & 0xFF) ^ $1)] ^ ($0 >> 8) }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
  }
}
