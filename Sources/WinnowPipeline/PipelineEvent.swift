public import WinnowCore

/// What subscribers of the pipeline hear, as it happens.
public enum PipelineEvent: Sendable {
  /// Something became durable: a picture was moved, left, taken back.
  case picture(PictureEvent)
  /// A condition was raised, changed (`true`) or passed (`false`).
  case condition(HealthCondition, holds: Bool)
}

/// One thing that happened to one picture.
public struct PictureEvent: Sendable {
  public var time: Timestamp
  /// The picture's number in the ledger.
  public var picture: Int64
  public var inbox: String
  public var from: Place
  /// Nil where it stayed.
  public var to: Place?
  public var outcome: HistoryOutcome
  public var reason: String
  public var best: ClassScore?
  public var model: ModelVersion?
  public var digest: ContentDigest?
  public var run: Int64
  public var by: String
  /// The class that a person gave with it.
  public var label: String?
}

/// What goes to the journal.
public struct JournalLine: Sendable {
  /// As syslog(3) numbers them.
  public enum Severity: Int, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case information = 6
  }

  public var severity: Severity
  public var message: String
  public var code: String?
  public var inbox: String?
  public var file: String?

  public init(
    _ severity: Severity, _ message: String, code: String? = nil, inbox: String? = nil, file: String? = nil
  ) {
    self.severity = severity
    self.message = message
    self.code = code
    self.inbox = inbox
    self.file = file
  }
}
