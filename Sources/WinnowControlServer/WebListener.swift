import Glibc
import SystemPackage
public import WinnowCore

/// A TCP socket on a loopback address that waits for browsers.
public struct WebListener: Sendable {
  let descriptor: FileDescriptor
  /// As it was asked for: `127.0.0.1` or `::1`.
  public let host: String
  /// The real one, also where the system chose it.
  public let port: Int

  /// Connections that may wait to be taken; chosen, not measured.
  private static let backlog: CInt = 64

  /// - Parameters:
  ///   - host: a numeric address of the loopback.
  ///   - port: 0 lets the system choose.
  /// - Throws: `.systemCall` where the address is in use or is not this machine's.
  public static func bind(host: String, port: Int) throws(WinnowError) -> WebListener {
    var wish = addrinfo()
    wish.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let answer = getaddrinfo(host, "\(port)", &wish, &found)
    guard answer == 0, let found else { throw failure(host, port, String(cString: gai_strerror(answer))) }
    defer { freeaddrinfo(found) }
    let address = found.pointee
    let descriptor = FileDescriptor(
      rawValue: socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0))
    guard descriptor.rawValue >= 0 else { throw failure(host, port) }
    var yes: CInt = 1
    // A restart must not wait for connections of the daemon before.
    setsockopt(descriptor.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    guard Glibc.bind(descriptor.rawValue, address.ai_addr, address.ai_addrlen) == 0,
      listen(descriptor.rawValue, backlog) == 0, let real = realPort(of: descriptor.rawValue)
    else {
      let error = failure(host, port)
      try? descriptor.close()
      throw error
    }
    return WebListener(descriptor: descriptor, host: host, port: real)
  }

  private static func realPort(of descriptor: CInt) -> Int? {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    // The port stands at the same place in both kinds of address.
    return result == 0 ? Int(UInt16(bigEndian: address.sin6_port)) : nil
  }

  private static func failure(
    _ host: String, _ port: Int, _ cause: String = String(cString: strerror(errno))
  ) -> WinnowError {
    WinnowError(
      .systemCall, "the web page cannot be served on \(host):\(port)",
      remedy: "end the program that uses the port (ss -ltnp), or choose another in http.listen, and start winnowd anew",
      cause: cause)
  }
}
