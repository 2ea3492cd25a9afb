/// A pause that doubles from try to try up to a limit. Pure.
struct Backoff {
  let first: Duration
  let longest: Duration
  private var next: Duration
  /// When to try again; nil while nothing is to be tried.
  private(set) var deadline: ContinuousClock.Instant?

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
    next = first
  }

  /// Something failed: try again after a pause, unless that is planned already.
  mutating func plan(at now: ContinuousClock.Instant) {
    guard deadline == nil else { return }
    deadline = now + next
    next = min(next * 2, longest)
  }

  /// Whether the time has come; it is then no longer planned.
  mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
    guard let deadline, deadline <= now else { return false }
    self.deadline = nil
    return true
  }

  /// It worked: the next failure waits for the first pause again.
  mutating func reset() {
    next = first
    deadline = nil
  }

  /// Try at the next opportunity.
  mutating func hurry(at now: ContinuousClock.Instant) {
    next = first
    if deadline != nil { deadline = now }
  }
}
