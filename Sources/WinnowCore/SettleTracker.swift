public import SystemPackage

/// Decides when a file that arrives is whole: a pure function of events and time.
///
/// A file is offered when it is quiet (no event and the same size and modification time for `settle`) and nobody has
/// it open for writing. Bounded: with `capacity` files tracked, further ones are declined and the inbox is scanned
/// again later.
///
/// The owner carries out the actions: for `.look` it looks at the file and answers with `looked`; an offered file
/// stays tracked until `finished`, `incomplete` or `postponed` says what became of it.
public struct SettleTracker: Sendable {
  public struct Rules: Hashable, Sendable {
    /// How long a file must be quiet.
    public var settle: Duration
    /// The same for a file that was renamed into place.
    public var settleRenamed: Duration
    /// After this long with a writer a condition names the file.
    public var busyAfter: Duration
    /// How long a file that ends early may stay unchanged before it counts as truncated for good.
    public var incompleteAfter: Duration
    /// How many files are tracked at most.
    public var capacity: Int

    public init(
      settle: Duration = .seconds(2), settleRenamed: Duration = .milliseconds(200),
      busyAfter: Duration = .seconds(600), incompleteAfter: Duration = .seconds(120), capacity: Int = 4096
    ) {
      self.settle = settle
      self.settleRenamed = min(settle, settleRenamed)
      self.busyAfter = busyAfter
      self.incompleteAfter = incompleteAfter
      self.capacity = capacity
    }
  }

  /// What a look at a file found.
  public enum Look: Hashable, Sendable {
    /// Nothing is there, or nothing that has to be handled.
    case nothing
    /// A regular file with these marks; `busy` when somebody has it open for writing.
    case file(ContentMarks, busy: Bool)
  }

  /// What the owner has to do after `looked`.
  public enum Verdict: Hashable, Sendable {
    /// The file is settled: classify it. `last` when it counts as truncated for good if it ends early once more.
    case offer(last: Bool)
    /// Not yet; a later `due` names it again. `busySince` once it has been open for writing for `busyAfter`.
    case wait(busySince: ContinuousClock.Instant?)
    /// No longer tracked.
    case forget
  }

  /// A file that waits, for people.
  public struct Waiting: Hashable, Sendable {
    public let path: FilePath
    public let isBusy: Bool
    public let isIncomplete: Bool
    public let isOffered: Bool
    public let isHeld: Bool
  }

  private struct Entry {
    /// When it was first heard of.
    var since: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    /// Size and modification time that must still hold at the deadline; nil when events alone tell of changes.
    var marks: ContentMarks?
    var isOffered = false
    /// Named by `due` and not answered yet, so that it is named once.
    var isNamed = false
    /// Something happened while it was offered.
    var changedMeanwhile = false
    var busySince: ContinuousClock.Instant?
    var incompleteSince: ContinuousClock.Instant?
    /// Settled, and waiting for others of its group since then.
    var heldSince: ContinuousClock.Instant?
    var pause: Duration
  }

  public let rules: Rules
  private var entries: [FilePath: Entry] = [:]
  private var queue = DeadlineQueue<FilePath>()
  /// The longest pause between looks at a busy or incomplete file; chosen.
  private static let longestPause: Duration = .seconds(30)

  public init(rules: Rules) { self.rules = rules }

  public var count: Int { entries.count }
  public var isFull: Bool { entries.count >= rules.capacity }
  public var isEmpty: Bool { entries.isEmpty }
  public func isTracking(_ path: FilePath) -> Bool { entries[path] != nil }

  /// Whether there is a file that is neither handed on nor held for others.
  public var hasUnsettled: Bool { entries.contains { !$0.value.isOffered && $0.value.heldSince == nil } }
  /// Whether a file was handed on and nothing came of it yet.
  public func isOffered(_ path: FilePath) -> Bool { entries[path]?.isOffered == true }

  /// When the next file falls due; nil when none waits.
  public var nextDeadline: ContinuousClock.Instant? { queue.first }

  /// What has been here for longest without being handled; nil where nothing waits.
  public var oldest: (path: FilePath, since: ContinuousClock.Instant)? {
    entries.min { $0.value.since < $1.value.since }.map { ($0.key, $0.value.since) }
  }

  public var waiting: [Waiting] {
    entries.map { path, entry in
      Waiting(
        path: path, isBusy: entry.busySince != nil, isIncomplete: entry.incompleteSince != nil,
        isOffered: entry.isOffered, isHeld: entry.heldSince != nil)
    }
  }

  /// - Returns: whether there was room for it; if not, the inbox has to be scanned again later.
  public mutating func observe(_ event: InboxEvent, at now: ContinuousClock.Instant) -> Bool {
    switch event {
    case .changed(let path): arrive(path, quiet: rules.settle, marks: nil, at: now)
    case .movedIn(let path): arrive(path, quiet: rules.settleRenamed, marks: nil, at: now)
    case .found(let path, let marks): find(path, marks, at: now)
    case .gone(let path): leave(path)
    }
  }

  private mutating func arrive(
    _ path: FilePath, quiet: Duration, marks: ContentMarks?, at now: ContinuousClock.Instant
  ) -> Bool {
    if var entry = entries[path] {
      if entry.isOffered {
        entry.changedMeanwhile = true
      } else {
        entry.deadline = now + quiet
        entry.marks = marks
        entry.incompleteSince = nil
        entry.heldSince = nil
        entry.pause = rules.settle
        queue.push(path, at: entry.deadline)
      }
      entries[path] = entry
      return true
    }
    guard !isFull else { return false }
    entries[path] = Entry(since: now, deadline: now + quiet, marks: marks, pause: rules.settle)
    queue.push(path, at: now + quiet)
    return true
  }

