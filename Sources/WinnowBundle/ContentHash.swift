import WinnowCore
import WinnowFiles

/// SHA-256 of bytes in memory.
enum ContentHash {
  static func of(_ bytes: [UInt8]) -> ContentDigest {
    var hasher = ContentHasher()
    hasher.update(bytes)
    return hasher.finish()
  }
}
