import Dispatch
public import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// Somebody who waits until nothing is left that can go on by itself.
final class IdleWait {
  let id: Int
  /// How often each inbox had been scanned when the wait began; each has to be scanned once more.
  var scansNeeded: [Int: Int]
  let completion: (IdleReport) -> Void

  init(id: Int, scansNeeded: [Int: Int], completion: @escaping (IdleReport) -> Void) {
    self.id = id
    self.scansNeeded = scansNeeded
    self.completion = completion
  }
}

/// Whether everything is done, and otherwise what waits and why.
public struct IdleReport: Sendable {
  public struct Waiting: Sendable {
    public var file: FilePath
    public var reason: String
  }

  public var isIdle: Bool
  /// At most 1,000.
  public var waiting: [Waiting]
  /// How many more there are.
  public var more: Int
}

extension SortingPipeline {
  private static let waitingLimit = 1000

  /// Scans every inbox, so that each file present now counts, and calls `completion` on the pipeline's queue once
  /// nothing is left that can go on by itself.
  ///
  /// - Returns: a number for `giveUpWaiting`.
  public func waitUntilIdle(_ completion: @escaping (IdleReport) -> Void) -> Int {
    dispatchPrecondition(condition: .onQueue(queue))
    var needed: [Int: Int] = [:]
    for inbox in inboxes {
      // A walk under way may be past a file that is there already.
      needed[inbox.key] = inbox.scansFinished + (inbox.scan == nil ? 1 : 2)
      inbox.wantsScan = true
      inbox.retrying.hurry(at: now)
    }
    if trees.contains(where: { $0.isPolled }) { outputs.wantsComparison = true }
    nextIdleWait += 1
    idleWaits.append(IdleWait(id: nextIdleWait, scansNeeded: needed, completion: completion))
    let id = nextIdleWait
    queue.async { self.pump() }
    return id
  }

  /// Ends a wait; `completion` is told what is left.
  public func giveUpWaiting(_ id: Int) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let index = idleWaits.firstIndex(where: { $0.id == id }) else { return }
    let wait = idleWaits.remove(at: index)
    wait.completion(report(isIdle: false))
  }

  func answerIdleWaits() {
    guard !idleWaits.isEmpty else { return }
    let failed = (try? ledger.counts()) ?? [:]
    let isIdle = inboxes.allSatisfy { inbox in
      inbox.here != nil && inbox.isIdle && (failed[inbox.name]?[.failed] ?? 0) == 0
    }
    guard isIdle, outputs.isIdle, adoption == nil, !board.holds(.moveUnresolved) else { return }
    let answered = idleWaits.filter { wait in
      inboxes.allSatisfy { inbox in
        guard let needed = wait.scansNeeded[inbox.key] else { return true }
        return inbox.scansFinished >= needed
      }
    }
    idleWaits.removeAll { wait in answered.contains { $0 === wait } }
    for wait in answered { wait.completion(IdleReport(isIdle: true, waiting: [], more: 0)) }
  }

  private func report(isIdle: Bool) -> IdleReport {
    var waiting: [IdleReport.Waiting] = []
    var count = 0
    func add(_ file: FilePath, _ reason: @autoclosure () -> String) {
      count += 1
      if waiting.count < Self.waitingLimit { waiting.append(.init(file: file, reason: reason())) }
    }
    for inbox in inboxes {
      if inbox.here == nil {
        let condition = board.conditions.first { $0.code == .inboxAway && $0.subject == inbox.name }
        add(inbox.settings.path, condition?.text ?? "the inbox is away")
      }
      var named: Set<FilePath> = []
      for picture in (try? ledger.pictures(state: .failed, inbox: inbox.name, limit: Self.waitingLimit)) ?? [] {
        named.insert(picture.place.relative)
        add(picture.place.absolute, picture.reason)
      }
      for entry in inbox.tracker.waiting where !named.contains(entry.path) {
        add(inbox.place(of: entry.path).absolute, reason(for: entry, in: inbox))
      }
    }
    if !isIdle, adoption != nil, let tree = trees.first {
      add(tree.path, "the output is being looked through for what the ledger lost")
    }
    if !isIdle, !outputs.isIdle, let tree = trees.first {
      add(tree.path, "what people moved in the output is being looked at")
    }
    return IdleReport(isIdle: isIdle, waiting: waiting, more: count - waiting.count)
  }

  private func reason(for entry: SettleTracker.Waiting, in inbox: Inbox) -> String {
    if isPaused(inbox) { return "sorting is paused; `winnowctl resume`" }
    if let rest = rest(of: inbox) { return sentence(about: rest) }
    if !inbox.gate.isOpen {
      return board.conditions.first { $0.code == .outputFault && $0.subject == inbox.name }?.text
        ?? "the output cannot take pictures now"
    }
    if let missing = board.conditions.first(where: { $0.code == .modelMissing && $0.subject == inbox.name }) {
      return missing.text
    }
    if entry.isBusy { return "a program has it open for writing" }
    if entry.isIncomplete { return "it ends early and may still be growing" }
    if entry.isOffered { return "it is being sorted" }
    if entry.isHeld { return "it waits for its picture, or for what goes with it" }
    return "it is settling"
  }
}
