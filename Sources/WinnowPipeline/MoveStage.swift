import Dispatch
import Synchronization
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// Places decided pictures, in batches: one ledger commit carries the intents of a batch and the outcomes of the one
/// before it, and a batch never waits for a picture that has not come.
///
/// `@unchecked Sendable`: everything but `waiting`, which the lock guards, is touched on `queue` alone.
final class MoveStage: @unchecked Sendable {
  /// A picture's row and its move.
  struct PlannedMove: Sendable {
    var picture: PictureRecord
    var intent: MoveIntent
    /// The ctime it had when it was read; nil where that does not matter.
    var statusChanged: Timestamp?
    /// What is written where the action is `tag`.
    var sidecar: [UInt8] = []
  }

  /// One picture to place or to note.
  struct Item: Sendable {
    enum Kind: Sendable {
      case move(PlannedMove)
      /// A picture that companions go with, or may later: their names count when its own is chosen.
      case group(PlannedMove, companions: [PlannedMove])
      case note(PictureNote)
    }
    var kind: Kind
    /// Called on the pipeline's queue once it is durable, or cannot be.
    var completion: @Sendable (Ending) -> Void
  }

  /// What became of an item.
  enum Ending: Sendable {
    /// - Parameter companions: how those that were moved with it ended, each `moved` or `unresolved`.
    case moved(MoveOutcome, PictureRecord, companions: [Ending])
    case noted(PictureNote)
    /// The ledger could not take it; nothing happened.
    case postponed(WinnowError)
    /// Begun, and not to be ended now; `resolve` goes on with it.
    case unresolved(MoveIntent, WinnowError)
  }

  /// What one batch holds at most; chosen so that its fsyncs are shared and its latency stays small.
  private static let batchLimit = 64

  private let queue = DispatchQueue(label: "winnow.move")
  private let reply: DispatchQueue
  private let ledger: Ledger
  private let mover: DurableMove
  private let roots: RootTable
  private let waiting = WaitingItems()

  // On `queue`.
  /// To be committed, and then to be told.
  private var finished: [MoveOutcome] = []
  private var endings: [(ending: Ending, item: Item)] = []
  private var madeFolders: [Place] = []
  private var unresolved: [MoveIntent] = []
  private let ledgerState: @Sendable (WinnowError?) -> Void

  /// - Parameters:
  ///   - reply: the queue on which completions are called.
  ///   - ledgerState: called on `reply` after each commit, with what went wrong.
  init(
    ledger: Ledger, fileSystem: any FileSystem, mounts: MountMemory, reply: DispatchQueue,
    ledgerState: @escaping @Sendable (WinnowError?) -> Void
  ) {
    self.ledger = ledger
    self.reply = reply
    self.ledgerState = ledgerState
    roots = RootTable(on: fileSystem, mounts: mounts)
    mover = DurableMove(on: fileSystem, roots: roots, journal: ledger, now: Timestamp.now)
  }

  func enqueue(_ item: Item) {
    if waiting.append(item) { wake() }
  }

  private func wake() { queue.async { self.work() } }

  /// Tries again what a failed commit left, or, where that is nothing, whether the ledger takes anything.
  func tryAgain() {
    queue.async {
      if self.finished.isEmpty && self.endings.isEmpty {
        do throws(WinnowError) {
          try self.ledger.set("tried", to: [])
          self.reply.async { [ledgerState = self.ledgerState] in ledgerState(nil) }
        } catch {
          self.reply.async { [ledgerState = self.ledgerState] in ledgerState(error) }
        }
      }
      self.work()
    }
  }

