import CNettle
public import WinnowCore

/// HMAC-SHA256 (RFC 2104): shows whoever holds the key that a message comes from somebody who holds it too.
public enum KeyedDigest {
  /// - Parameter key: of any length; one that is longer than 64 bytes counts by its SHA-256.
  public static func sha256(of message: [UInt8], key: [UInt8]) -> ContentDigest {
    var state = hmac_sha256_ctx()
    key.withUnsafeBufferPointer { key in
      // Nettle takes an empty key, but not from nowhere.
      var nothing: UInt8 = 0
      withUnsafePointer(to: &nothing) {
        nettle_hmac_sha256_set_key(&state, key.count, key.baseAddress ?? $0)
      }
    }
    message.withUnsafeBufferPointer { message in
      if let start = message.baseAddress { nettle_hmac_sha256_update(&state, message.count, start) }
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      nettle_hmac_sha256_digest(&state, 32, start)
      count = 32
    }
    guard let digest = ContentDigest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }
}
