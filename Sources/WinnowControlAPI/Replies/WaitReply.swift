/// The end of a `wait --idle`.
public struct WaitReply: Codable, Hashable, Sendable {
  /// Whether nothing is left that can go on by itself.
  public var idle: Bool
  /// What kept the daemon from being idle; empty when it is. Bounded by the daemon, `more` counts the rest.
  public var waiting: [FileReason]
  public var more: Int

  public init(idle: Bool, waiting: [FileReason] = [], more: Int = 0) {
    self.idle = idle
    self.waiting = waiting
    self.more = more
  }
}
