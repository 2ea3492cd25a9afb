/// The events that one process is given to deliver, and what became of them. Pure.
///
/// Events of one lane go in order. An inbox is a lane, and so is each event that was set aside.
public struct HookBatch: Sendable {
  public struct Entry: Hashable, Sendable {
    public var event: Int64
    public var lane: Int
    /// Whether it is tried even where the one before it is not taken.
    public var isProbe: Bool
  }

  /// What it means that an event was not taken.
  public enum Verdict: Hashable, Sendable {
    /// Nothing: it is none of these, stood aside before, or was tried only to judge the one before it.
    case none
    case failed(inbox: String)
    /// The one behind it was taken, so it is its own fault.
    case setAside(inbox: String)
  }

  public private(set) var entries: [Entry] = []
  private var inboxes: [Int: String] = [:]
  private var lanes: [Int64: Int] = [:]
  private var taken: Set<Int64> = []
  /// The event that is tried to judge this one.
  private var probes: [Int64: Int64] = [:]

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// Adds events of an inbox, oldest first, as a lane.
  ///
  /// - Parameter isSuspect: whether the first of them may be at fault, so that the second is tried in any case.
  public mutating func add(_ events: [Int64], of inbox: String, isSuspect: Bool) {
    let lane = inboxes.count
    inboxes[lane] = inbox
    for (index, event) in events.enumerated() {
      let isProbe = isSuspect && index == 1
      if isProbe { probes[events[0]] = event }
      append(Entry(event: event, lane: lane, isProbe: isProbe))
    }
    // In the order in which things happened, so that inboxes take turns.
    entries.sort { $0.event < $1.event }
  }

  /// Adds events that were set aside, each a lane of its own, behind all others.
  public mutating func addAside(_ events: [Int64]) {
    for (index, event) in events.enumerated() { append(Entry(event: event, lane: -1 - index, isProbe: false)) }
  }

  private mutating func append(_ entry: Entry) {
    entries.append(entry)
    lanes[entry.event] = entry.lane
  }

  /// - Returns: whether it is one of them, and was not taken before.
  public mutating func took(_ event: Int64) -> Bool { lanes[event] != nil && taken.insert(event).inserted }

  /// Nil for one that was set aside, and for one that is none of them.
  public func inbox(of event: Int64) -> String? { lanes[event].flatMap { inboxes[$0] } }

  /// Of an event that was not taken, once the process has ended.
  public func verdict(on event: Int64) -> Verdict {
    guard let inbox = inbox(of: event) else { return .none }
    if let probe = probes[event], taken.contains(probe) { return .setAside(inbox: inbox) }
    if let suspect = probes.first(where: { $0.value == event })?.key, !taken.contains(suspect) { return .none }
    return .failed(inbox: inbox)
  }
}
