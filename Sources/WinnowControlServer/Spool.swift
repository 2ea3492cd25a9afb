import Glibc
import Synchronization
import SystemPackage
import WinnowControlAPI
import WinnowCore

/// Where files that peers send are kept: in a folder, without a name. Counts their bytes.
final class Spool: Sendable {
  private let folder: FilePath
  private let limits: ControlLimits
  private let use = Mutex(0)

  init(folder: FilePath, limits: ControlLimits) {
    self.folder = folder
    self.limits = limits
  }

  /// Bytes held or promised now.
  var held: Int { use.withLock { $0 } }

  /// A file to be filled. One whose length is not known counts as the largest until it is.
  ///
  /// - Throws: `.busy` when too much is held already, `.systemCall`.
  func open(expecting length: Int?) throws(WinnowError) -> SpoolWriter {
    let reserved = length ?? limits.file
    let fits = use.withLock { use in
      guard use + reserved <= limits.spooled else { return false }
      use += reserved
      return true
    }
    guard fits else {
      throw WinnowError(.busy, "too many large files are being received", remedy: "try again in a moment")
    }
    do throws(WinnowError) {
      return SpoolWriter(descriptor: try openFile(), reserved: reserved, spool: self)
    } catch {
      giveBack(reserved)
      throw error
    }
  }

  func giveBack(_ count: Int) { use.withLock { $0 -= count } }

  private func openFile() throws(WinnowError) -> FileDescriptor {
    // O_TMPFILE of Linux's fcntl.h, which Glibc's module hides.
    let withoutName: CInt = 0o20_000_000 | O_DIRECTORY
    var number = folder.withPlatformString { Glibc.open($0, withoutName | O_RDWR | O_CLOEXEC, 0o600) }
    if number < 0, errno == EOPNOTSUPP || errno == EISDIR {
      // A file system without O_TMPFILE: a name for a moment.
      let path = folder.appending(".spool-\(UInt64.random(in: .min ... .max))")
      number = path.withPlatformString { Glibc.open($0, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600) }
      if number >= 0 { _ = path.withPlatformString { unlink($0) } }
    }
    guard number >= 0 else {
      throw Self.failure(
        "no file can be made in \(folder.escaped)", remedy: "let winnowd write there, and see that it has free space")
    }
    return FileDescriptor(rawValue: number)
  }

  static func failure(_ message: String, remedy: String? = nil) -> WinnowError {
    WinnowError(.systemCall, message, remedy: remedy, cause: String(cString: strerror(errno)))
  }
}
