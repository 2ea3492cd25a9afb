/// When a target is tried again. Pure: it is told the time.
///
/// Events of one inbox go in order, so that one that is refused holds back the later ones of its inbox and no others. A
/// target that is not there is one to every inbox. Pauses double from a second up to five minutes.
public struct HookSchedule: Sendable {
  public typealias Instant = ContinuousClock.Instant

  private struct Failing {
    var tries = 0
    var since: Instant
    var retry: Instant
  }

  /// How often and for how long an event is refused before the one behind it is tried as well, to tell an event that
  /// nobody takes from a target that takes none. Chosen, not measured.
  public static let patience = (tries: 20, time: Duration.seconds(3600))

  private static let longestPause = 300.0
  private var inboxes: [String: Failing] = [:]
  private var target: Failing?

  public init() {}

  /// Whether the first event of this inbox may be tried now.
  public func isDue(_ inbox: String, at now: Instant) -> Bool { dueTime(of: inbox).map { $0 <= now } ?? true }

  /// When the next of these inboxes is due; nil where there is none, or one is due at any time.
  public func nextDue(of inboxes: some Sequence<String>) -> Instant? { inboxes.compactMap(dueTime).min() }

  /// Whether the first event of this inbox was refused so often that it may be the event's own fault.
  public func isSuspect(_ inbox: String, at now: Instant) -> Bool {
    guard let failing = inboxes[inbox] else { return false }
    return failing.tries >= Self.patience.tries && now - failing.since >= Self.patience.time
  }

  public var isFailing: Bool { target != nil || !inboxes.isEmpty }

  /// The most failures in a row.
  public var tries: Int { max(target?.tries ?? 0, inboxes.values.map(\.tries).max() ?? 0) }

  /// An event of this inbox was taken.
  public mutating func delivered(_ inbox: String) {
    inboxes[inbox] = nil
    target = nil
  }

  /// - Parameters:
  ///   - inbox: whose event it was; nil where it got as far as no event.
  ///   - jitter: 0 to 1, drawn at random, so that many targets do not come back at once.
  public mutating func failed(_ inbox: String?, _ fault: HookFault, at now: Instant, jitter: Double) {
    if let inbox, fault == .refused {
      inboxes[inbox] = Self.next(after: inboxes[inbox], at: now, jitter)
      target = nil
    } else {
      target = Self.next(after: target, at: now, jitter)
    }
  }

  private func dueTime(of inbox: String) -> Instant? {
    [target?.retry, inboxes[inbox]?.retry].compactMap(\.self).max()
  }

  private static func next(after failing: Failing?, at now: Instant, _ jitter: Double) -> Failing {
    var failing = failing ?? Failing(since: now, retry: now)
    failing.tries += 1
    failing.retry = now + pause(afterFailures: failing.tries, jitter: jitter)
    return failing
  }

  /// Three quarters to all of 1 s, 2 s, 4 s … 5 min.
  static func pause(afterFailures tries: Int, jitter: Double) -> Duration {
    let doublings = min(max(tries - 1, 0), 20)
    let seconds = min(Double(1 << doublings), longestPause)
    return .seconds(seconds * (0.75 + 0.25 * min(max(jitter, 0), 1)))
  }
}
