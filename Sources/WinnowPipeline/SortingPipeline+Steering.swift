import Dispatch
public import SystemPackage
public import WinnowCore
public import WinnowEvaluation
public import WinnowFiles
public import WinnowLedger
public import WinnowSupervision
import WinnowWire

/// What a person can ask of the pipeline, besides moving pictures.
extension SortingPipeline {
  /// Pauses or resumes one inbox, or with nil all of them; remembered over restarts.
  ///
  /// - Throws: `.notFound` when there is no inbox of that name.
  public func setPaused(_ isPaused: Bool, inbox name: String?) throws(WinnowError) {
    dispatchPrecondition(condition: .onQueue(queue))
    if let name { try requireInbox(name) }
    var wanted = paused
    if isPaused {
      wanted.insert(name ?? "")
    } else if let name {
      wanted.remove(name)
    } else {
      wanted.removeAll()
    }
    try remember(paused: wanted)
    paused = wanted
    pump()
  }

  func remember(paused: Set<String>) throws(WinnowError) {
    try ledger.set(Self.pausedKey, toText: paused.isEmpty ? nil : paused.sorted().joined(separator: "\n"))
  }

  func isPaused(_ inbox: Inbox) -> Bool { paused.contains("") || paused.contains(inbox.name) }

  /// Whether all of sorting is paused.
  public var isPaused: Bool { paused.contains("") }

  /// Names of the inboxes that are paused.
  public var pausedInboxes: [String] { watchedInboxes.filter(isPaused).map(\.name).sorted() }

  var watchedInboxes: [Inbox] {
    inboxes.filter { if case .watched = $0.purpose { true } else { false } }
  }

  private func requireInbox(_ name: String) throws(WinnowError) {
    guard watchedInboxes.contains(where: { $0.name == name }) else {
      throw WinnowError(.notFound, "there is no inbox \"\(name)\"", remedy: "see `winnowctl inbox list`")
    }
  }

  /// Looks through one inbox, or all.
  ///
  /// - Parameter again: takes held, left and failed pictures anew.
  /// - Throws: `.notFound` when there is no inbox of that name.
  /// - Returns: the inboxes, and how many pictures were released.
  public func rescan(_ name: String?, again: Bool) throws(WinnowError) -> (inboxes: [String], released: Int) {
    dispatchPrecondition(condition: .onQueue(queue))
    if let name { try requireInbox(name) }
    let wanted = watchedInboxes.filter { name == nil || $0.name == name }
    let released = again ? try ledger.release(inbox: name, states: [.held, .left, .failed]) : 0
    for inbox in wanted {
      inbox.wantsScan = true
      inbox.retrying.hurry(at: now)
    }
    outputs.wantsComparison = true
    pump()
    return (wanted.map(\.name), released)
  }

  /// A root may lie on another mount from now on: the inbox it belonged to was removed.
  public func forgetMount(of path: FilePath) { mounts.forget(path) }

  /// Another version of a model is current, or one was removed: pictures that are not yet offered go to it. Workers
  /// that nobody needs any more finish what they have and end.
  public func modelsChanged(retired: [ModelVersion]) {
    dispatchPrecondition(condition: .onQueue(queue))
    for version in retired { pool.retire(version) }
    for inbox in inboxes { inbox.holdUntil = nil }
    pump()
  }

  /// The worker pool's status changed.
  public func workersChanged() {
    dispatchPrecondition(condition: .onQueue(queue))
    var subjects: Set<String> = []
    for worker in pool.status {
      let subject = worker.model.description
      subjects.insert(subject)
      guard let error = worker.conditions.first else {
        clear(.workerDegraded, subject: subject)
        continue
      }
      raise(
        HealthCondition(
          .workerDegraded, subject: subject, error.message + (error.cause.map { " (\($0))" } ?? ""),
          remedy: error.remedy ?? "see the journal"))
    }
    for condition in board.conditions where condition.code == .workerDegraded && !subjects.contains(condition.subject) {
      clear(.workerDegraded, subject: condition.subject)
    }
    pump()
  }

  /// Raises or clears a condition that somebody outside the pipeline watches over.
  public func set(_ condition: HealthCondition, holds: Bool) {
    dispatchPrecondition(condition: .onQueue(queue))
    if holds { raise(condition) } else { clear(condition.code, subject: condition.subject) }
  }

