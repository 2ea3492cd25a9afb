import Glibc
import SystemPackage
import WinnowCore

/// The address of a Unix socket.
struct UnixAddress {
  private var address = sockaddr_un()

  /// - Throws: `.invalidInput` where the path does not fit the kernel's 107 bytes.
  init(_ path: FilePath) throws(WinnowError) {
    let bytes = path.bytes
    let capacity = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard !bytes.isEmpty, bytes.count <= capacity else {
      throw WinnowError(
        .invalidInput, "the socket's path \(path.escaped) is empty or over \(capacity) bytes",
        remedy: "choose a shorter one with --socket or WINNOW_SOCKET")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  }

  mutating func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// The path in an address that the kernel filled in.
  static func path(of address: sockaddr_un, length: socklen_t) -> FilePath {
    let offset = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path) ?? 2
    return withUnsafeBytes(of: address.sun_path) { bytes in
      FilePath(bytes: bytes.prefix(max(0, Int(length) - offset)))
    }
  }
}
