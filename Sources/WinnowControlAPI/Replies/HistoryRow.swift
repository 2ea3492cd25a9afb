public import SystemPackage
public import WinnowCore

/// One thing that happened to one picture.
public struct HistoryRow: Hashable, Sendable {
  /// Where the picture lay when the row was written.
  public var file: FilePath
  /// Where it was before, where it moved.
  public var from: FilePath?
  public var to: FilePath?
  public var outcome: HistoryOutcome
  public var reason: String
  public var `class`: String?
  public var probability: Double?
  /// `flowers@3`.
  public var model: String?
  public var time: Timestamp
  /// Hexadecimal; present wherever the bytes were read.
  public var sha256: String?
  public var run: String?
  /// Who asked for it through the socket; absent where the daemon acted by itself.
  public var by: String?
  public var inbox: String?
  /// The class that a person gave with it.
  public var label: String?
  /// How it was placed, or what an undo took away; absent for a move.
  public var action: PlacingAction?
  /// The row's own number; later rows have larger ones.
  public var row: Int64?
  /// The picture's number; it keeps it for good.
  public var picture: Int64?

  public init(
    file: FilePath, from: FilePath? = nil, to: FilePath? = nil, outcome: HistoryOutcome, reason: String,
    class: String? = nil, probability: Double? = nil, model: String? = nil, time: Timestamp, sha256: String? = nil,
    run: String? = nil, by: String? = nil, inbox: String? = nil, label: String? = nil,
    action: PlacingAction? = nil, row: Int64? = nil, picture: Int64? = nil
  ) {
    self.file = file
    self.from = from
    self.to = to
    self.outcome = outcome
    self.reason = reason
    self.class = `class`
    self.probability = probability
    self.model = model
    self.time = time
    self.sha256 = sha256
    self.run = run
    self.by = by
    self.inbox = inbox
    self.label = label
    self.action = action
    self.row = row
    self.picture = picture
  }
}

extension HistoryRow: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    from = try fields.decodeIfPresent(pathForKey: "from")
    to = try fields.decodeIfPresent(pathForKey: "to")
    outcome = try fields.decode(HistoryOutcome.self, forKey: "outcome")
    reason = try fields.decode(String.self, forKey: "reason")
    `class` = try fields.decodeIfPresent(String.self, forKey: "class")
    probability = try fields.decodeIfPresent(Double.self, forKey: "probability")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    time = try fields.decode(Timestamp.self, forKey: "time")
    sha256 = try fields.decodeIfPresent(String.self, forKey: "sha256")
    run = try fields.decodeIfPresent(String.self, forKey: "run")
    by = try fields.decodeIfPresent(String.self, forKey: "by")
    inbox = try fields.decodeIfPresent(String.self, forKey: "inbox")
    label = try fields.decodeIfPresent(String.self, forKey: "label")
    action = try fields.decodeIfPresent(String.self, forKey: "action").flatMap(PlacingAction.init)
    row = try fields.decodeIfPresent(Int64.self, forKey: "row")
    picture = try fields.decodeIfPresent(Int64.self, forKey: "picture")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encodeIfPresent(path: from, forKey: "from")
    try fields.encodeIfPresent(path: to, forKey: "to")
    try fields.encode(outcome, forKey: "outcome")
    try fields.encode(reason, forKey: "reason")
    try fields.encodeIfPresent(`class`, forKey: "class")
    try fields.encodeIfPresent(probability, forKey: "probability")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encode(time, forKey: "time")
    try fields.encodeIfPresent(sha256, forKey: "sha256")
    try fields.encodeIfPresent(run, forKey: "run")
    try fields.encodeIfPresent(by, forKey: "by")
    try fields.encodeIfPresent(inbox, forKey: "inbox")
    try fields.encodeIfPresent(label, forKey: "label")
    try fields.encodeIfPresent(action?.rawValue, forKey: "action")
    try fields.encodeIfPresent(row, forKey: "row")
    try fields.encodeIfPresent(picture, forKey: "picture")
  }
}