  /// Classifies one picture that somebody handed over. `completion` is called on the pipeline's queue.
  public func classify(
    _ descriptor: consuming OwnedDescriptor, name: String, byteCount: Int64, with reference: ModelReference,
    wantsLogits: Bool, completion: @escaping (Result<Prediction, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    let model: ServedModel
    do throws(WinnowError) {
      model = try resolveModel(reference)
    } catch {
      return completion(.failure(error))
    }
    let id = nextJob
    nextJob += 1
    pool.submit(
      ClassifyJob(
        id: id, model: model.version, descriptor: descriptor, displayName: name, byteCount: byteCount,
        task: .classify(wantsLogits: wantsLogits),
        completion: { outcome in
          switch outcome {
          case .classified(let facts, let scores, let logits, let familiarity):
            completion(
              .success(
                Prediction(
                  model: model.version, top: model.top(scores), logits: logits, picture: facts,
                  familiarity: familiarity.map(Double.init))))
          // The pool sees to it that an answer fits its task.
          case .looked, .cropped:
            completion(.failure(WinnowError(.malformed, "\(name) was looked at and not classified")))
          case .refused(let refusal, _):
            completion(.failure(WinnowError(.init(refusal.kind.rawValue), "\(name): \(refusal.detail)")))
          case .postponed(let error): completion(.failure(error))
          }
        }))
  }

  // MARK: - Sort once

  /// Sorts a folder once, with the same steps as an inbox. `completion` is called on the pipeline's queue.
  ///
  /// - Returns: what can be cancelled.
  public func sortOnce(
    _ settings: InboxSettings, dryRun: Bool, run: Int64, by: String, progress: @escaping (SortRun) -> Void,
    completion: @escaping (SortRun) -> Void
  ) -> SortRun {
    dispatchPrecondition(condition: .onQueue(queue))
    let sortRun = SortRun(isDryRun: dryRun, progress: progress, completion: completion)
    let inbox = Inbox(settings: settings, purpose: .once(sortRun), key: nextKey, run: run, by: by)
    recallLoneRaws(in: inbox)
    nextKey += 1
    inboxes.append(inbox)
    open(inbox)
    queue.async { self.pump() }
    return sortRun
  }

  public func cancel(_ run: SortRun) {
    dispatchPrecondition(condition: .onQueue(queue))
    run.isCancelled = true
    pump()
  }

  func finishSortRuns() {
    var ended: [SortRun] = []
    inboxes.removeAll { inbox in
      guard case .once(let run) = inbox.purpose else { return false }
      let isDone = inbox.here == nil || inbox.isIdle && inbox.scansFinished > 0 || run.isCancelled && inbox.inHand == 0
      if isDone { ended.append(run) }
      return isDone
    }
    for run in ended { run.completion(run) }
  }

  // MARK: - Status

  /// One inbox, for people.
  public struct InboxReport: Sendable {
    public var settings: InboxSettings
    public var isAway: Bool
    public var isPolled: Bool
    public var isPaused: Bool
    /// Why nothing of it is sorted though nothing is wrong: it is outside its hours, or on battery.
    public var rest: String?
    public var settling: Int
    public var counts: [PictureState: Int]
    /// What people call the model's classes, by label.
    public var classNames: [String: String]
    /// The threshold that keeps the promised share of errors, where there is one.
    public var promise: PromisedThreshold?
    /// What people found of what the version that sorts now decided; nil while there is none.
    public var observed: ObservedDecisions?
    /// How many pictures shadow mode has decided about and nobody has placed.
    public var plans: Int
    public var health: InboxHealth
  }

  public func report() -> [InboxReport] {
    dispatchPrecondition(condition: .onQueue(queue))
    var counts: [String: [PictureState: Int]] = [:]
    do throws(WinnowError) {
      counts = try ledger.counts()
    } catch {
      // A condition, and no reason to show nothing.
      ledgerState(error)
    }
    return watchedInboxes.map { inbox in
      InboxReport(
        settings: inbox.settings, isAway: inbox.here == nil, isPolled: inbox.isPolled, isPaused: isPaused(inbox),
        rest: rest(of: inbox).map(sentence), settling: inbox.tracker.count, counts: counts[inbox.name] ?? [:],
        classNames: inbox.classNames, promise: inbox.promise, observed: (try? observed(in: inbox)) ?? nil,
        plans: (try? ledger.planCount(inbox: inbox.name)) ?? 0, health: health(of: inbox))
    }
  }

  public var conditions: [HealthCondition] { board.conditions }
  public var isDegraded: Bool { board.isDegraded }
  public var workers: [WorkerStatus] { pool.status }
}
