public import WinnowCore

/// Long work with a row in the ledger.
public struct Job: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    case queued, running, done, failed, cancelled, interrupted

    /// Whether it stays so by itself.
    public var isFinal: Bool {
      switch self {
      case .queued, .running: false
      case .done, .failed, .cancelled, .interrupted: true
      }
    }
  }

  public var id: String
  /// `sort`, `import` …
  public var kind: String
  public var state: State
  /// 0 to 1.
  public var progress: Double
  /// What it is doing, in a few words.
  public var text: String?
  public var created: Timestamp
  public var started: Timestamp?
  public var finished: Timestamp?
  /// Who asked for it.
  public var by: String?
  public var spec: JSONValue?
  public var result: JSONValue?
  public var error: ErrorReply.Detail?

  public init(
    id: String, kind: String, state: State, progress: Double, text: String? = nil, created: Timestamp,
    started: Timestamp? = nil, finished: Timestamp? = nil, by: String? = nil, spec: JSONValue? = nil,
    result: JSONValue? = nil, error: WinnowError? = nil
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.progress = progress
    self.text = text
    self.created = created
    self.started = started
    self.finished = finished
    self.by = by
    self.spec = spec
    self.result = result
    self.error = error.map { ErrorReply($0).error }
  }
}

public struct JobListReply: Codable, Hashable, Sendable {
  public var jobs: [Job]
  public init(jobs: [Job]) { self.jobs = jobs }
}

/// One line of a job that is followed. The last one has a final state, and the result or the error.
public struct JobRecord: Codable, Hashable, Sendable {
  public var id: String
  public var state: Job.State
  public var progress: Double
  public var text: String?
  public var result: JSONValue?
  public var error: ErrorReply.Detail?

  public init(
    id: String, state: Job.State, progress: Double, text: String? = nil, result: JSONValue? = nil,
    error: WinnowError? = nil
  ) {
    self.id = id
    self.state = state
    self.progress = progress
    self.text = text
    self.result = result
    self.error = error.map { ErrorReply($0).error }
  }
}

/// The counts of a finished `sort`, the result of its job.
public struct SortResult: Codable, Hashable, Sendable {
  public var seen: Int
  public var sorted: Int
  public var review: Int
  public var quarantined: Int
  public var left: Int
  public var failed: Int
  /// By which it can be undone; absent after a dry run.
  public var run: String?
  /// What a dry run would do, a row a picture.
  public var planned: [HistoryRow]?

  public init(
    seen: Int, sorted: Int, review: Int, quarantined: Int, left: Int, failed: Int, run: String? = nil,
    planned: [HistoryRow]? = nil
  ) {
    self.seen = seen
    self.sorted = sorted
    self.review = review
    self.quarantined = quarantined
    self.left = left
    self.failed = failed
    self.run = run
    self.planned = planned
  }
}
