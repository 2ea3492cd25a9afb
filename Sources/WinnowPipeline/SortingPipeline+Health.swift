import Dispatch
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// A file that Winnow makes to see whether it hears of it.
struct WatchProbe {
  var name: FilePath
  var completion: (Bool?) -> Void
}

/// Whether an inbox hears of its files and keeps up with them.
public struct InboxHealth: Sendable {
  /// How often events were lost since the daemon began, so that the folder had to be read through.
  public var overflows: Int
  /// What has been in the inbox for longest without being handled, and for how many seconds.
  public var oldest: (file: FilePath, seconds: Int64)?
  /// Files that came, in the last minute or two and in the last hour.
  public var arrived: (minute: Int, hour: Int)
  /// Files that were decided about.
  public var decided: (minute: Int, hour: Int)
  /// Whether the last file that was made to try the watch was heard of, and when; nil where none was made.
  public var probe: (wasHeard: Bool, time: Timestamp)?
}

extension SortingPipeline {
  /// How long the event of a probe may take; chosen: on a busy machine it takes milliseconds.
  private static let probeLimit: DispatchTimeInterval = .seconds(5)

  func health(of inbox: Inbox) -> InboxHealth {
    InboxHealth(
      overflows: inbox.overflows,
      oldest: inbox.tracker.oldest.map { (inbox.place(of: $0.path).absolute, (now - $0.since).components.seconds) },
      arrived: inbox.arrivals.counts(at: now), decided: inbox.decisions.counts(at: now), probe: inbox.lastProbe)
  }

  /// Makes a hidden file in each inbox that has events and waits for its event. Calls `whenDone` on the pipeline's queue
  /// with the inboxes that were tried, and whether they heard. Where none can be made, nothing is said.
  public func probeWatches(_ whenDone: @escaping ([String: Bool]) -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    let tried = watchedInboxes.filter { $0.here != nil && !$0.isPolled && $0.probe == nil }
    guard !tried.isEmpty else { return whenDone([:]) }
    let collected = ProbeResults(left: tried.count, whenDone: whenDone)
    for inbox in tried {
      let name = inbox.name
      probe(inbox) { collected.add(name, $0) }
    }
  }

  private func probe(_ inbox: Inbox, _ completion: @escaping (Bool?) -> Void) {
    // A name of its own: one that a killed daemon left behind is in nobody's way.
    let name = FilePath(bytes: HiddenName.prefix + Array("watch-\(UInt64.random(in: .min ... .max))".utf8))
    guard let root = root(of: inbox), let file = try? fileSystem.createFile(name, in: root.raw, mode: 0o600) else {
      return completion(nil)
    }
    fileSystem.close(file)
    inbox.probe = WatchProbe(name: name, completion: completion)
    let key = inbox.key
    queue.asyncAfter(deadline: .now() + Self.probeLimit) { [self] in
      guard let inbox = inboxes.first(where: { $0.key == key }), inbox.probe?.name == name else { return }
      endProbe(of: inbox, wasHeard: false)
      pump()
    }
  }

  /// - Parameter wasHeard: nil where nobody can tell, since the inbox is given up.
  func endProbe(of inbox: Inbox, wasHeard: Bool?) {
    guard let probe = inbox.probe else { return }
    inbox.probe = nil
    if let wasHeard { inbox.lastProbe = (wasHeard, Timestamp.now()) }
    if let root = root(of: inbox) { try? fileSystem.unlink(probe.name, in: root.raw) }
    probe.completion(wasHeard)
  }
}

/// On the pipeline's queue.
private final class ProbeResults {
  private var left: Int
  private var results: [String: Bool] = [:]
  private let whenDone: ([String: Bool]) -> Void

  init(left: Int, whenDone: @escaping ([String: Bool]) -> Void) {
    self.left = left
    self.whenDone = whenDone
  }

  func add(_ inbox: String, _ wasHeard: Bool?) {
    results[inbox] = wasHeard
    left -= 1
    if left == 0 { whenDone(results) }
  }
}
