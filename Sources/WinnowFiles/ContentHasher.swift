import CNettle
public import WinnowCore

/// SHA-256 over pieces.
public struct ContentHasher: Sendable {
  private var state = sha256_ctx()

  public init() { nettle_sha256_init(&state) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    nettle_sha256_update(&state, bytes.count, start.assumingMemoryBound(to: UInt8.self))
  }

  public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  public mutating func finish() -> ContentDigest {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      nettle_sha256_digest(&state, 32, start)
      count = 32
    }
    guard let digest = ContentDigest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }
}

extension FileSystem {
  /// Reads a whole open file and hashes it.
  public func digest(of descriptor: Int32) throws(SystemFault) -> ContentDigest {
    var hasher = ContentHasher()
    var offset: Int64 = 0
    while true {
      let chunk = try read(descriptor, at: offset, capacity: 256 << 10)
      if chunk.isEmpty { return hasher.finish() }
      hasher.update(chunk)
      offset += Int64(chunk.count)
    }
  }
}
