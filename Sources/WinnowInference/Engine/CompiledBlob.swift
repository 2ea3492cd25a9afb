import WinnowCore
import WinnowFiles

/// The bytes of a compiled network from the cache.
///
/// OpenVINO computes straight from them (probed: freeing them ends the process), so the model keeps them.
///
/// `@unchecked Sendable`: written before `init` returns, then only read.
public final class CompiledBlob: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  /// Fills `count` bytes by `fill`; nil when that says so.
  init?(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Bool) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    bytes = UnsafeRawBufferPointer(memory)
    guard fill(memory) else { return nil }
  }

  deinit { bytes.deallocate() }

  func digest() -> ContentDigest {
    var hasher = ContentHasher()
    hasher.update(bytes)
    return hasher.finish()
  }
}
