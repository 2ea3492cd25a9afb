import FoundationEssentials
public import SystemPackage
public import WinnowControlAPI
public import WinnowCore

/// Asks the daemon over its Unix socket. Blocks, and opens one connection for each call, so a value can be used from
/// any thread and nothing is left behind.
public struct ControlClient: Sendable {
  public let socket: FilePath

  public init(socket: FilePath) { self.socket = socket }

  /// Asks for one document.
  ///
  /// - Throws: what the daemon answered, `.unreachable` where it does not, `.malformed` where it makes no sense.
  public func call<Document: Decodable>(
    _ route: Route, parameter: String? = nil, query: Query = Query(), body: ClientBody = .none,
    returning type: Document.Type = Document.self
  ) throws(WinnowError) -> Document {
    var answer = try ask(route, parameter, query, body, accept: "application/json")
    return try Wire.decode(type, from: answer.readAll(limit: Self.documentLimit))
  }

  /// Asks for a stream and gives each record to `take` as it comes, until the stream ends or `take` returns `false`.
  ///
  /// - Throws: as `call` does, also for an error that ends the stream.
  public func stream<Record: Decodable>(
    _ route: Route, parameter: String? = nil, query: Query = Query(), body: ClientBody = .none,
    of type: Record.Type = Record.self, take: (Record) throws(WinnowError) -> Bool
  ) throws(WinnowError) {
    var answer = try ask(route, parameter, query, body, accept: "application/x-ndjson")
    while let line = try answer.readLine(limit: Self.documentLimit) {
      if let failure = try? Wire.decode(StreamFailure.self, from: line), failure.isWhole {
        throw try Wire.decode(ErrorReply.self, from: line).asError
      }
      guard try take(Wire.decode(type, from: line)) else { return }
    }
  }

  /// Asks for a file and writes it to `file`.
  ///
  /// - Returns: how many bytes it has.
  /// - Throws: as `call` does; what was written by then is not the whole file.
  public func download(_ route: Route, parameter: String? = nil, to file: FileDescriptor) throws(WinnowError) -> Int64 {
    var answer = try ask(route, parameter, Query(), .none, accept: "application/octet-stream")
    var count: Int64 = 0
    while let bytes = try answer.read() {
      do {
        count += Int64(try file.writeAll(bytes))
      } catch {
        throw WinnowError(.systemCall, "the file cannot be written", cause: "\(error)")
      }
    }
    return count
  }

  /// Whether somebody answers at the socket.
  public var isAnswered: Bool { (try? ClientConnection(to: socket)) != nil }

  /// Bytes of one JSON object that are taken at most; chosen, not measured.
  private static let documentLimit = 256 << 20

  private func ask(
    _ route: Route, _ parameter: String?, _ query: Query, _ body: ClientBody, accept: String
  ) throws(WinnowError) -> ClientAnswer {
    let connection = try ClientConnection(to: socket)
    var head = "\(route.method.rawValue) \(route.path(parameter))\(query.text) HTTP/1.1\r\n"
    head += "Host: winnow\r\nConnection: close\r\nAccept: \(accept)\r\n"
    if let length = body.length { head += "Content-Length: \(length)\r\n" }
    // Where the daemon refuses before it has read all, sending fails, and its answer says why.
    var isSent = try connection.send(Data((head + "\r\n").utf8))
    if isSent { isSent = try body.send(over: connection) }
    var answer = try ClientAnswer(reading: connection, isSent: isSent)
    guard answer.status == 200 else {
      let data = try answer.readAll(limit: Self.documentLimit)
      if let reply = try? Wire.decode(ErrorReply.self, from: data) { throw reply.asError }
      throw WinnowError(.malformed, "the daemon answered with HTTP status \(answer.status)")
    }
    return answer
  }

  /// Tells an error that ends a stream from a record that has an error among other fields.
  private struct StreamFailure: Decodable {
    var isWhole: Bool

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Field.self)
      isWhole = Set(fields.allKeys) == ["error", "schema"]
    }
  }
}
