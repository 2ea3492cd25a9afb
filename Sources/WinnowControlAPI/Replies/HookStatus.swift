public import WinnowCore

/// How far one hook has been told.
public struct HookStatus: Codable, Hashable, Sendable {
  public var target: HookTarget
  /// Events that wait to be delivered.
  public var waiting: Int64
  /// Events that were refused alone, and are tried again with the next start or reload.
  public var aside: Int64
  /// Since the daemon started.
  public var delivered: Int64
  /// Tries that came to nothing, since the daemon started.
  public var failures: Int64
  /// When the oldest event that waits happened.
  public var oldest: Timestamp?
  /// Since when nothing has been taken; absent while all is well.
  public var failingSince: Timestamp?
  /// Absent while all is well.
  public var lastError: String?

  public init(
    target: HookTarget, waiting: Int64, aside: Int64, delivered: Int64, failures: Int64, oldest: Timestamp? = nil,
    failingSince: Timestamp? = nil, lastError: String? = nil
  ) {
    self.target = target
    self.waiting = waiting
    self.aside = aside
    self.delivered = delivered
    self.failures = failures
    self.oldest = oldest
    self.failingSince = failingSince
    self.lastError = lastError
  }

  private enum CodingKeys: String, CodingKey {
    case target, waiting, aside, delivered, failures, oldest
    case failingSince = "failing_since"
    case lastError = "last_error"
  }
}
