public import SystemPackage

/// Gathers pictures that one camera took in quick succession until they are decided about together: a pure function of
/// what comes and of time.
///
/// Nobody can know whether another picture of a burst is still to come, so each waits: for `wait` after the last that
/// joined it, and for as long as other pictures are on their way, but no longer than `mostWaits` times that. Bounded: a
/// burst by `longest`, all that wait by `capacity`; what is beyond is decided about at once.
public struct BurstCollector<Member: Sendable>: Sendable {
  public struct Rules: Hashable, Sendable {
    /// Pictures that follow each other by less belong together.
    public var gap: Duration
    public var wait: Duration
    /// How many pictures a burst has at most; chosen.
    public var longest: Int
    /// How many pictures wait at most; chosen, about 2 KB each.
    public var capacity: Int
    /// Chosen.
    public var mostWaits = 6

    public init(gap: Duration, wait: Duration, longest: Int = 64, capacity: Int = 1024) {
      self.gap = gap
      self.wait = wait
      self.longest = longest
      self.capacity = capacity
    }
  }

  /// What pictures of a burst share.
  public struct Source: Hashable, Sendable {
    public var folder: FilePath
    public var camera: String
    /// Answers of two models have no mean.
    public var model: ModelVersion

    public init(folder: FilePath, camera: String, model: ModelVersion) {
      self.folder = folder
      self.camera = camera
      self.model = model
    }
  }

  private struct Burst {
    var members: [Member]
    var first: Timestamp
    var last: Timestamp
    /// When its first and its last member came here.
    var opened: ContinuousClock.Instant
    var joined: ContinuousClock.Instant
  }

  public let rules: Rules
  private var bursts: [Source: [Burst]] = [:]
  /// No burst is ripe before these, so that not all have to be looked at each time; by whether it is quiet.
  private var soonest: [Bool: ContinuousClock.Instant] = [:]
  /// How many pictures wait.
  public private(set) var count = 0

  public init(rules: Rules) { self.rules = rules }

  public var isEmpty: Bool { count == 0 }

  /// - Parameter taken: by the camera's clock.
  /// - Returns: bursts that are decided about now, since there is no room for more.
  public mutating func add(
    _ member: Member, of source: Source, taken: Timestamp, at now: ContinuousClock.Instant
  ) -> [[Member]] {
    var burst = Burst(members: [member], first: taken, last: taken, opened: now, joined: now)
    var others: [Burst] = []
    // A picture can close the gap between two that were apart.
    for other in bursts[source] ?? [] {
      if isNear(other, to: burst), other.members.count + burst.members.count <= rules.longest {
        burst = Burst(
          members: other.members + burst.members, first: min(other.first, burst.first),
          last: max(other.last, burst.last), opened: min(other.opened, burst.opened), joined: now)
      } else {
        others.append(other)
      }
    }
    count += 1
    if burst.members.count >= rules.longest {
      put(others, of: source)
      count -= burst.members.count
      return [burst.members]
    }
    put(others + [burst], of: source)
    for isQuiet in [true, false] {
      let deadline = deadline(of: burst, isQuiet: isQuiet)
      soonest[isQuiet] = min(deadline, soonest[isQuiet] ?? deadline)
    }
    return count > rules.capacity ? takeOldest().map { [$0] } ?? [] : []
  }

  /// Takes out the bursts whose time has come.
  ///
  /// - Parameter isQuiet: nothing else is on its way that could belong to them.
  public mutating func takeRipe(at now: ContinuousClock.Instant, isQuiet: Bool) -> [[Member]] {
    guard let soonest = soonest[isQuiet], soonest <= now else { return [] }
    var ripe: [[Member]] = []
    for (source, waiting) in bursts {
      let left = waiting.filter { deadline(of: $0, isQuiet: isQuiet) > now }
      guard left.count < waiting.count else { continue }
      ripe += waiting.filter { deadline(of: $0, isQuiet: isQuiet) <= now }.map(\.members)
      put(left, of: source)
    }
    count -= ripe.reduce(0) { $0 + $1.count }
    self.soonest[isQuiet] = bursts.values.joined().map { deadline(of: $0, isQuiet: isQuiet) }.min()
    return ripe
  }

  /// When `takeRipe` is to be asked next; nil where nothing waits.
  public func nextDeadline(isQuiet: Bool) -> ContinuousClock.Instant? { isEmpty ? nil : soonest[isQuiet] }

  private func deadline(of burst: Burst, isQuiet: Bool) -> ContinuousClock.Instant {
    let last = burst.opened + rules.wait * rules.mostWaits
    return isQuiet ? min(burst.joined + rules.wait, last) : last
  }

  private func isNear(_ one: Burst, to other: Burst) -> Bool {
    let (apart, overflows) = max(one.first, other.first).nanoseconds.subtractingReportingOverflow(
      min(one.last, other.last).nanoseconds)
    return !overflows && .nanoseconds(apart) < rules.gap
  }

  private mutating func put(_ waiting: [Burst], of source: Source) { bursts[source] = waiting.isEmpty ? nil : waiting }

  private mutating func takeOldest() -> [Member]? {
    let oldest = bursts.lazy.compactMap { source, waiting in
      waiting.indices.min { waiting[$0].opened < waiting[$1].opened }.map { (source, $0, waiting[$0].opened) }
    }.min { $0.2 < $1.2 }
    guard let (source, index, _) = oldest, var waiting = bursts[source] else { return nil }
    let burst = waiting.remove(at: index)
    put(waiting, of: source)
    count -= burst.members.count
    return burst.members
  }
}
