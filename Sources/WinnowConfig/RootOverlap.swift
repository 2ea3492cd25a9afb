/// Two roots that must not lie as they do.
public struct RootConflict: Hashable, Sendable {
  /// The configuration key to change: `inboxes.camera.output`.
  public let key: String
  /// The inboxes concerned.
  public let inboxes: [String]
  public let message: String
  public let remedy: String
}

/// The rules for folders inside one another.
///
/// An inbox inside another inbox is fine: the inner one owns its part. Inboxes may share an output. A review or
/// quarantine folder inside an output is fine, as the defaults are. Everything else that would have Winnow sort what
/// it has sorted, or its own records, is refused.
public enum RootOverlap {
  /// Every conflict; one for each folder to be changed, in the order of `roots`.
  public static func conflicts(among roots: [LocatedRoot]) -> [RootConflict] {
    let inboxes = roots.filter { $0.root.role == .inbox }
    let sinks = roots.filter { $0.root.role != .inbox }
    return sameInboxes(inboxes) + sinksInInboxes(sinks, inboxes) + inboxesInSinks(inboxes, sinks)
      + mixedSinks(sinks)
  }

  private static func sameInboxes(_ inboxes: [LocatedRoot]) -> [RootConflict] {
    inboxes.enumerated().compactMap { index, inbox in
      inboxes[..<index].first { $0.isSame(as: inbox) }.map { first in
        conflict(
          inbox, with: first, "\(inbox.root.words) is the same folder as \(first.root.words)",
          remedy: "remove one of them")
      }
    }
  }

  private static func sinksInInboxes(_ sinks: [LocatedRoot], _ inboxes: [LocatedRoot]) -> [RootConflict] {
    /// For each inbox the inboxes that its pictures would arrive in again.
    var next: [String: Set<String>] = [:]
    var pairs: [(sink: LocatedRoot, inbox: LocatedRoot)] = []
    for sink in sinks {
      guard let inbox = innermost(inboxes.filter { sink.isWithin($0) }) else { continue }
      if let owner = sink.root.inbox, let target = inbox.root.inbox { next[owner, default: []].insert(target) }
      let outputs = pairs.contains { pair in
        pair.sink.root.role == .output && pair.sink.root.inbox == sink.root.inbox && sink.isWithin(pair.sink)
      }
      if sink.root.role == .output || sink.root.role == .state || !outputs { pairs.append((sink, inbox)) }
    }
    return pairs.map { sink, inbox in
      var message = "\(sink.root.words) lies in \(inbox.root.words)"
      if let owner = sink.root.inbox, let target = inbox.root.inbox {
        if owner == target {
          message += ", so that sorted pictures would be sorted again"
        } else if reaches(from: target, to: owner, next) {
          message += ", whose pictures come back to \"\(owner)\": a circle"
        }
      }
      return conflict(
        sink, with: inbox, message,
        remedy: sink.root.role == .state
          ? "keep pictures and Winnow's records apart: move the inbox" : "choose a folder outside every inbox")
    }
  }

  private static func inboxesInSinks(_ inboxes: [LocatedRoot], _ sinks: [LocatedRoot]) -> [RootConflict] {
    inboxes.compactMap { inbox in
      sinks.first { inbox.isWithin($0) && !inbox.isSame(as: $0) }.map { sink in
        conflict(
          inbox, with: sink, "\(inbox.root.words) lies in \(sink.root.words)",
          remedy: sink.root.role == .state
            ? "keep pictures and Winnow's records apart: move the inbox" : "put the two beside each other")
      }
    }
  }

  private static func mixedSinks(_ sinks: [LocatedRoot]) -> [RootConflict] {
    sinks.compactMap { sink in
      guard [.review, .quarantine, .none].contains(sink.root.role) else { return nil }
      return sinks.first { $0.root.role == .output && $0.isSame(as: sink) }.map { output in
        conflict(
          sink, with: output, "\(sink.root.words) is the same folder as \(output.root.words)",
          remedy: "name a folder in it, such as _\(sink.root.role.rawValue)")
      }
    }
  }

  /// Of nested inboxes that hold the same folder, the one that lies in all the others.
  private static func innermost(_ inboxes: [LocatedRoot]) -> LocatedRoot? {
    inboxes.first { inbox in inboxes.allSatisfy { inbox.isWithin($0) } }
  }

  private static func reaches(from start: String, to goal: String, _ next: [String: Set<String>]) -> Bool {
    var seen: Set<String> = [start]
    var open = [start]
    while let inbox = open.popLast() {
      if inbox == goal { return true }
      for target in next[inbox] ?? [] where seen.insert(target).inserted { open.append(target) }
    }
    return false
  }

  private static func conflict(
    _ root: LocatedRoot, with other: LocatedRoot, _ message: String, remedy: String
  ) -> RootConflict {
    let changed = root.root.inbox == nil ? other : root
    var inboxes: [String] = []
    for name in [root.root.inbox, other.root.inbox] {
      if let name, !inboxes.contains(name) { inboxes.append(name) }
    }
    return RootConflict(key: changed.root.key, inboxes: inboxes, message: message, remedy: remedy)
  }
}

extension LocatedRoot {
  fileprivate func isWithin(_ other: LocatedRoot) -> Bool { location.isWithin(other.location) }
  fileprivate func isSame(as other: LocatedRoot) -> Bool { location.places[0] == other.location.places[0] }
}
