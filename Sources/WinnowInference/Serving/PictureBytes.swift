import CWinnowLinux
import Glibc
import WinnowCore
import WinnowFiles

/// Reads whole pictures into one piece of memory that is used again and again.
///
/// pread and never mmap: a file that becomes shorter while it is mapped ends the process.
final class PictureBytes {
  private let limit: Int
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Memory above this is given back after the picture that needed it.
  private static let kept = 16 << 20

  /// - Parameter limit: The largest file in bytes.
  init(limit: Int) { self.limit = limit }

  deinit { free(memory.baseAddress) }

  /// Length of a regular file.
  ///
  /// - Throws: `.unreadable` for anything else.
  static func size(of picture: PictureDescriptor) throws(Refusal) -> Int {
    var size: Int64 = 0
    switch cwinnow_regular_file_size(picture.raw, &size) {
    case 0: return Int(size)
    case -EINVAL: throw Refusal(.unreadable, "it is not a regular file")
    case let failure: throw Refusal(.unreadable, String(cString: strerror(-failure)))
    }
  }

  /// Lends the bytes of the file as it is now, with their hash, while `body` runs.
  ///
  /// - Throws: `.unreadable` or `.tooLarge`, or what `body` throws.
  func read<Result>(
    _ picture: PictureDescriptor, _ body: (UnsafeRawBufferPointer, ContentDigest) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    let size = try Self.size(of: picture)
    guard size <= limit else { throw Refusal(.tooLarge, "the file has \(size) bytes, \(limit) allowed") }
    defer { shrink() }
    // One byte more than its size shows whether it has grown.
    try reserve(max(size + 1, 1 << 20), keeping: 0)
    var filled = 0
    while true {
      if filled == memory.count {
        guard filled <= limit else { throw Refusal(.tooLarge, "the file has over \(limit) bytes") }
        try reserve(min(filled * 2, limit + 1), keeping: filled)
      }
      let count = pread(picture.raw, memory.baseAddress.map { $0 + filled }, memory.count - filled, off_t(filled))
      if count < 0 {
        if errno == EINTR { continue }
        throw Refusal(.unreadable, String(cString: strerror(errno)))
      }
      if count == 0 { break }
      filled += count
    }
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<filled])
    var hasher = ContentHasher()
    hasher.update(bytes)
    return try body(bytes, hasher.finish())
  }

  private func reserve(_ count: Int, keeping kept: Int) throws(Refusal) {
    guard count > memory.count else { return }
    // malloc, which says no under the address space limit, where `allocate` would end the process.
    guard let start = malloc(count) else { throw Refusal(.outOfMemory, "no memory for a file of \(count) bytes") }
    if kept > 0, let old = memory.baseAddress { memcpy(start, old, kept) }
    free(memory.baseAddress)
    memory = UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  private func shrink() {
    guard memory.count > Self.kept else { return }
    free(memory.baseAddress)
    memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }
}
