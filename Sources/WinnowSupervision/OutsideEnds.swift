/// When something outside Winnow ended the worker: the out-of-memory killer, a person.
struct OutsideEnds: Hashable, Sendable {
  private let most: Int
  private let window: Duration
  private let lasting: Duration
  /// The latest ends, oldest first, at most `most` of them.
  private var times: [ContinuousClock.Instant] = []
  private var wereRepeated = false

  init(limits: WorkerLimits) {
    most = limits.outsideEnds
    window = limits.outsideWindow
    lasting = limits.outsideCondition
  }

  mutating func note(_ now: ContinuousClock.Instant) {
    if let last = times.last, now >= last + lasting { wereRepeated = false }
    times.append(now)
    if times.count > most { times.removeFirst() }
    if areRepeated(at: now) { wereRepeated = true }
  }

  /// Whether there have just been as many as the limits call trouble.
  func areRepeated(at now: ContinuousClock.Instant) -> Bool {
    times.count == most && now - times[0] <= window
  }

  /// Whether there was trouble, and the last of it is not long ago.
  func isCondition(at now: ContinuousClock.Instant) -> Bool {
    guard wereRepeated, let last = times.last else { return false }
    return now < last + lasting
  }
}
