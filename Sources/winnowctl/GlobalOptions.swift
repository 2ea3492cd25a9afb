import ArgumentParser
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// What every verb takes, before it or behind it.
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The daemon's socket.", valueName: "path"))
  var socket: FileArgument?

  @Flag(help: "Print JSON: one document, or one object a line for streams.")
  var json = false

  @Flag(help: "Do model and data-set verbs in this process, even when the daemon answers.")
  var local = false

  /// - Throws: `.invalidInput` where a standard place cannot be found.
  func paths() throws(WinnowError) -> StandardPaths {
    try StandardPaths(StandardPaths.Options(socket: socket?.path))
  }

  func client() throws(WinnowError) -> ControlClient {
    // With the socket named, nothing else has to be found: no HOME is needed.
    if let socket { return ControlClient(socket: socket.path) }
    return ControlClient(socket: try paths().socket)
  }

  var output: Output { Output(isJSON: json) }

  /// Asks for one document and shows it.
  @discardableResult
  func show<Document: Codable & Viewable>(
    _ route: Route, parameter: String? = nil, as type: Document.Type = Document.self
  ) throws(WinnowError) -> Document {
    let document = try client().call(route, parameter: parameter, returning: type)
    try output.show(document)
    return document
  }

  /// Asks with a JSON object for one document and shows it.
  @discardableResult
  func show<Document: Codable & Viewable>(
    _ route: Route, sending request: some Encodable, as type: Document.Type = Document.self
  ) throws(WinnowError) -> Document {
    let document = try client().call(route, body: .json(request), returning: type)
    try output.show(document)
    return document
  }

  /// Asks for a stream and shows each record as it comes.
  func follow<Record: Codable & Listable>(
    _ route: Route, parameter: String? = nil, query: Query = Query(), of type: Record.Type = Record.self
  ) throws(WinnowError) {
    let output = output
    try client().stream(route, parameter: parameter, query: query, of: type) { record throws(WinnowError) in
      try output.list(record)
      return true
    }
  }
}
