import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles

/// Whole files in and out.
enum RegularFile {
  /// The bytes of a file. The path may lead over links: it is the caller's own, or /proc/self/fd/N.
  ///
  /// - Parameter name: For messages.
  /// - Throws: `.invalidInput` for what is no regular file, `.tooLarge`, and what opening it says.
  static func read(_ path: FilePath, named name: String, atMost limit: Int) throws(WinnowError) -> [UInt8] {
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw SystemFault("open", errno: errno).about(name) }
    let file = OwnedDescriptor(descriptor)
    var about = stat()
    guard fstat(file.raw, &about) == 0 else { throw SystemFault("look at", errno: errno).about(name) }
    guard about.st_mode & S_IFMT == S_IFREG else {
      throw WinnowError(.invalidInput, "\(name) is not a regular file", remedy: "name the file itself")
    }
    guard about.st_size <= limit else {
      throw WinnowError(.tooLarge, "\(name) has \(about.st_size) bytes, \(limit) are allowed")
    }
    let size = Int(about.st_size)
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = pread(file.raw, buffer.baseAddress.map { $0 + filled }, size - filled, off_t(filled))
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = errno }
        guard count > 0 else { return }
        filled += count
      }
    }
    guard failure == 0 else { throw SystemFault("read", errno: failure).about(name) }
    guard bytes.count == size else {
      throw WinnowError(
        .malformed, "\(name) became shorter while it was read", remedy: "try again once it is no longer written to")
    }
    return bytes
  }

  /// Writes a file that is whole under its name or not there: under a hidden name beside it first. One that is there
  /// is replaced.
  static func write(_ bytes: [UInt8], to path: FilePath) throws(WinnowError) {
    let folder = path.removingLastComponent()
    guard let name = path.lastComponent?.string, !folder.isEmpty || !path.isAbsolute else {
      throw WinnowError(.invalidInput, "\(path.escaped) is no name for a file")
    }
    let temporary = folder.appending(".\(name.prefix(100)).\(getpid())")
    do throws(WinnowError) {
      try create(bytes, at: temporary)
      let renamed = temporary.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
      guard renamed == 0 else { throw SystemFault("write", errno: errno).about(path.escaped) }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  private static func create(_ bytes: [UInt8], at path: FilePath) throws(WinnowError) {
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw SystemFault("write", errno: errno).about(path.escaped) }
    let file = OwnedDescriptor(descriptor)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file.raw, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemFault("write", errno: errno).about(path.escaped) }
      written += count
    }
    guard fsync(file.raw) == 0 else { throw SystemFault("sync", errno: errno).about(path.escaped) }
  }
}