  private mutating func find(_ path: FilePath, _ marks: ContentMarks, at now: ContinuousClock.Instant) -> Bool {
    guard let entry = entries[path] else {
      return arrive(path, quiet: rules.settle, marks: marks, at: now)
    }
    // Known already: only a change that no event told of matters.
    if let known = entry.marks, known != marks {
      return arrive(path, quiet: rules.settle, marks: marks, at: now)
    }
    return true
  }

  private mutating func leave(_ path: FilePath) -> Bool {
    // An offered file that goes is usually our own move; a look tells, once it is finished.
    if entries[path]?.isOffered == false { forget(path) }
    return true
  }

  /// At most `limit` files whose time has come; each has to be answered with `looked`.
  public mutating func due(at now: ContinuousClock.Instant, limit: Int) -> [FilePath] {
    var paths: [FilePath] = []
    while paths.count < limit, let path = queue.pop(dueAt: now) {
      guard let entry = entries[path], !entry.isOffered, !entry.isNamed else { continue }
      if entry.deadline <= now {
        entries[path]?.isNamed = true
        paths.append(path)
      } else {
        queue.push(path, at: entry.deadline)
      }
    }
    return paths
  }

  /// A file that `due` named cannot be looked at yet; it falls due again at `deadline`.
  public mutating func putBack(_ path: FilePath, at deadline: ContinuousClock.Instant) {
    guard var entry = entries[path], !entry.isOffered else { return }
    entry.isNamed = false
    entry.deadline = deadline
    entries[path] = entry
    queue.push(path, at: deadline)
  }

  /// A file that `due` named is handled without being offered: it counts as offered until `finished`.
  public mutating func take(_ path: FilePath) { entries[path]?.isOffered = true }

  /// Answers a look at a file that `due` named.
  public mutating func looked(at path: FilePath, _ look: Look, at now: ContinuousClock.Instant) -> Verdict {
    guard var entry = entries[path] else { return .forget }
    guard case .file(let marks, let busy) = look else {
      forget(path)
      return .forget
    }
    if let known = entry.marks, known != marks {
      entry.marks = marks
      entry.incompleteSince = nil
      entry.heldSince = nil
      entry.pause = rules.settle
      wait(&entry, path, for: rules.settle, at: now)
      return .wait(busySince: nil)
    }
    entry.marks = marks
    if busy {
      let since = entry.busySince ?? now
      entry.busySince = since
      wait(&entry, path, for: lengthen(&entry.pause), at: now)
      return .wait(busySince: now - since >= rules.busyAfter ? since : nil)
    }
    entry.busySince = nil
    if let since = entry.incompleteSince, now - since < rules.incompleteAfter {
      let left = rules.incompleteAfter - (now - since)
      wait(&entry, path, for: min(left, lengthen(&entry.pause)), at: now)
      return .wait(busySince: nil)
    }
    entry.isOffered = true
    entry.isNamed = false
    entries[path] = entry
    return .offer(last: entry.incompleteSince != nil)
  }

  /// An offered file was handled, well or not.
  public mutating func finished(_ path: FilePath, at now: ContinuousClock.Instant) {
    guard let entry = entries[path], entry.isOffered else { return }
    forget(path)
    if entry.changedMeanwhile { _ = arrive(path, quiet: rules.settle, marks: nil, at: now) }
  }

  /// An offered file ends early: it may still be growing.
  public mutating func incomplete(_ path: FilePath, at now: ContinuousClock.Instant) {
    guard var entry = entries[path], entry.isOffered else { return }
    entry.isOffered = false
    if entry.changedMeanwhile {
      entry.changedMeanwhile = false
      entry.incompleteSince = nil
      entry.marks = nil
      entry.pause = rules.settle
    } else if entry.incompleteSince == nil {
      entry.incompleteSince = now
    }
    wait(&entry, path, for: min(rules.settle, rules.incompleteAfter), at: now)
  }

  /// An offered file could not be handled now, through no fault of its own.
  public mutating func postponed(_ path: FilePath, for pause: Duration, at now: ContinuousClock.Instant) {
    guard var entry = entries[path], entry.isOffered else { return }
    entry.isOffered = false
    entry.changedMeanwhile = false
    wait(&entry, path, for: pause, at: now)
  }

  /// An offered file is settled and waits for others of its group; it is offered again after `pause`.
  public mutating func hold(_ path: FilePath, for pause: Duration, at now: ContinuousClock.Instant) {
    guard var entry = entries[path], entry.isOffered else { return }
    entry.isOffered = false
    if entry.changedMeanwhile {
      entry.changedMeanwhile = false
      entry.heldSince = nil
      entry.marks = nil
    } else if entry.heldSince == nil {
      entry.heldSince = now
    }
    wait(&entry, path, for: pause, at: now)
  }

  /// How long a settled file has waited for others; nil where it does not.
  public func heldTime(of path: FilePath, at now: ContinuousClock.Instant) -> Duration? {
    entries[path]?.heldSince.map { now - $0 }
  }

  private mutating func wait(
    _ entry: inout Entry, _ path: FilePath, for pause: Duration, at now: ContinuousClock.Instant
  ) {
    entry.isNamed = false
    entry.deadline = now + pause
    entries[path] = entry
    queue.push(path, at: entry.deadline)
  }

  private func lengthen(_ pause: inout Duration) -> Duration {
    let current = pause
    pause = min(pause * 2, Self.longestPause)
    return current
  }

  private mutating func forget(_ path: FilePath) {
    entries[path] = nil
    queue.trim(to: entries.count) { entries[$0].flatMap { $0.isOffered ? nil : $0.deadline } }
  }
}
