/// The SHA-256 of a file's bytes (FIPS 180-4).
public struct ContentDigest: Hashable, Sendable {
  /// Exactly 32 bytes.
  public let bytes: [UInt8]

  /// Nil unless `bytes` holds exactly 32 bytes.
  public init?(bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Nil unless `hex` is 64 hexadecimal digits.
  public init?(hex: String) {
    let digits = hex.utf8.compactMap { Self.value(ofHexDigit: $0) }
    guard digits.count == 64, hex.utf8.count == 64 else { return nil }
    self.init(bytes: stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func value(ofHexDigit digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    case 0x41...0x46: digit - 0x41 + 10
    default: nil
    }
  }
}

extension ContentDigest: CustomStringConvertible {
  public var description: String { hex }
}
