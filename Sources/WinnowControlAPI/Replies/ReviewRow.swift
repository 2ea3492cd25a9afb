public import SystemPackage
public import WinnowCore

/// One picture that waits for a person.
public struct ReviewRow: Hashable, Sendable {
  public var file: FilePath
  public var inbox: String
  /// The model's first choice; absent where it was not classified.
  public var `class`: String?
  public var probability: Double?
  public var top: [ClassifyReply.Score]
  public var model: String?
  public var reason: String
  public var time: Timestamp
  /// Names the picture in ranges; it keeps it for good.
  public var number: Int64
  /// The class that a person gave it, and who did, where that is known.
  public var label: String?
  public var by: String?

  public init(
    file: FilePath, inbox: String, class: String? = nil, probability: Double? = nil,
    top: [ClassifyReply.Score] = [], model: String? = nil, reason: String, time: Timestamp, number: Int64,
    label: String? = nil, by: String? = nil
  ) {
    self.file = file
    self.inbox = inbox
    self.class = `class`
    self.probability = probability
    self.top = top
    self.model = model
    self.reason = reason
    self.time = time
    self.number = number
    self.label = label
    self.by = by
  }
}

extension ReviewRow: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    inbox = try fields.decode(String.self, forKey: "inbox")
    `class` = try fields.decodeIfPresent(String.self, forKey: "class")
    probability = try fields.decodeIfPresent(Double.self, forKey: "probability")
    top = try fields.decode([ClassifyReply.Score].self, forKey: "top")
    model = try fields.decodeIfPresent(String.self, forKey: "model")
    reason = try fields.decode(String.self, forKey: "reason")
    time = try fields.decode(Timestamp.self, forKey: "time")
    number = try fields.decode(Int64.self, forKey: "number")
    label = try fields.decodeIfPresent(String.self, forKey: "label")
    by = try fields.decodeIfPresent(String.self, forKey: "by")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(inbox, forKey: "inbox")
    try fields.encodeIfPresent(`class`, forKey: "class")
    try fields.encodeIfPresent(probability, forKey: "probability")
    try fields.encode(top, forKey: "top")
    try fields.encodeIfPresent(model, forKey: "model")
    try fields.encode(reason, forKey: "reason")
    try fields.encode(time, forKey: "time")
    try fields.encode(number, forKey: "number")
    try fields.encodeIfPresent(label, forKey: "label")
    try fields.encodeIfPresent(by, forKey: "by")
  }
}

/// What `review accept` or `review set` did.
public struct ReviewReply: Hashable, Sendable {
  public struct Placed: Hashable, Sendable {
    public var file: FilePath
    public var to: FilePath
    public var `class`: String

    public init(file: FilePath, to: FilePath, class: String) {
      self.file = file
      self.to = to
      self.class = `class`
    }
  }

  public var placed: [Placed]
  public var refused: [FileReason]
  /// The run these moves make up, by which they can be taken back; absent where nothing moved.
  public var run: String?

  public init(placed: [Placed], refused: [FileReason] = [], run: String? = nil) {
    self.placed = placed
    self.refused = refused
    self.run = run
  }
}

/// What `review skip` did.
public struct ReviewSkipReply: Codable, Hashable, Sendable {
  /// How many pictures stay in review from now on.
  public var skipped: Int
  public var refused: [FileReason]

  public init(skipped: Int, refused: [FileReason] = []) {
    self.skipped = skipped
    self.refused = refused
  }
}

extension ReviewReply: Codable {}

extension ReviewReply.Placed: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    file = try fields.decode(pathForKey: "file")
    to = try fields.decode(pathForKey: "to")
    `class` = try fields.decode(String.self, forKey: "class")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: file, forKey: "file")
    try fields.encode(path: to, forKey: "to")
    try fields.encode(`class`, forKey: "class")
  }
}
