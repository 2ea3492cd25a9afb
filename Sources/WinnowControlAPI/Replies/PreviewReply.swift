public import SystemPackage
public import WinnowCore

/// Where a picture would go as things are.
public struct PreviewReply: Hashable, Sendable {
  public var file: FilePath
  public var inbox: String
  /// How the inbox places its pictures.
  public var action: PlacingAction
  /// `sorted`, `review`, `quarantined` or `left`.
  public var outcome: HistoryOutcome
  /// Where it, or what stands for it, would be placed; absent where nothing would. A taken name gets a number.
  public var destination: FilePath?
  public var reason: String
  public var `class`: String?
  /// 0 to 1, of `class`.
  public var probability: Double?
  /// `flowers@3`.
  public var model: String
  /// What templates can say of it: absent where it says nothing itself.
  public var taken: Timestamp?
  public var camera: String?

  public init(
    file: FilePath, inbox: String, action: PlacingAction, outcome: HistoryOutcome, destination: FilePath?,
    reason: String, class: String?, probability: Double?, model: String, taken: Timestamp?, camera: String?
  ) {
    self.file = file
    self.inbox = inbox
    self.action = action
    self.outcome = outcome
    self.destination = destination
    self.reason = reason
    self.class = `class`
    self.probability = probability
    self.model = model
    self.taken = taken
    self.camera = camera
  }
}

extension PreviewReply: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    inbox = try fields.decode(String.self, forKey: "inbox")
    action = PlacingAction(rawValue: try fields.decode(String.self, forKey: "action")) ?? .move
    outcome = try fields.decode(HistoryOutcome.self, forKey: "outcome")
    destination = try fields.decodeIfPresent(pathForKey: "destination")
    reason = try fields.decode(String.self, forKey: "reason")
    `class` = try fields.decodeIfPresent(String.self, forKey: "class")
    probability = try fields.decodeIfPresent(Double.self, forKey: "probability")
    model = try fields.decode(String.self, forKey: "model")
    taken = try fields.decodeIfPresent(Timestamp.self, forKey: "taken")
    camera = try fields.decodeIfPresent(String.self, forKey: "camera")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(inbox, forKey: "inbox")
    try fields.encode(action.rawValue, forKey: "action")
    try fields.encode(outcome, forKey: "outcome")
    try fields.encodeIfPresent(path: destination, forKey: "destination")
    try fields.encode(reason, forKey: "reason")
    try fields.encodeIfPresent(`class`, forKey: "class")
    try fields.encodeIfPresent(probability, forKey: "probability")
    try fields.encode(model, forKey: "model")
    try fields.encodeIfPresent(taken, forKey: "taken")
    try fields.encodeIfPresent(camera, forKey: "camera")
  }
}
