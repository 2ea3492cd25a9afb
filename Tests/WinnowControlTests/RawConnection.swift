import Glibc
import SystemPackage
import WinnowCore

/// A connection on which a test says what it likes.
final class RawConnection {
  let descriptor: FileDescriptor

  init(to path: FilePath) throws {
    descriptor = FileDescriptor(rawValue: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.bytes) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor.rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  /// To this machine's 127.0.0.1.
  init(port: Int) throws {
    descriptor = FileDescriptor(rawValue: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor.rawValue, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  deinit { try? descriptor.close() }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Errno(rawValue: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// At least one byte, or none at the end.
  func read() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    return Array(buffer[..<count])
  }

  func readToEnd() throws -> String {
    var all: [UInt8] = []
    while true {
      do {
        let bytes = try read()
        if bytes.isEmpty { break }
        all += bytes
      } catch Errno.connectionReset {
        break
      }
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Reads until `text` has come.
  func read(until text: String) throws -> String {
    var all = ""
    while !all.contains(text) {
      let bytes = try read()
      guard !bytes.isEmpty else { return all }
      all += String(decoding: bytes, as: UTF8.self)
    }
    return all
  }
}
