import FoundationEssentials
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore

/// One connection to the daemon's socket. Blocks.
final class ClientConnection {
  private let descriptor: CInt
  private let socket: FilePath

  /// - Throws: `.unreachable` with what to start or whom to ask.
  init(to socket: FilePath) throws(WinnowError) {
    self.socket = socket
    let bytes = socket.bytes
    var address = sockaddr_un()
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw WinnowError(
        .unreachable, "the socket's path \(socket.escaped) is empty or over 107 bytes", remedy: "choose a shorter one")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else {
      throw WinnowError(.systemCall, "no socket can be made", cause: String(cString: strerror(errno)))
    }
    // A daemon that stands still does not hold up its clients for ever.
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      throw Self.unreachable(socket, number)
    }
    limit.tv_sec = 0
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// - Returns: whether the daemon took it; it does not where it closed the connection.
  func send(_ data: Data) throws(WinnowError) -> Bool {
    var failure: CInt = 0
    data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      var rest = bytes[bytes.startIndex...]
      while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        let count = Glibc.send(descriptor, slice.baseAddress, slice.count, Int32(MSG_NOSIGNAL))
        if count < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        rest = rest.dropFirst(count)
      }
    }
    if failure == EPIPE || failure == ECONNRESET { return false }
    guard failure == 0 else { throw Self.lost(String(cString: strerror(failure))) }
    return true
  }

  /// Some bytes, at most 64 KiB; `nil` at the end.
  func receive() throws(WinnowError) -> Data? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { return Data(buffer[..<count]) }
      if count == 0 || errno == ECONNRESET { return nil }
      guard errno == EINTR else { throw Self.lost(String(cString: strerror(errno))) }
    }
  }

  static func lost(_ cause: String? = nil) -> WinnowError {
    WinnowError(
      .unreachable, "the daemon ended the connection before its answer was whole",
      remedy: "see whether it was restarted: journalctl -u winnowd", cause: cause)
  }

  private static func unreachable(_ socket: FilePath, _ number: CInt) -> WinnowError {
    let cause = String(cString: strerror(number))
    return switch number {
    case EACCES, EPERM:
      WinnowError(
        .unreachable, "you may not connect to \(socket.escaped)",
        remedy: "join the socket's group (usermod -aG winnow USER, then log in anew), or use sudo", cause: cause)
    case EAGAIN:
      WinnowError(
        .unreachable, "the daemon does not take connections at \(socket.escaped)", remedy: "systemctl status winnowd",
        cause: cause)
    default:
      WinnowError(
        .unreachable, "no daemon answers at \(socket.escaped)",
        remedy: "start it with `systemctl start winnowd` or `winnowd --foreground`, or name its socket with --socket",
        cause: cause)
    }
  }
}
