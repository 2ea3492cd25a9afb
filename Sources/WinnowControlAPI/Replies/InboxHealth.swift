public import SystemPackage
public import WinnowCore

/// Whether an inbox hears of its files and keeps up with them.
public struct InboxHealth: Hashable, Sendable {
  /// How many in the last minute or two, and in the last hour.
  public struct Rate: Codable, Hashable, Sendable {
    public var minute: Int
    public var hour: Int

    public init(minute: Int, hour: Int) {
      self.minute = minute
      self.hour = hour
    }
  }

  /// How often events were lost since the daemon began, so that the folder was read through.
  public var overflows: Int
  public var arrived: Rate
  public var decided: Rate
  /// What has been here for longest without being handled; absent where nothing waits.
  public var oldest: FilePath?
  public var oldestSeconds: Int64?
  /// Whether the last file that `doctor` made to try the watch was heard of; absent where none was made.
  public var isHeard: Bool?
  public var tried: Timestamp?

  public init(
    overflows: Int, arrived: Rate, decided: Rate, oldest: FilePath? = nil, oldestSeconds: Int64? = nil,
    isHeard: Bool? = nil, tried: Timestamp? = nil
  ) {
    self.overflows = overflows
    self.arrived = arrived
    self.decided = decided
    self.oldest = oldest
    self.oldestSeconds = oldestSeconds
    self.isHeard = isHeard
    self.tried = tried
  }
}

extension InboxHealth: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    overflows = try fields.decode(Int.self, forKey: "overflows")
    arrived = try fields.decode(Rate.self, forKey: "arrived")
    decided = try fields.decode(Rate.self, forKey: "decided")
    oldest = try fields.decodeIfPresent(pathForKey: "oldest")
    oldestSeconds = try fields.decodeIfPresent(Int64.self, forKey: "oldest_seconds")
    isHeard = try fields.decodeIfPresent(Bool.self, forKey: "heard")
    tried = try fields.decodeIfPresent(Timestamp.self, forKey: "tried")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(overflows, forKey: "overflows")
    try fields.encode(arrived, forKey: "arrived")
    try fields.encode(decided, forKey: "decided")
    try fields.encodeIfPresent(path: oldest, forKey: "oldest")
    try fields.encodeIfPresent(oldestSeconds, forKey: "oldest_seconds")
    try fields.encodeIfPresent(isHeard, forKey: "heard")
    try fields.encodeIfPresent(tried, forKey: "tried")
  }
}
