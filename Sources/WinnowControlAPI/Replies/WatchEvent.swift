public import SystemPackage
public import WinnowCore

/// One thing that happened, as `watch` shows it.
public struct WatchEvent: Hashable, Sendable {
  /// What happened. The outcomes bear the names they have in the history.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// A file was seen and settles.
    case settling
    case sorted, review, quarantined, left, failed, undone, corrected
    /// A condition came or went; `reason` has its text, `code` its code.
    case conditionRaised = "condition_raised"
    case conditionCleared = "condition_cleared"
    /// Pause, resume, reload, an inbox added or removed, a model promoted; `reason` says which.
    case changed
    /// A job changed its state; `job` and `reason` say which and how.
    case job
  }

  public var time: Timestamp
  public var event: Kind
  public var inbox: String?
  public var file: FilePath?
  public var from: FilePath?
  public var to: FilePath?
  public var `class`: String?
  public var probability: Double?
  public var model: String?
  public var reason: String?
  public var code: String?
  public var job: String?
  public var run: String?
  /// The picture's number; it keeps it for good.
  public var picture: Int64?
  /// The class that a person gave with it.
  public var label: String?

  public init(
    time: Timestamp, event: Kind, inbox: String? = nil, file: FilePath? = nil, from: FilePath? = nil,
    to: FilePath? = nil, class: String? = nil, probability: Double? = nil, model: String? = nil,
    reason: String? = nil, code: String? = nil, job: String? = nil, run: String? = nil, picture: Int64? = nil,
    label: String? = nil
  ) {
    self.time = time
    self.event = event
    self.inbox = inbox
    self.file = file
    self.from = from
    self.to = to
    self.class = `class`
    self.probability = probability
    self.model = model
    self.reason = reason
    self.code = code
    self.job = job
    self.run = run
    self.picture = picture
    self.label = label
  }
}

extension WatchEvent: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    time = try fields.decode(Timestamp.self, forKey: "time")
    event = try fields.decode(Kind.self, forKey: "event")
    inbox = try fields.decodeIfPresent(String.self, forKey: "inbox")
    file = try fields.decodeIfPresent(pathForKey: "file")
    from = try fields.decodeIfPresent(pathForKey: "from")
    to = try fields.decodeIfPresent(pathForKey: "to")
    `class` = try fields.decodeIfPresent(String.self, forKey: "class")
    probability = try fields.decodeIfPresent(Double.self, forKey: "probability")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    reason = try fields.decodeIfPresent(String.self, forKey: "reason")
    code = try fields.decodeIfPresent(String.self, forKey: "code")
    job = try fields.decodeIfPresent(String.self, forKey: "job")
    run = try fields.decodeIfPresent(String.self, forKey: "run")
    picture = try fields.decodeIfPresent(Int64.self, forKey: "picture")
    label = try fields.decodeIfPresent(String.self, forKey: "label")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(time, forKey: "time")
    try fields.encode(event, forKey: "event")
    try fields.encodeIfPresent(inbox, forKey: "inbox")
    try fields.encodeIfPresent(path: file, forKey: "file")
    try fields.encodeIfPresent(path: from, forKey: "from")
    try fields.encodeIfPresent(path: to, forKey: "to")
    try fields.encodeIfPresent(`class`, forKey: "class")
    try fields.encodeIfPresent(probability, forKey: "probability")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encodeIfPresent(reason, forKey: "reason")
    try fields.encodeIfPresent(code, forKey: "code")
    try fields.encodeIfPresent(job, forKey: "job")
    try fields.encodeIfPresent(run, forKey: "run")
    try fields.encodeIfPresent(picture, forKey: "picture")
    try fields.encodeIfPresent(label, forKey: "label")
  }
}
