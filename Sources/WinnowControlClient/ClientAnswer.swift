import FoundationEssentials
import SystemPackage
import WinnowControlAPI
import WinnowCore

/// The answer to one request: its status, and its body as it comes. Reads HTTP/1.1 as far as our own server writes it.
struct ClientAnswer {
  private enum Body {
    case length(Int)
    /// Bytes left of the current chunk; `nil` after the last one.
    case chunked(left: Int?)
  }

  let status: Int
  private let connection: ClientConnection
  private var buffer = Data()
  private var body: Body
  private var unreadLine = Data()

  /// Reads the head.
  ///
  /// - Throws: `.unreachable` where the connection ends before that, `.malformed`.
  init(reading connection: ClientConnection, isSent: Bool) throws(WinnowError) {
    self.connection = connection
    var lines: [String] = []
    var buffer = Data()
    while let line = try Self.line(&buffer, connection, limit: 64 << 10) {
      if line.isEmpty { break }
      lines.append(String(decoding: line, as: UTF8.self))
    }
    guard let first = lines.first else {
      throw ClientConnection.lost(isSent ? nil : "it took only a part of the request")
    }
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw WinnowError(.malformed, "this is no winnowd: it does not speak HTTP", remedy: "check --socket")
    }
    self.status = status
    self.buffer = buffer
    body = .length(0)
    for header in lines.dropFirst() {
      let parts = header.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == " " }
      switch parts[0].lowercased() {
      case "content-length": body = .length(Int(value) ?? 0)
      case "transfer-encoding" where value.lowercased() == "chunked": body = .chunked(left: 0)
      default: break
      }
    }
  }

  /// Some bytes of the body; `nil` at its end.
  ///
  /// - Throws: `.unreachable` where the connection ends before the body does.
  mutating func read() throws(WinnowError) -> Data? {
    switch body {
    case .length(0), .chunked(nil):
      return nil
    case .length(let left):
      let bytes = try take(left)
      body = .length(left - bytes.count)
      return bytes
    case .chunked(0?):
      guard let line = try Self.line(&buffer, connection, limit: 1 << 10),
        let size = Int(String(decoding: line, as: UTF8.self), radix: 16), size >= 0
      else { throw ClientConnection.lost() }
      if size == 0 {
        body = .chunked(left: nil)
        return nil
      }
      body = .chunked(left: size)
      return try read()
    case .chunked(let left?):
      let bytes = try take(left)
      body = .chunked(left: left - bytes.count)
      if left == bytes.count {
        // The line end behind the chunk.
        guard try Self.line(&buffer, connection, limit: 2) != nil else { throw ClientConnection.lost() }
      }
      return bytes
    }
  }

  mutating func readAll(limit: Int) throws(WinnowError) -> Data {
    var all = Data()
    while let bytes = try read() {
      all.append(bytes)
      guard all.count <= limit else { throw Self.tooLong(limit) }
    }
    return all
  }

  /// The next line of the body without its end; `nil` after the last.
  mutating func readLine(limit: Int) throws(WinnowError) -> Data? {
    while true {
      if let newline = unreadLine.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(unreadLine[..<newline])
        unreadLine = unreadLine[(newline + 1)...]
        if line.isEmpty { continue }
        return line
      }
      guard let bytes = try read() else {
        defer { unreadLine = Data() }
        return unreadLine.isEmpty ? nil : unreadLine
      }
      unreadLine.append(bytes)
      guard unreadLine.count <= limit else { throw Self.tooLong(limit) }
    }
  }

  private mutating func take(_ most: Int) throws(WinnowError) -> Data {
    if buffer.isEmpty {
      guard let more = try connection.receive() else { throw ClientConnection.lost() }
      buffer = more
    }
    let bytes = Data(buffer.prefix(most))
    buffer = buffer.dropFirst(bytes.count)
    return bytes
  }

  /// A line without its end; `nil` where the connection ends before it does.
  private static func line(
    _ buffer: inout Data, _ connection: ClientConnection, limit: Int
  ) throws(WinnowError) -> Data? {
    while true {
      if let newline = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        var line = Data(buffer[..<newline])
        buffer = buffer[(newline + 1)...]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
      }
      guard buffer.count <= limit else { throw tooLong(limit) }
      guard let more = try connection.receive() else { return nil }
      buffer.append(more)
    }
  }

  private static func tooLong(_ limit: Int) -> WinnowError {
    WinnowError(.tooLarge, "the daemon's answer is over \(limit) bytes")
  }
}
