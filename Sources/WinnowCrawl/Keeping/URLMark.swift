import WinnowCore
import WinnowFiles

/// An address as 16 bytes, so that a million of them may be remembered: the front half of its SHA-256.
struct URLMark: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  init(_ address: String) {
    var hasher = ContentHasher()
    hasher.update(Array(address.utf8))
    let bytes = hasher.finish().bytes
    high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
