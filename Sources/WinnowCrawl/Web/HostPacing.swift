/// When the next request may go to which host. Pure: events and times in, verdicts out.
struct HostPacing {
  struct Limits: Hashable, Sendable {
    /// Requests in flight at once, per host.
    var concurrency = 2
    /// Least time from one start to the next, per host.
    var interval: Duration = .milliseconds(250)
    /// After the first answer that asks for less; doubled after each that follows.
    var firstPause: Duration = .seconds(1)
    /// A host that asks for a longer one is given up.
    var longestPause: Duration = .seconds(120)
    /// So many pauses in a row, and a host is given up; chosen, not measured.
    var patience = 6
  }

  enum Verdict: Hashable {
    case go
    case wait(until: ContinuousClock.Instant)
    /// As many as are allowed are in flight.
    case full
    /// It kept asking for less, or for too long a pause.
    case givenUp
  }

  enum Answer: Hashable {
    case fine
    /// 429 or 503, or a server's own fault.
    case overloaded(retryAfter: Duration?)
  }

  private struct Host {
    var inFlight = 0
    var nextStart: ContinuousClock.Instant?
    var pauses = 0
    var pausedUntil: ContinuousClock.Instant?
    var isGivenUp = false
  }

  let limits: Limits
  private var hosts: [String: Host] = [:]

  init(_ limits: Limits) { self.limits = limits }

  func verdict(for host: String, at now: ContinuousClock.Instant) -> Verdict {
    guard let state = hosts[host] else { return .go }
    if state.isGivenUp { return .givenUp }
    if state.inFlight >= limits.concurrency { return .full }
    let earliest = max(state.nextStart ?? now, state.pausedUntil ?? now)
    return earliest > now ? .wait(until: earliest) : .go
  }

  /// - Parameter isOwn: whether somebody vouched for the host: it needs no pause between requests.
  mutating func started(_ host: String, isOwn: Bool = false, at now: ContinuousClock.Instant) {
    hosts[host, default: Host()].inFlight += 1
    hosts[host]?.nextStart = isOwn ? now : now + limits.interval
  }

  mutating func ended(_ host: String, _ answer: Answer, at now: ContinuousClock.Instant) {
    guard var state = hosts[host] else { return }
    defer { hosts[host] = state }
    state.inFlight -= 1
    guard case .overloaded(let wish) = answer else {
      state.pauses = 0
      return
    }
    if let wish, wish > limits.longestPause {
      state.isGivenUp = true
      return
    }
    // What was in flight beside the first complaint is part of it.
    if let until = state.pausedUntil, until > now {
      if let wish { state.pausedUntil = max(until, now + wish) }
      return
    }
    state.pauses += 1
    state.isGivenUp = state.pauses >= limits.patience
    let grown = min(limits.firstPause * (1 << min(state.pauses - 1, 20)), limits.longestPause)
    state.pausedUntil = now + max(grown, wish ?? .zero)
  }
}
