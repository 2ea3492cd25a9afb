/// Whether a transfer still goes on, from how much has come when. Pure.
struct TransferWatch {
  struct Limits: Hashable, Sendable {
    /// Bytes in each window; fewer, and it counts as stalled.
    var leastBytes: Int64 = 15 << 10
    var window: Duration = .seconds(15)
    /// From the start to the last byte.
    var whole: Duration = .seconds(120)
  }

  enum Verdict: Hashable {
    case going, stalled, overdue
  }

  private let limits: Limits
  private var start: ContinuousClock.Instant
  private var windowStart: ContinuousClock.Instant
  private var windowBytes: Int64 = 0

  init(_ limits: Limits, from now: ContinuousClock.Instant) {
    self.limits = limits
    start = now
    windowStart = now
  }

  /// - Parameter bytes: All that have come so far.
  mutating func observe(_ bytes: Int64, at now: ContinuousClock.Instant) -> Verdict {
    if now - start >= limits.whole { return .overdue }
    if now - windowStart >= limits.window {
      if bytes - windowBytes < limits.leastBytes { return .stalled }
      windowStart = now
      windowBytes = bytes
    }
    return .going
  }

  /// When the next verdict may differ though nothing comes.
  var nextLook: ContinuousClock.Instant { min(start + limits.whole, windowStart + limits.window) }

  /// For so long nobody read what came, so it does not count.
  mutating func pardon(_ absence: Duration) {
    start += absence
    windowStart += absence
  }
}
