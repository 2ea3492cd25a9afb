/// How the records of a stream are told apart.
enum RecordFraming: Hashable, Sendable {
  /// One JSON object a line.
  case lines
  case serverSentEvents

  var contentType: String {
    switch self {
    case .lines: "application/x-ndjson"
    case .serverSentEvents: "text/event-stream"
    }
  }

  func frame(_ json: [UInt8]) -> [UInt8] {
    switch self {
    case .lines: json + [UInt8(ascii: "\n")]
    case .serverSentEvents: Array("data: ".utf8) + json + Array("\n\n".utf8)
    }
  }

  func frame(error json: [UInt8]) -> [UInt8] {
    switch self {
    case .lines: json + [UInt8(ascii: "\n")]
    case .serverSentEvents: Array("event: error\ndata: ".utf8) + json + Array("\n\n".utf8)
    }
  }
}
