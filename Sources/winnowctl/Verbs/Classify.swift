import ArgumentParser
import Dispatch
import Synchronization
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what pictures show, without moving them.",
    discussion: "The files are read here and sent to the daemon, so they may lie anywhere you can read.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: "Pictures.")
  var files: [FileArgument]

  @Option(help: ArgumentHelp("NAME or NAME@VERSION; without it the only model there is.", valueName: "model"))
  var model: String?

  @Flag(help: "Show the network's raw outputs too, in label order.")
  var logits = false

  /// So many pictures are on their way at once; chosen, not measured.
  private static let width = 8

  func run() throws {
    let client = try options.client()
    var refusals: [WinnowError] = []
    for start in stride(from: 0, to: files.count, by: Self.width) {
      let group = Array(files[start..<min(start + Self.width, files.count)])
      for outcome in classify(group, client) {
        if let error = outcome.failure {
          // Without the daemon, or the right to ask it, no other picture fares better.
          if ExitStatus(for: error) != .failed { throw error }
          refusals.append(error)
        }
        try options.output.list(outcome)
      }
    }
    try Finished.check(.of(failures: refusals.count, among: files.count))
  }

  private func classify(_ group: [FileArgument], _ client: ControlClient) -> [ClassifyOutcome] {
    let outcomes = Mutex([ClassifyOutcome?](repeating: nil, count: group.count))
    let (model, logits) = (model, logits)
    DispatchQueue.concurrentPerform(iterations: group.count) { index in
      let outcome = Self.classify(group[index].absolute, model: model, logits: logits, client)
      outcomes.withLock { $0[index] = outcome }
    }
    return outcomes.withLock { $0.compactMap(\.self) }
  }

  private static func classify(
    _ file: FilePath, model: String?, logits: Bool, _ client: ControlClient
  ) -> ClassifyOutcome {
    do throws(WinnowError) {
      let picture = try ReadableFile(file)
      let request = ClassifyRequest(file: file, model: model, logits: logits)
      return .classified(
        try client.call(
          .classify, query: request.query, body: .file(picture.descriptor, length: picture.length)))
    } catch {
      return .refused(file, error)
    }
  }
}

/// What became of one picture.
enum ClassifyOutcome: Sendable {
  case classified(ClassifyReply)
  case refused(FilePath, WinnowError)

  var failure: WinnowError? { if case .refused(_, let error) = self { error } else { nil } }
}

extension ClassifyOutcome: Encodable {
  func encode(to encoder: any Encoder) throws {
    switch self {
    case .classified(let reply):
      try reply.encode(to: encoder)
    case .refused(let file, let error):
      var fields = encoder.container(keyedBy: Field.self)
      try fields.encode(path: file, forKey: "file")
      try fields.encode(ErrorReply(error).error, forKey: "error")
    }
  }
}
