import CWinnowLinux
import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// The daemon's own folder. Held with a lock, so that two daemons never share one.
public final class StateFolder: Sendable {
  public let path: FilePath
  private let lock: OwnedDescriptor

  /// Makes what is missing and takes the lock.
  ///
  /// - Throws: `.alreadyRunning` with the holder's process id.
  public init(at path: FilePath) throws(WinnowError) {
    for folder in [path] + ["models", "cache", "spool"].map({ path.appending($0) }) { try Self.make(folder) }
    self.path = path
    lock = try Self.takeLock(path.appending("lock"), of: path)
  }

  private static func takeLock(_ lockPath: FilePath, of path: FilePath) throws(WinnowError) -> OwnedDescriptor {
    let raw = lockPath.withPlatformString { open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
    guard raw >= 0 else {
      throw WinnowError(
        .systemCall, "cannot open \(lockPath.escaped)",
        remedy: "give the user that winnowd runs as the right to write in \(path.escaped)",
        cause: String(cString: strerror(errno)))
    }
    let lock = OwnedDescriptor(raw)
    var holder: Int32 = 0
    guard cwinnow_lock_file(raw, &holder) == 0 else {
      throw WinnowError(
        .alreadyRunning, "winnowd runs already on \(path.escaped), as process \(holder)",
        remedy: "use that one, or stop it first; a second daemon needs another --state-dir")
    }
    return lock
  }

  public var ledger: FilePath { path.appending("ledger.sqlite") }
  public var models: FilePath { path.appending("models") }
  public var cache: FilePath { path.appending("cache") }
  public var spool: FilePath { path.appending("spool") }

  /// Whether the folder lies on a network file system, where SQLite is not safe.
  public func isOnNetwork() -> Bool {
    guard let root = try? Root(opening: path, on: LinuxFileSystem()) else { return false }
    return FileSystemKind(of: root)?.isNetwork ?? false
  }

  private static func make(_ path: FilePath) throws(WinnowError) {
    var reached = FilePath(root: path.root, [])
    for component in path.components {
      reached.append(component)
      let made = reached.withPlatformString { mkdir($0, 0o700) }
      guard made == 0 || errno == EEXIST || errno == EACCES || errno == EROFS || errno == EISDIR else { break }
    }
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw WinnowError(
        .systemCall, "cannot make the folder \(path.escaped)",
        remedy: "make it, or name another with --state-dir", cause: String(cString: strerror(errno)))
    }
  }
}

extension WinnowError.Code {
  /// Another daemon holds the state folder.
  public static let alreadyRunning = Self("already_running")
}
