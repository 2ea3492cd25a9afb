public import WinnowCore

/// How a job stands. Raw values are the outward interface's.
public enum JobState: String, Hashable, Sendable, Codable, CaseIterable {
  case queued, running, done, failed, cancelled
  /// The daemon ended while it ran.
  case interrupted

  /// Whether it will not change by itself any more.
  public var isFinal: Bool { self != .queued && self != .running }
}

/// A long piece of work: a sort, a training, an evaluation.
public struct JobRecord: Hashable, Sendable {
  public var id: Int64
  public var kind: String
  /// What to do, as JSON.
  public var spec: String
  public var state: JobState
  /// 0 to 1.
  public var progress: Double
  /// What it does just now, in words for the user.
  public var text: String
  /// As JSON, once done.
  public var result: String?
  /// In words for the user, once failed.
  public var error: String?
  public var created: Timestamp
  public var started: Timestamp?
  public var finished: Timestamp?
  public var by: String

  public init(
    id: Int64, kind: String, spec: String, state: JobState = .queued, progress: Double = 0, text: String = "",
    result: String? = nil, error: String? = nil, created: Timestamp, started: Timestamp? = nil,
    finished: Timestamp? = nil, by: String
  ) {
    self.id = id
    self.kind = kind
    self.spec = spec
    self.state = state
    self.progress = progress
    self.text = text
    self.result = result
    self.error = error
    self.created = created
    self.started = started
    self.finished = finished
    self.by = by
  }
}
