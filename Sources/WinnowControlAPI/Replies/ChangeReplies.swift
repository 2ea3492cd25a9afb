/// How the daemon stands after a pause or a resume.
public struct PauseReply: Codable, Hashable, Sendable {
  public var state: StatusReply.State
  /// The inboxes that are paused now.
  public var paused: [String]

  public init(state: StatusReply.State, paused: [String]) {
    self.state = state
    self.paused = paused
  }
}

/// The inboxes that are being scanned.
public struct RescanReply: Codable, Hashable, Sendable {
  public var inboxes: [String]
  /// How many held files are looked at anew; more than none only with `again`.
  public var released: Int

  public init(inboxes: [String], released: Int = 0) {
    self.inboxes = inboxes
    self.released = released
  }
}

/// What a reload changed.
public struct ReloadReply: Codable, Hashable, Sendable {
  /// A sentence for each change; empty where the configuration is as before.
  public var changes: [String]
  public var warnings: [String]

  public init(changes: [String], warnings: [String] = []) {
    self.changes = changes
    self.warnings = warnings
  }
}

/// Which programs talk to each other.
public struct VersionReply: Codable, Hashable, Sendable {
  public var version: String
  /// The interface's version, as in its paths.
  public var api: String

  public init(version: String, api: String = "v1") {
    self.version = version
    self.api = api
  }
}
