/// Holds the number of pictures in flight below what the worker announced, after trouble, and raises it again.
struct FlightThrottle: Hashable, Sendable {
  private struct Lowered: Hashable {
    var limit: Int
    var since: ContinuousClock.Instant
  }

  /// Above this nothing is gained by holding back.
  private static let harmless = 64
  private var lowered: Lowered?

  func limit(of capacity: Int) -> Int { min(capacity, lowered?.limit ?? capacity) }

  /// Halves the number; never below one.
  mutating func lower(from current: Int, at now: ContinuousClock.Instant) {
    lowered = Lowered(limit: max(1, limit(of: current) / 2), since: now)
  }

  /// Doubles the number when the worker has answered for `recovery` without trouble.
  mutating func noteAnswer(at now: ContinuousClock.Instant, recovery: Duration) {
    guard let lowered, now >= lowered.since + recovery else { return }
    let limit = lowered.limit * 2
    self.lowered = limit >= Self.harmless ? nil : Lowered(limit: limit, since: now)
  }
}
