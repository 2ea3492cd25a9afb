import Dispatch
public import WinnowCore
import WinnowEvaluation
import WinnowFiles
import WinnowLedger

/// How often the models are wrong here, as far as people say so.
extension SortingPipeline {
  /// What people found of the decisions of the version that sorts now.
  ///
  /// - Throws: what keeps the ledger from being read.
  func observed(in inbox: Inbox) throws(WinnowError) -> ObservedDecisions? {
    guard let model = try? resolveModel(inbox.settings.model).version else { return nil }
    return try ledger.observed(inbox: inbox.name, model: model)
  }

  /// Draws pictures for people to look at, so many that `count` wait.
  ///
  /// - Parameter name: of the inbox; nil: of all, each with its share.
  /// - Returns: how many wait now.
  /// - Throws: `.notFound`, and what keeps the ledger from being written.
  public func drawSample(_ count: Int, inbox name: String?) throws(WinnowError) -> Int {
    dispatchPrecondition(condition: .onQueue(queue))
    let wanted = watchedInboxes.filter { name == nil || $0.name == name }
    if let name, wanted.isEmpty {
      throw WinnowError(.notFound, "there is no inbox \"\(name)\"", remedy: "see `winnowctl inbox list`")
    }
    var waiting = 0
    for inbox in wanted {
      let here = try ledger.sample(inbox: inbox.name, limit: count).count
      let drawn = try ledger.drawSample(
        inbox: inbox.name, model: resolveModel(inbox.settings.model).version, count: max(0, count - here),
        at: Timestamp.now())
      waiting += here + drawn
    }
    return waiting
  }

  /// Says so where people found more errors than were promised.
  func checkPromises() {
    guard watchedInboxes.contains(where: { $0.settings.promisedError != nil }) else { return }
    let counts = (try? ledger.counts()) ?? [:]
    for inbox in watchedInboxes {
      guard let error = inbox.settings.promisedError, inbox.promise != nil, let found = try? observed(in: inbox),
        let version = inbox.promisedBy
      else {
        clear(.errorAbovePromise, subject: inbox.name)
        continue
      }
      // Without a sample all that was sorted counts as looked at, which flatters the model: a doubt is then beyond doubt.
      let sorted = counts[inbox.name].map { ($0[.sorted] ?? 0) + ($0[.corrected] ?? 0) } ?? 0
      let isSeen =
        BrokenPromise.isSeen(error: error, wrong: found.wrong, of: found.judged)
        || BrokenPromise.isSeen(error: error, wrong: found.corrected, of: sorted)
      guard isSeen else {
        clear(.errorAbovePromise, subject: inbox.name)
        continue
      }
      let seen =
        found.judged > 0
        ? "\(found.wrong) of \(found.judged) pictures that people looked at"
        : "\(found.corrected) of \(sorted) pictures"
      raise(
        HealthCondition(
          .errorAbovePromise, subject: inbox.name,
          "\(version) was to be wrong for at most \(RoutingPolicy.percent(error)) of what it sorts in \(inbox.name), and "
            + "\(seen) were in the wrong class",
          remedy: "train it anew with what people said: winnowctl train --from-sorted \(inbox.name)",
          degrades: false))
    }
  }
}