  /// Calls `body` on the stage's queue after everything enqueued so far.
  func afterwards(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

  /// Waits until everything enqueued so far is done.
  func drain() { queue.sync {} }

  /// Lets go of the roots, so that a person can unmount what is not in use.
  func releaseRoots() {
    queue.async { self.roots.forgetAll() }
  }

  private func work() {
    roots.forgetMoved()
    while true {
      let items = waiting.take(Self.batchLimit)
      if items.isEmpty && finished.isEmpty && endings.isEmpty { return }
      // After a failed commit the pipeline wakes the stage again in a while.
      if !perform(items) && items.isEmpty { return }
    }
  }

  /// - Returns: whether the ledger took it.
  private func perform(_ items: [Item]) -> Bool {
    var batch = LedgerBatch()
    var moves: [(moves: [CheckedMove], pictures: [PictureRecord], item: Item)] = []
    var told: [(ending: Ending, item: Item)] = []
    for item in items {
      switch item.kind {
      case .note(let note):
        batch.notes.append(note)
        told.append((.noted(note), item))
      case .move(let planned), .group(let planned, _):
        switch check(item.kind) {
        case .success(let (checked, pictures)):
          batch.pictures += pictures
          batch.intents += checked.map(\.intent)
          madeFolders += checked.flatMap(\.made)
          moves.append((checked, pictures, item))
        case .failure(let failure):
          told.append((.moved(failure.outcome, planned.picture, companions: []), item))
          if let note = Self.note(of: failure.outcome, planned.picture) { batch.notes.append(note) }
        }
      }
    }
    batch.outcomes = finished
    batch.madeFolders = madeFolders
    guard commit(batch, for: items) else {
      mover.drop()
      return false
    }
    for (ending, item) in endings + told { tell(item, ending) }
    finished.removeAll(keepingCapacity: true)
    endings.removeAll(keepingCapacity: true)

    let report = mover.carryOut(moves.flatMap(\.moves))
    finished = report.outcomes
    unresolved += report.unresolved.map(\.intent)
    var outcomes: [Int64: MoveOutcome] = [:]
    for outcome in report.outcomes { outcomes[outcome.intent.id] = outcome }
    var errors: [Int64: (MoveIntent, WinnowError)] = [:]
    for (intent, error) in report.unresolved { errors[intent.id] = (intent, error) }
    func ending(_ move: CheckedMove, _ picture: PictureRecord, companions: [Ending] = []) -> Ending? {
      if let (intent, error) = errors[move.intent.id] { return .unresolved(intent, error) }
      return outcomes[move.intent.id].map { .moved($0, picture, companions: companions) }
    }
    for (moves, pictures, item) in moves {
      let companions = zip(moves, pictures).dropFirst().compactMap { ending($0, $1) }
      guard let ending = ending(moves[0], pictures[0], companions: companions) else { continue }
      if case .unresolved = ending { tell(item, ending) } else { endings.append((ending, item)) }
    }
    return true
  }

  /// The moves that can be carried out, the picture's own first, with their rows.
  private func check(_ kind: Item.Kind) -> Result<([CheckedMove], [PictureRecord]), MoveOutcomeError> {
    switch kind {
    case .note: .success(([], []))
    case .move(let planned):
      mover.check(planned.intent, statusChanged: planned.statusChanged, sidecar: planned.sidecar).map {
        ([$0], [planned.picture])
      }
    case .group(let planned, let companions):
      mover.check(planned.intent, statusChanged: planned.statusChanged, companions: companions.map(\.intent)).map {
        moves in
        let all = [planned] + companions
        return (moves, moves.compactMap { move in all.first { $0.intent.id == move.intent.id }?.picture })
      }
    }
  }

  private func commit(_ batch: LedgerBatch, for items: [Item]) -> Bool {
    do {
      try ledger.commit(batch)
      madeFolders.removeAll()
      reply.async { [ledgerState] in ledgerState(nil) }
      return true
    } catch {
      // Nothing of this batch was begun. Outcomes of the last stay where they are and go with the next commit; were
      // the power to fail before that, a look at both places finds them again.
      for item in items { tell(item, .postponed(error)) }
      reply.async { [ledgerState] in ledgerState(error) }
      return false
    }
  }

  private func tell(_ item: Item, _ ending: Ending) {
    reply.async { item.completion(ending) }
  }

  /// The row that says why a move whose intent was never made is waiting.
  private static func note(of outcome: MoveOutcome, _ picture: PictureRecord) -> PictureNote? {
    guard case .abandoned(let error, .wait) = outcome.result else { return nil }
    // What a person asked for is refused, and the picture stays as it is.
    guard outcome.intent.undoes == nil, outcome.intent.label == nil else { return nil }
    var picture = picture
    picture.place = outcome.intent.source
    picture.state = .failed
    picture.reason = error.sentence
    return PictureNote(picture: picture, outcome: .failed, by: outcome.intent.by, run: outcome.intent.run)
  }

  // MARK: - After a crash

  /// Finishes or drops every intent that is open, then calls `completion` on the pipeline's queue with how many were
  /// settled and what could not be.
  func recover(_ completion: @escaping @Sendable (_ settled: Int, _ remaining: [(MoveIntent, WinnowError)]) -> Void) {
    queue.async {
      var settled = 0
      var remaining: [(MoveIntent, WinnowError)] = []
      var intents: [MoveIntent] = []
      do throws(WinnowError) {
        intents = try self.ledger.openIntents()
        // Where a picture went decides where its companions go.
        for intents in [intents.filter { $0.lead == nil }, intents.filter { $0.lead != nil }] {
          var outcomes: [MoveOutcome] = []
          for intent in intents {
            do throws(WinnowError) {
              if let lead = intent.lead, remaining.contains(where: { $0.0.id == lead }) {
                throw WinnowError(.systemCall, "\(intent.source) waits for what it goes with")
              }
              outcomes.append(try self.settle(intent))
            } catch {
              remaining.append((intent, error))
            }
          }
          if !outcomes.isEmpty { try self.ledger.commit(LedgerBatch(outcomes: outcomes)) }
          settled += outcomes.count
        }
        self.unresolved = remaining.map(\.0)
      } catch {
        // What was found out is found out again once the ledger takes it.
        (settled, remaining) = (0, intents.map { ($0, error) })
        self.reply.async { [ledgerState = self.ledgerState] in ledgerState(error) }
      }
      self.reply.async { [settled, remaining] in completion(settled, remaining) }
    }
  }

  /// Finishes or drops an intent. A companion follows the picture that it was to go with.
  private func settle(_ intent: MoveIntent) throws(WinnowError) -> MoveOutcome {
    guard intent.lead != nil, let companion = try ledger.picture(id: intent.picture)?.record,
      let id = companion.companionOf, let lead = try ledger.picture(id: id)?.record
    else { return try mover.resolve(intent) }
    return try mover.resolve(intent, beside: lead.place)
  }

  // MARK: - Made folders

  /// Removes the folders that Winnow made below `roots` and that are empty by now.
  func removeEmptyMadeFolders(below roots: [FilePath], _ completion: @escaping @Sendable () -> Void) {
    queue.async {
      for root in roots {
        guard let folders = try? self.ledger.madeFolders(under: root) else { continue }
        let deepestFirst = folders.sorted { $0.relative.components.count > $1.relative.components.count }
        for folder in deepestFirst where self.mover.removeIfEmpty(folder) {
          try? self.ledger.forgetMadeFolder(folder)
        }
      }
      self.reply.async(execute: completion)
    }
  }
}

/// Items on their way to the mover. Bounded by what the pipeline lets through.
private final class WaitingItems: Sendable {
  private struct State {
    var items: [MoveStage.Item] = []
    var isScheduled = false
  }
  private let state = Mutex(State())

  /// - Returns: whether the stage has to be woken.
  func append(_ item: MoveStage.Item) -> Bool {
    state.withLock { state in
      state.items.append(item)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
  }

  func take(_ limit: Int) -> [MoveStage.Item] {
    state.withLock { state in
      let taken = Array(state.items.prefix(limit))
      state.items.removeFirst(taken.count)
      if taken.isEmpty { state.isScheduled = false }
      return taken
    }
  }
}
