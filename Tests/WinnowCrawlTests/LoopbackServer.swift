import Foundation
import Glibc
import Synchronization

/// An HTTP server on 127.0.0.1 that answers as a test says, also badly. A thread a connection, one request each.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    /// Path and query.
    var target: String
    var fields: [String: String]

    var path: String { String(target.prefix { $0 != "?" }) }

    /// A value of the query, decoded.
    subscript(key: String) -> String? { URLComponents(string: target)?.queryItems?.first { $0.name == key }?.value }
  }

  struct Reply: Sendable {
    enum Ending: Sendable {
      /// Closed once all is sent.
      case close
      /// Nothing more comes, and the connection stays.
      case hang
      /// The body comes again and again.
      case endless
    }

    var status = 200
    var fields: [(String, String)] = []
    var body: [UInt8] = []
    var ending = Ending.close
    /// Nil for the length of the body.
    var declaredLength: Int?

    static func ok(_ body: [UInt8], _ type: String = "image/jpeg") -> Reply {
      Reply(fields: [("Content-Type", type)], body: body)
    }
    static func json(_ text: String) -> Reply { ok(Array(text.utf8), "application/json") }
    static func status(_ status: Int, _ fields: [(String, String)] = []) -> Reply {
      Reply(status: status, fields: fields, body: Array("status \(status)".utf8))
    }
    static func redirect(_ location: String) -> Reply { Reply(status: 302, fields: [("Location", location)]) }
  }

  let port: Int
  private let listener: Int32
  private let answer: @Sendable (Request) -> Reply
  private let requests = Mutex<[Request]>([])
  private let isOver = Mutex(false)

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    self.answer = answer
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(listener, raw, length) == 0 && listen(listener, 128) == 0 && getsockname(listener, raw, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    signal(SIGPIPE, SIG_IGN)
    Thread.detachNewThread { [listener, weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else {
          if connection >= 0 { Glibc.close(connection) }
          return
        }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  deinit { stop() }

  /// Ends listening, and everything that hangs.
  func stop() {
    if isOver.withLock({
      let was = $0; $0 = true; return was
    }) {
      return
    }
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
  }

  var base: String { "http://127.0.0.1:\(port)" }

  /// What was asked for, in order.
  var seen: [Request] { requests.withLock { $0 } }

  /// How often each target was asked for.
  var hits: [String: Int] { Dictionary(seen.map { ($0.target, 1) }, uniquingKeysWith: +) }

  private func serve(_ connection: Int32) {
    defer { Glibc.close(connection) }
    guard let request = Self.read(connection) else { return }
    requests.withLock { $0.append(request) }
    let reply = answer(request)
    var head = "HTTP/1.1 \(reply.status) Some\r\nConnection: close\r\n"
    for (name, value) in reply.fields { head += "\(name): \(value)\r\n" }
    if reply.ending != .endless { head += "Content-Length: \(reply.declaredLength ?? reply.body.count)\r\n" }
    guard Self.send(Array(head.utf8) + [13, 10], connection), Self.send(reply.body, connection) else { return }
    switch reply.ending {
    case .close:
      // All that was sent is to arrive before the connection is reset.
      shutdown(connection, Int32(SHUT_WR))
    case .endless: while Self.send(reply.body, connection) {}
    case .hang:
      // Until the other end has enough.
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return Request(target: String(words[1]), fields: fields)
  }

  private static func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
