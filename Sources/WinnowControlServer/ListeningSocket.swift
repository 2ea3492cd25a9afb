import Glibc
public import SystemPackage
public import WinnowCore

/// A Unix socket that waits for connections, and who may act through it.
public struct ListeningSocket: Sendable {
  let descriptor: FileDescriptor
  /// Where it lies; empty for one without a name.
  public let path: FilePath
  /// The group whose members may act.
  public let group: UInt32
  /// Permission bits.
  public let mode: UInt16
  /// The socket file's device and inode, for a socket that we made and remove.
  let made: (device: UInt64, inode: UInt64)?

  /// Whether it was handed over, by systemd or a parent, so that its unit decides about mode and group.
  public var isAdopted: Bool { made == nil }

  /// Makes the socket, and the folder it lies in where only that is missing. A socket that a killed daemon left there
  /// is replaced; one that is answered is not.
  ///
  /// - Parameters:
  ///   - mode: permission bits.
  ///   - group: the group that gets the socket; `nil` leaves it with the daemon's own.
  /// - Throws: `.alreadyExists` where another daemon answers or something else lies, `.invalidInput`, `.systemCall`.
  public static func make(at path: FilePath, mode: UInt16, group: UInt32?) throws(WinnowError) -> ListeningSocket {
    var address = try UnixAddress(path)
    try makeFolder(of: path)
    try removeLeftover(path, &address)
    let descriptor = FileDescriptor(
      rawValue: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    guard descriptor.rawValue >= 0 else { throw failure("no socket can be made") }
    do throws(WinnowError) {
      // The socket file gets these bits at birth, so that nobody connects before owner and mode are set.
      guard fchmod(descriptor.rawValue, 0o600) == 0 else { throw failure("the socket's mode cannot be set") }
      guard address.withPointer({ bind(descriptor.rawValue, $0, $1) }) == 0 else {
        throw failure(
          "the socket \(path.escaped) cannot be made", remedy: "let winnowd write to its folder, or choose --socket")
      }
      if let group, path.withPlatformString({ lchown($0, uid_t.max, group) }) != 0 {
        throw failure(
          "the socket \(path.escaped) cannot be given to group \(group)",
          remedy: "make winnowd's user a member of the group, or set socket.group")
      }
      guard path.withPlatformString({ chmod($0, mode_t(mode)) }) == 0, listen(descriptor.rawValue, backlog) == 0 else {
        throw failure("the socket \(path.escaped) cannot be opened")
      }
      let status = try fileStatus(path)
      return ListeningSocket(
        descriptor: descriptor, path: path, group: status.st_gid, mode: UInt16(status.st_mode & 0o7777),
        made: (UInt64(status.st_dev), UInt64(status.st_ino)))
    } catch {
      try? descriptor.close()
      throw error
    }
  }

  /// Takes over a socket that already listens, as systemd hands one over.
  ///
  /// - Throws: `.invalidInput` where the descriptor is anything else.
  public static func adopt(_ descriptor: FileDescriptor) throws(WinnowError) -> ListeningSocket {
    var accepts: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) == 0, accepts == 1 else {
      throw WinnowError(
        .invalidInput, "descriptor \(descriptor.rawValue) is no listening socket",
        remedy: "use ListenStream= with a path in the socket unit")
    }
    var address = sockaddr_un()
    length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor.rawValue, $0, &length) }
    }
    guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else {
      throw WinnowError(
        .invalidInput, "descriptor \(descriptor.rawValue) is no Unix socket",
        remedy: "use ListenStream= with a path in the socket unit")
    }
    guard fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) == 0 else { throw failure("a socket cannot be adopted") }
    let path = UnixAddress.path(of: address, length: length)
    let status = try fileStatus(path)
    return ListeningSocket(
      descriptor: descriptor, path: path, group: status.st_gid, mode: UInt16(status.st_mode & 0o7777), made: nil)
  }

  /// Removes the socket file if it is the one that was made here.
  func removeFile() {
    guard let made, let status = try? Self.fileStatus(path), UInt64(status.st_dev) == made.device,
      UInt64(status.st_ino) == made.inode
    else { return }
    _ = path.withPlatformString { unlink($0) }
  }

  /// Connections that may wait to be taken; chosen, not measured.
  private static let backlog: CInt = 64

  private static func makeFolder(of path: FilePath) throws(WinnowError) {
    let folder = path.removingLastComponent()
    guard !folder.isEmpty, folder.withPlatformString({ mkdir($0, 0o755) }) != 0, errno != EEXIST else { return }
    throw failure("the folder \(folder.escaped) for the socket cannot be made", remedy: "make it, or choose --socket")
  }

  private static func removeLeftover(_ path: FilePath, _ address: inout UnixAddress) throws(WinnowError) {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw WinnowError(
        .alreadyExists, "\(path.escaped) is there and is no socket", remedy: "remove it, or choose --socket")
    }
    let probe = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { throw failure("no socket can be made") }
    defer { close(probe) }
    let connected = address.withPointer { connect(probe, $0, $1) }
    guard connected != 0, errno == ECONNREFUSED else {
      throw WinnowError(
        .alreadyExists, "another daemon answers on \(path.escaped)", remedy: "stop it, or choose --socket")
    }
    guard path.withPlatformString({ unlink($0) }) == 0 else {
      throw failure("the socket \(path.escaped) of an ended daemon cannot be removed", remedy: "remove it")
    }
  }

  private static func fileStatus(_ path: FilePath) throws(WinnowError) -> stat {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else {
      throw failure("the socket \(path.escaped) is not there")
    }
    return status
  }

  private static func failure(_ message: String, remedy: String? = nil) -> WinnowError {
    WinnowError(.systemCall, message, remedy: remedy, cause: String(cString: strerror(errno)))
  }
}
