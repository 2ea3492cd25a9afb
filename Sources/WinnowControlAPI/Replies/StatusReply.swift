public import SystemPackage
public import WinnowCore

/// Where the daemon stands.
public struct StatusReply: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    case ready, degraded, paused
  }

  /// Bytes, as `/proc` counts them.
  public struct Memory: Codable, Hashable, Sendable {
    /// The daemon's resident memory.
    public var rss: Int64
    /// The part of `rss` that is no file.
    public var anonymous: Int64
    /// The worker's resident memory; absent while none runs.
    public var worker: Int64?

    public init(rss: Int64, anonymous: Int64, worker: Int64? = nil) {
      self.rss = rss
      self.anonymous = anonymous
      self.worker = worker
    }
  }

  /// The socket as it really is; where systemd made it, the socket unit decided.
  public struct Socket: Hashable, Sendable {
    public var path: FilePath
    /// Four octal digits: `0660`.
    public var mode: String
    public var group: String
    /// `winnowd`, or `systemd` where the socket was handed over.
    public var madeBy: String

    public init(path: FilePath, mode: String, group: String, madeBy: String) {
      self.path = path
      self.mode = mode
      self.group = group
      self.madeBy = madeBy
    }
  }

  public var state: State
  public var version: String
  public var pid: Int32
  public var started: Timestamp
  public var conditions: [ConditionEntry]
  public var inboxes: [InboxStatus]
  public var worker: WorkerStatus
  public var models: [ModelEntry]
  public var memory: Memory
  /// Pictures that people put elsewhere than the model did.
  public var corrections: Int
  public var socket: Socket?
  /// Absent without hooks.
  public var hooks: [HookStatus]?

  public init(
    state: State, version: String, pid: Int32, started: Timestamp, conditions: [ConditionEntry],
    inboxes: [InboxStatus], worker: WorkerStatus, models: [ModelEntry], memory: Memory, corrections: Int,
    socket: Socket? = nil, hooks: [HookStatus]? = nil
  ) {
    self.state = state
    self.version = version
    self.pid = pid
    self.started = started
    self.conditions = conditions
    self.inboxes = inboxes
    self.worker = worker
    self.models = models
    self.memory = memory
    self.corrections = corrections
    self.socket = socket
    self.hooks = hooks
  }
}

extension StatusReply.Socket: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    path = try fields.decode(pathForKey: "path")
    mode = try fields.decode(String.self, forKey: "mode")
    group = try fields.decode(String.self, forKey: "group")
    madeBy = try fields.decode(String.self, forKey: "made_by")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: path, forKey: "path")
    try fields.encode(mode, forKey: "mode")
    try fields.encode(group, forKey: "group")
    try fields.encode(madeBy, forKey: "made_by")
  }
}
