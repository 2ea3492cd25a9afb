import Glibc
import WinnowCore
public import WinnowFiles

/// Records of one size in a temporary file without a name, so that a million of them cost no memory.
///
/// What cannot be written stays in memory: a full disk costs memory, not the result. One owner, one thread.
public final class RecordSpill {
  private let recordSize: Int
  /// Records that go to the file together, about 1 MiB.
  private let batch: Int
  private var file: OwnedDescriptor?
  private var canSpill = true
  private var spilled = 0
  private var rest: [UInt8] = []
  public private(set) var count = 0
  /// Why a record could not be read back; it then counts as unlike any other.
  public private(set) var fault: SystemFault?

  /// - Parameter recordSize: bytes of each record, at least 1.
  public init(recordSize: Int) {
    self.recordSize = recordSize
    batch = max(1, (1 << 20) / recordSize)
  }

  /// - Parameter record: `recordSize` bytes.
  public func append(_ record: [UInt8]) {
    rest += record
    count += 1
    if canSpill, count - spilled >= batch { spill() }
  }

  private func spill() {
    if file == nil { file = Self.temporaryFile() }
    guard let descriptor = file?.raw else {
      canSpill = false
      return
    }
    var written = 0
    while written < rest.count {
      let answer = rest.withUnsafeBytes { bytes in
        bytes.baseAddress.map {
          pwrite(descriptor, $0 + written, bytes.count - written, off_t(spilled * recordSize + written))
        } ?? 0
      }
      if answer < 0, errno == EINTR { continue }
      guard answer > 0 else {
        canSpill = false
        return
      }
      written += answer
    }
    spilled = count
    rest.removeAll(keepingCapacity: true)
  }

  /// `length` records from `index` on, fewer at the end; nil where they cannot be read.
  public func read(_ index: Int, _ length: Int = 1) -> [UInt8]? {
    guard index < spilled else {
      let start = (index - spilled) * recordSize
      return Array(rest[start..<min(rest.count, start + length * recordSize)])
    }
    guard let descriptor = file?.raw else { return nil }
    let size = min(length, spilled - index) * recordSize
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let answer = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, size - filled, off_t(index * recordSize + filled))
        if answer < 0, errno == EINTR { continue }
        if answer <= 0 {
          failure = answer < 0 ? errno : EIO
          return
        }
        filled += answer
      }
    }
    guard failure == 0 else {
      fault = SystemFault("read", errno: failure)
      return nil
    }
    return bytes
  }

  /// A file without a name where big temporary files belong.
  private static func temporaryFile() -> OwnedDescriptor? {
    let named = getenv("TMPDIR").map { String(cString: $0) }
    for folder in [named, "/var/tmp", "/tmp"].compactMap({ $0 }) {
      var template = Array("\(folder)/winnow-XXXXXX".utf8CString)
      let descriptor = mkstemp(&template)
      guard descriptor >= 0 else { continue }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      unlink(template)
      return OwnedDescriptor(descriptor)
    }
    return nil
  }
}
