/// Holds an inbox back while its output cannot take pictures (full, read-only, away), and finds out with one picture
/// at a time whether that has passed. Pure.
struct FaultGate {
  private enum State {
    case open
    case closed(until: ContinuousClock.Instant)
    /// The time has come: one picture is let through.
    case probing
  }

  static let firstPause: Duration = .seconds(2)
  static let longestPause: Duration = .seconds(60)

  private var state = State.open
  private var pause = FaultGate.firstPause

  var isOpen: Bool {
    if case .open = state { true } else { false }
  }

  /// How many pictures may be on their way at `now`.
  mutating func room(at now: ContinuousClock.Instant) -> Int {
    switch state {
    case .open: return .max
    case .closed(let until) where until <= now:
      state = .probing
      return 1
    case .closed: return 0
    case .probing: return 1
    }
  }

  /// Whether the time of the next attempt has come.
  func isDue(at now: ContinuousClock.Instant) -> Bool { nextAttempt.map { $0 <= now } ?? false }

  /// When a picture may pass again; nil when it is open or one is on its way.
  var nextAttempt: ContinuousClock.Instant? {
    if case .closed(let until) = state { until } else { nil }
  }

  mutating func fault(at now: ContinuousClock.Instant) {
    // Pictures that were on their way when it closed fail too; that is one fault and not many.
    if case .closed = state { return }
    state = .closed(until: now + pause)
    pause = min(pause * 2, Self.longestPause)
  }

  /// A picture arrived.
  mutating func success() {
    state = .open
    pause = Self.firstPause
  }
}
