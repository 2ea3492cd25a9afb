import Glibc
import SystemPackage
import WinnowCore

/// A regular file of the user's, open for reading, to be sent to the daemon.
struct ReadableFile: ~Copyable {
  let descriptor: FileDescriptor
  let length: Int
  let modified: Timestamp

  /// - Throws: `.notFound`, `.notPermitted` or `.invalidInput` where it cannot be read or is no regular file.
  init(_ path: FilePath) throws(WinnowError) {
    // Opening a pipe must not wait for its writer.
    let number = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard number >= 0 else {
      let cause = String(cString: strerror(errno))
      throw WinnowError(
        errno == ENOENT || errno == ENOTDIR ? .notFound : .systemCall, "\(path.escaped) cannot be read", cause: cause)
    }
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(number)
      throw WinnowError(.invalidInput, "\(path.escaped) is no regular file")
    }
    descriptor = FileDescriptor(rawValue: number)
    length = Int(status.st_size)
    modified = Timestamp(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
  }

  /// All of it.
  ///
  /// - Throws: `.tooLarge` beyond `limit` bytes, `.systemCall`.
  func bytes(limit: Int) throws(WinnowError) -> [UInt8] {
    guard length <= limit else { throw WinnowError(.invalidInput, "the file is over \(limit) bytes") }
    var bytes = [UInt8](repeating: 0, count: length)
    var count = 0
    do {
      while count < length {
        let read = try bytes.withUnsafeMutableBytes {
          try descriptor.read(
            fromAbsoluteOffset: Int64(count), into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
        }
        if read == 0 { break }
        count += read
      }
    } catch {
      throw WinnowError(.systemCall, "the file cannot be read", cause: "\(error)")
    }
    return Array(bytes.prefix(count))
  }

  deinit { try? descriptor.close() }
}
