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
