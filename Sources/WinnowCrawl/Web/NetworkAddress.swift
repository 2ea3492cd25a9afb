import Glibc

/// An IPv4 or IPv6 address, and whether it belongs to the public internet.
struct NetworkAddress: Hashable, Sendable {
  /// Four bytes or sixteen, in network order.
  let bytes: [UInt8]

  /// Nil unless there are four bytes or sixteen.
  init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// From `192.0.2.1` or `2001:db8::1`; nil for anything else, names among them.
  init?(text: String) {
    var buffer = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &buffer) == 1 {
      bytes = Array(buffer[..<4])
    } else if inet_pton(AF_INET6, text, &buffer) == 1 {
      bytes = buffer
    } else {
      return nil
    }
  }

  /// From a `sockaddr_in` or a `sockaddr_in6`; nil for other families.
  init?(family: Int32, socketAddress: UnsafeRawPointer, length: Int) {
    let place: Range<Int>
    switch family {
    case AF_INET: place = 4..<8
    case AF_INET6: place = 8..<24
    default: return nil
    }
    guard length >= place.upperBound else { return nil }
    bytes = Array(UnsafeRawBufferPointer(start: socketAddress + place.lowerBound, count: place.count))
  }

  /// Whether anybody may be reached there: not this machine, not its network, not a range kept for other purposes.
  ///
  /// From IANA's registries of special-purpose addresses (RFC 6890 and after). Of IPv6 only 2000::/3 is handed out, so
  /// all else is refused; an IPv4 address inside an IPv6 one counts as itself.
  var isPublic: Bool {
    if bytes.count == 4 { return Self.isPublic(v4: bytes[...]) }
    if hasPrefix([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return Self.isPublic(v4: bytes[12...]) }  // NAT64
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    if hasPrefix([0x20, 0x02]) { return Self.isPublic(v4: bytes[2..<6]) }  // 6to4
    // 2001::/23 holds Teredo, ORCHID, benchmarks and other protocols, 2001:db8::/32 and 3fff::/20 are for documents.
    if hasPrefix([0x20, 0x01]), bytes[2] & 0xFE == 0 { return false }
    if hasPrefix([0x20, 0x01, 0x0D, 0xB8]) { return false }
    return !(hasPrefix([0x3F, 0xFF]) && bytes[2] & 0xF0 == 0)
  }

  private func hasPrefix(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

  /// Base, length of the prefix in bits.
  private static let specialV4: [(base: UInt32, bits: UInt32)] = [
    (0x0000_0000, 8),  // this network
    (0x0A00_0000, 8),  // private
    (0x6440_0000, 10),  // shared by a carrier's customers
    (0x7F00_0000, 8),  // loopback
    (0xA9FE_0000, 16),  // link-local, and the metadata services of clouds
    (0xAC10_0000, 12),  // private
    (0xC000_0000, 24),  // protocols
    (0xC000_0200, 24),  // documents
    (0xC058_6300, 24),  // the old 6to4 relay
    (0xC0A8_0000, 16),  // private
    (0xC612_0000, 15),  // benchmarks
    (0xC633_6400, 24),  // documents
    (0xCB00_7100, 24),  // documents
    (0xE000_0000, 4),  // multicast
    (0xF000_0000, 4),  // reserved, and the broadcast address
  ]

  private static func isPublic(v4 bytes: ArraySlice<UInt8>) -> Bool {
    let address = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return !specialV4.contains { address >> (32 - $0.bits) == $0.base >> (32 - $0.bits) }
  }
}
