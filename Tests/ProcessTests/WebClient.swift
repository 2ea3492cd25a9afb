import FoundationEssentials
import Glibc

/// A browser's requests, one connection each, to a port of this machine.
struct WebClient {
  struct Answer {
    var status: Int
    var head: String
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }

  /// What `winnowctl --json web` answers.
  struct Link: Decodable {
    var url: String
    var token: String
  }

  let port: UInt16
  var token: String?

  /// With a session that the daemon begins for whoever runs the tests.
  init(_ winnow: Winnow) throws {
    let link = try winnow.control("web").decode(Link.self)
    guard let port = link.url.split(separator: ":").last?.split(separator: "/").first.flatMap({ UInt16($0) }) else {
      throw Failure(description: "\(link.url) has no port")
    }
    self.port = port
    token = link.token
  }

  func get(_ path: String) throws -> Answer { try send("GET", path, [], []) }

  func post(_ path: String, json: String) throws -> Answer {
    try send("POST", path, ["Content-Type: application/json"], Array(json.utf8))
  }

  func post(_ path: String, file: [UInt8]) throws -> Answer { try send("POST", path, [], file) }

  func send(_ method: String, _ path: String, _ headers: [String], _ body: [UInt8]) throws -> Answer {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(connection) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port.bigEndian)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "nobody listens on port \(port)") }
    var head = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    if let token { head.append("Authorization: Bearer \(token)") }
    if method != "GET" { head.append("Content-Length: \(body.count)") }
    var rest = (Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      // The daemon may have answered and closed before all is sent.
      if count <= 0 { break }
      rest = rest.dropFirst(count)
    }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = read(connection, &buffer, buffer.count), count > 0 { all += buffer[..<count] }
    let end = Array("\r\n\r\n".utf8)
    guard let start = all.indices.first(where: { all[$0...].starts(with: end) }) else {
      throw Failure(description: "no answer to \(method) \(path)")
    }
    let text = String(decoding: all[..<start], as: UTF8.self)
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let body = Array(all[(start + 4)...])
    let isChunked = text.lowercased().contains("transfer-encoding: chunked")
    return Answer(status: status, head: text, body: isChunked ? Self.joined(chunks: body) : body)
  }

  private static func joined(chunks: [UInt8]) -> [UInt8] {
    var (rest, joined) = (chunks[...], [UInt8]())
    while let end = rest.firstIndex(of: UInt8(ascii: "\r")),
      let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), count > 0
    {
      joined += rest[(end + 2)...].prefix(count)
      rest = rest[(end + 2)...].dropFirst(count + 2)
    }
    return joined
  }
}
