import Dispatch
import Glibc
import Synchronization
import WinnowCore

/// A web server on loopback that takes what a webhook posts, one connection after the other. Nobody answers at its port
/// until it is opened.
final class HookReceiver: Sendable {
  struct Message: Sendable {
    var body: [UInt8]
    /// By lower-case name.
    var fields: [String: String]
    var status: Int
  }

  let port: UInt16
  private let listener: Int32
  private let queue = DispatchQueue(label: "receiver")
  private let messages = Mutex<[Message]>([])

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard listener >= 0, isBound else { throw Files.failure("bind", "a port of loopback") }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(listener) }

  var url: String { "http://127.0.0.1:\(port)/hook" }

  /// All that came, in its order.
  var received: [Message] { messages.withLock { $0 } }
  var taken: [Message] { received.filter { $0.status == 200 } }

  /// Begins to answer.
  ///
  /// - Parameter status: what the request of this number gets, counted from 0.
  func open(_ status: @escaping @Sendable (Int) -> Int = { _ in 200 }) throws {
    guard listen(listener, 16) == 0 else { throw Files.failure("listen at", "port \(port)") }
    queue.async { [weak self] in
      while let connection = self?.accepted() {
        self?.serve(connection, status)
        close(connection)
      }
    }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func accepted() -> Int32? {
    let connection = accept(listener, nil, nil)
    return connection >= 0 ? connection : nil
  }

  private func serve(_ connection: Int32, _ status: (Int) -> Int) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let end = Array("\r\n\r\n".utf8)
    var message: Message?
    while message == nil {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
      guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { continue }
      var fields: [String: String] = [:]
      for line in String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n").dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
      }
      let body = bytes[(start + 4)...]
      guard let length = fields["content-length"].flatMap({ Int($0) }), body.count >= length else { continue }
      message = Message(body: Array(body.prefix(length)), fields: fields, status: 0)
    }
    guard var message else { return }
    message.status = messages.withLock { messages in
      message.status = status(messages.count)
      messages.append(message)
      return message.status
    }
    let answer = Array("HTTP/1.1 \(message.status) Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
    _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }
}
