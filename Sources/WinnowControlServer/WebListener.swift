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
    let isSix = host.contains(":")
    let descriptor = FileDescriptor(
      rawValue: socket(isSix ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    guard descriptor.rawValue >= 0 else { throw failure(host, port) }
    do throws(WinnowError) {
      var yes: CInt = 1
      let size = socklen_t(MemoryLayout<CInt>.size)
      // A restart must not wait for connections of the daemon before.
      setsockopt(descriptor.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes, size)
      let bound = isSix ? bind6(descriptor.rawValue, host, port) : bind4(descriptor.rawValue, host, port)
      guard bound, listen(descriptor.rawValue, backlog) == 0 else { throw failure(host, port) }
      return WebListener(descriptor: descriptor, host: host, port: try realPort(of: descriptor.rawValue, isSix: isSix))
    } catch {
      try? descriptor.close()
      throw error
    }
  }

  private static func bind4(_ descriptor: CInt, _ host: String, _ port: Int) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func bind6(_ descriptor: CInt, _ host: String, _ port: Int) -> Bool {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = in_port_t(UInt16(port).bigEndian)
    guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return false }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
      }
    }
  }

  private static func realPort(of descriptor: CInt, isSix: Bool) throws(WinnowError) -> Int {
    var storage = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard result == 0 else { throw failure("the web socket", 0) }
    // The port stands at the same place in both kinds of address.
    return Int(UInt16(bigEndian: storage.sin6_port))
  }

  private static func failure(_ host: String, _ port: Int) -> WinnowError {
    let cause = String(cString: strerror(errno))
    return WinnowError(
      .systemCall, "the web page cannot be served on \(host):\(port)",
      remedy: "end the program that uses the port (ss -ltnp), or choose another in http.listen, and start winnowd anew",
      cause: cause)
  }
}
