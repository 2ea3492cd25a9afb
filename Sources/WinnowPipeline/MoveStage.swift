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
  /// One picture to place or to note.
  struct Item: Sendable {
    enum Kind: Sendable {
      /// The picture's row, the move, and the ctime it had when it was read.
      case move(PictureRecord, MoveIntent, statusChanged: Timestamp?)
      case note(PictureNote)
    }
    var kind: Kind
    /// Called on the pipeline's queue once it is durable, or cannot be.
    var completion: @Sendable (Ending) -> Void
  }

  /// What became of an item.
  enum Ending: Sendable {
    case moved(MoveOutcome, PictureRecord)
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
  private var finished: [(outcome: MoveOutcome, item: Item)] = []
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

  /// Tries again what a failed commit left.
  func wake() { queue.async { self.work() } }

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
      if items.isEmpty && finished.isEmpty { return }
      // After a failed commit the pipeline wakes the stage again in a while.
      if !perform(items) && items.isEmpty { return }
    }
  }

  /// - Returns: whether the ledger took it.
  private func perform(_ items: [Item]) -> Bool {
    var batch = LedgerBatch()
    var moves: [(move: CheckedMove, item: Item)] = []
    var notes: [(note: PictureNote, item: Item)] = []
    var dropped: [(outcome: MoveOutcome, item: Item)] = []
    for item in items {
      switch item.kind {
      case .note(let note):
        batch.notes.append(note)
        notes.append((note, item))
      case .move(let picture, let intent, let statusChanged):
        switch mover.check(intent, statusChanged: statusChanged) {
        case .success(let move):
          batch.pictures.append(picture)
          batch.intents.append(move.intent)
          madeFolders += move.made
          moves.append((move, item))
        case .failure(let failure):
          dropped.append((failure.outcome, item))
          if let note = Self.note(of: failure.outcome, picture) { batch.notes.append(note) }
        }
      }
    }
    batch.outcomes = finished.map(\.outcome)
    batch.madeFolders = madeFolders
    guard commit(batch, for: items) else {
      mover.drop()
      return false
    }
    for (outcome, item) in finished + dropped { tell(item, .moved(outcome, Self.picture(of: item))) }
    for (note, item) in notes { tell(item, .noted(note)) }
    finished.removeAll(keepingCapacity: true)

    let report = mover.carryOut(moves.map(\.move))
    var itemsByIntent: [Int64: Item] = [:]
    for (move, item) in moves { itemsByIntent[move.intent.id] = item }
    for outcome in report.outcomes {
      if let item = itemsByIntent[outcome.intent.id] { finished.append((outcome, item)) }
    }
    for (intent, error) in report.unresolved {
      unresolved.append(intent)
      if let item = itemsByIntent[intent.id] { tell(item, .unresolved(intent, error)) }
    }
    return true
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

  private static func picture(of item: Item) -> PictureRecord {
    switch item.kind {
    case .move(let picture, _, _): picture
    case .note(let note): note.picture
    }
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
      do throws(WinnowError) {
        var outcomes: [MoveOutcome] = []
        for intent in try self.ledger.openIntents() {
          do throws(WinnowError) {
            outcomes.append(try self.mover.resolve(intent))
          } catch {
            remaining.append((intent, error))
          }
        }
        if !outcomes.isEmpty { try self.ledger.commit(LedgerBatch(outcomes: outcomes)) }
        settled = outcomes.count
        self.unresolved = remaining.map(\.0)
      } catch {
        self.reply.async { [ledgerState = self.ledgerState] in ledgerState(error) }
      }
      self.reply.async { [settled, remaining] in completion(settled, remaining) }
    }
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
