import FoundationEssentials
import SystemPackage
import WinnowConfig
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// Has work on a data set done: in the daemon when it answers, else, or with `--local`, in a child of this process.
struct DatasetWork {
  let options: GlobalOptions
  /// Whether the job's number is all that is wanted.
  var detach = false

  /// - Returns: the report; nil where the job was left to itself and shown.
  /// - Throws: what kept the work from being done; `.jobCancelled`, `.jobFailed` of a job of the daemon.
  func run<Report: Codable & Sendable>(
    _ request: DatasetRequest, returning type: Report.Type = Report.self
  ) throws(WinnowError) -> Report? {
    let client = try options.client()
    if !options.local, client.isAnswered {
      StandardError.tell("in the daemon at \(client.socket.escaped)")
      let job: Job = try client.call(.dataset, parameter: request.verb.rawValue, body: .json(request))
      if detach {
        try options.output.show(job)
        return nil
      }
      return try Self.report(of: try JobFollowing.wait(for: job.id, client))
    }
    guard !detach else { throw Detaching.withoutDaemon }
    let library = try options.paths().stateDirectory.appending("models")
    StandardError.tell("in this process")
    var bar = ProgressBar()
    defer { bar.clear() }
    return try LabProcess().run(LabRequest(verb: .dataset, library: library, dataset: request)) { bar.show($0, $1) }
  }

  static func report<Report: Codable>(of job: Job) throws(WinnowError) -> Report {
    if let error = job.error { throw ErrorReply(error).asError }
    guard job.state == .done, let result = job.result else {
      throw WinnowError(
        .init("job_\(job.state.rawValue)"), "job \(job.id) is \(job.state.rawValue)",
        remedy: "go on with `winnowctl jobs resume \(job.id)`")
    }
    do {
      return try JSONDecoder().decode(Report.self, from: try JSONEncoder().encode(result))
    } catch {
      throw WinnowError(
        .malformed, "the daemon's report is not what this winnowctl reads", remedy: "use programs of one version",
        cause: "\(error)")
    }
  }
}

/// A report that is shown as it came: its fields with their names.
struct DatasetResult: Codable, Hashable, Sendable {
  var fields: [String: JSONValue]

  init(from decoder: any Decoder) throws {
    fields = try decoder.singleValueContainer().decode([String: JSONValue].self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    for (name, value) in fields { try container.encode(value, forKey: Field(stringValue: name)) }
  }
}
