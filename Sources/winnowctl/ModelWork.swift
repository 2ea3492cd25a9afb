import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// Where a model verb is done: in the daemon when it answers, else, or with `--local`, in a child of this process.
enum ModelWork {
  case daemon(ControlClient)
  case local(LabProcess, library: FilePath)

  /// Chooses, and says which on standard error.
  init(_ options: GlobalOptions) throws(WinnowError) {
    let client = try options.client()
    if !options.local, client.isAnswered {
      self = .daemon(client)
      StandardError.tell("in the daemon at \(client.socket.escaped)")
    } else {
      let library = try options.paths().stateDirectory.appending("models")
      self = .local(try LabProcess(), library: library)
      StandardError.tell("in this process, with the models in \(library.escaped)")
    }
  }

  /// Makes a model of a file.
  static func publish(
    _ settings: ModelImportRequest, _ network: borrowing ReadableFile, _ file: FilePath, _ options: GlobalOptions
  ) throws(WinnowError) -> ModelChangeReply {
    var bar = ProgressBar()
    defer { bar.clear() }
    switch try ModelWork(options) {
    case .local(let lab, let library):
      let request = LabRequest(verb: .import, library: library, settings: settings, onnx: file)
      return try lab.run(request) { bar.show($0, $1) }
    case .daemon(let client):
      var last: JobRecord?
      let body = ClientBody.jsonThenFile(try Wire.encode(settings), network.descriptor, length: network.length)
      try client.stream(.modelImport, body: body) { (record: JobRecord) in
        bar.show(record.progress, record.text ?? "")
        last = record
        return true
      }
      if let error = last?.error { throw ErrorReply(error).asError }
      guard let result = last?.result else {
        throw WinnowError(.malformed, "the daemon ended the import without a result")
      }
      return try Wire.decode(ModelChangeReply.self, from: Wire.encode(result))
    }
  }

  /// Does a verb that has one document as its answer.
  func document<Document: Codable & Sendable>(
    _ verb: LabRequest.Verb, _ route: Route, model: String? = nil
  ) throws(WinnowError) -> Document {
    switch self {
    case .daemon(let client):
      return try client.call(route, parameter: model)
    case .local(let lab, let library):
      return try lab.run(LabRequest(verb: verb, library: library, model: model)) { _, _ in }
    }
  }
}
