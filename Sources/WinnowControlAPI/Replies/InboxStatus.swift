public import SystemPackage

/// How many pictures of an inbox stand where, from the ledger.
public struct InboxCounts: Hashable, Sendable {
  public var settling: Int
  public var sorted: Int
  public var review: Int
  public var quarantined: Int
  public var left: Int
  public var failed: Int

  /// All of them.
  public var seen: Int { settling + sorted + review + quarantined + left + failed }

  public init(
    settling: Int = 0, sorted: Int = 0, review: Int = 0, quarantined: Int = 0, left: Int = 0, failed: Int = 0
  ) {
    self.settling = settling
    self.sorted = sorted
    self.review = review
    self.quarantined = quarantined
    self.left = left
    self.failed = failed
  }
}

extension InboxCounts: Codable {
  private enum CodingKeys: CodingKey { case seen, settling, sorted, review, quarantined, left, failed }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    settling = try fields.decode(Int.self, forKey: .settling)
    sorted = try fields.decode(Int.self, forKey: .sorted)
    review = try fields.decode(Int.self, forKey: .review)
    quarantined = try fields.decode(Int.self, forKey: .quarantined)
    left = try fields.decode(Int.self, forKey: .left)
    failed = try fields.decode(Int.self, forKey: .failed)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(seen, forKey: .seen)
    try fields.encode(settling, forKey: .settling)
    try fields.encode(sorted, forKey: .sorted)
    try fields.encode(review, forKey: .review)
    try fields.encode(quarantined, forKey: .quarantined)
    try fields.encode(left, forKey: .left)
    try fields.encode(failed, forKey: .failed)
  }
}

/// One inbox in `status`.
public struct InboxStatus: Hashable, Sendable {
  /// How the daemon hears of changes.
  public enum Source: String, Codable, Hashable, Sendable, CaseIterable {
    case inotify, poll
  }

  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    case watching, paused
    /// It is outside its hours, or the machine is on its battery; a note says which, and nothing is wrong.
    case resting
    /// Its folder or its mount is not there.
    case away
    /// It is refused or cannot be used; a condition says why.
    case stopped
  }

  public var name: String
  public var path: FilePath
  public var output: FilePath
  public var model: String
  public var source: Source
  public var state: State
  public var counts: InboxCounts
  /// What a person should know about this inbox, such as a file system without read leases.
  public var notes: [String]
  /// How often its model is wrong; absent where nothing is known.
  public var error: InboxError?
  public var health: InboxHealth?

  public init(
    name: String, path: FilePath, output: FilePath, model: String, source: Source, state: State,
    counts: InboxCounts, notes: [String] = [], error: InboxError? = nil, health: InboxHealth? = nil
  ) {
    self.name = name
    self.path = path
    self.output = output
    self.model = model
    self.source = source
    self.state = state
    self.counts = counts
    self.notes = notes
    self.error = error
    self.health = health
  }
}

extension InboxStatus: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    name = try fields.decode(String.self, forKey: "name")
    path = try fields.decode(pathForKey: "path")
    output = try fields.decode(pathForKey: "output")
    model = try fields.decode(String.self, forKey: "model")
    source = try fields.decode(Source.self, forKey: "source")
    state = try fields.decode(State.self, forKey: "state")
    counts = try fields.decode(InboxCounts.self, forKey: "counts")
    notes = try fields.decode([String].self, forKey: "notes")
    error = try fields.decodeIfPresent(InboxError.self, forKey: "error")
    health = try fields.decodeIfPresent(InboxHealth.self, forKey: "health")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(name, forKey: "name")
    try fields.encode(path: path, forKey: "path")
    try fields.encode(path: output, forKey: "output")
    try fields.encode(model, forKey: "model")
    try fields.encode(source, forKey: "source")
    try fields.encode(state, forKey: "state")
    try fields.encode(counts, forKey: "counts")
    try fields.encode(notes, forKey: "notes")
    try fields.encodeIfPresent(error, forKey: "error")
    try fields.encodeIfPresent(health, forKey: "health")
  }
}
