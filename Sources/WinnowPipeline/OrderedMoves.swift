import Dispatch
public import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowLedger

/// A move that a person asked for by name: undo, redo, review. It takes the same way as every other move.
public struct OrderedMove: Sendable {
  public var picture: PictureRecord
  public var destination: Place
  public var outcome: HistoryOutcome
  public var reason: String
  /// The history row it takes back.
  public var undoes: Int64?
  /// Whether a taken name gets a number; an undo is refused instead.
  public var numbersTakenNames: Bool
  /// The class that a person gives with it.
  public var label: String?
  /// How it is placed.
  public var action = PlacingAction.move
  /// The mark that is taken away, for an undo.
  var mark: PictureRecord?
  /// What an undo gives back to the file.
  var rights: FileRights?
  /// The picture that stays at `destination` where an undo takes away what was placed for it.
  var original: FileFingerprint?
  /// What goes before it: the mark that it replaces.
  var replaced: [OrderedMove] = []
  /// What moves with it: all of it, or where names are not numbered none.
  public var companions: [OrderedMove] = []
}

/// What became of the moves a person asked for.
public struct OrderedReport: Sendable {
  public struct Refused: Sendable {
    public var file: FilePath
    public var reason: String
  }

  /// How many of each are named at most; counts go on.
  public static let namedLimit = 1000

  /// How many were moved, or would be.
  public private(set) var doneCount = 0
  public private(set) var done: [(from: FilePath, to: FilePath, label: String?)] = []
  public private(set) var refusedCount = 0
  public private(set) var refused: [Refused] = []
  public var run: Int64?
  /// Folders that lost a picture.
  var emptied: Set<FilePath> = []

  mutating func add(done from: FilePath, to: FilePath, label: String? = nil) {
    doneCount += 1
    if done.count < Self.namedLimit { done.append((from, to, label)) }
    emptied.insert(from.removingLastComponent())
  }

  mutating func add(refused file: FilePath, _ reason: String) {
    refusedCount += 1
    if refused.count < Self.namedLimit { refused.append(Refused(file: file, reason: reason)) }
  }

  mutating func add(_ other: OrderedReport) {
    doneCount += other.doneCount
    done += other.done.prefix(Self.namedLimit - done.count)
    refusedCount += other.refusedCount
    refused += other.refused.prefix(Self.namedLimit - refused.count)
    emptied.formUnion(other.emptied)
  }
}

extension SortingPipeline {
  /// How many ordered moves are with the mover at once.
  private static let pageSize = 256

  /// Collects the endings of one page of ordered moves. On the pipeline's queue.
  private final class Page: @unchecked Sendable {
    var left: Int
    var report = OrderedReport()
    let whenDone: @Sendable (OrderedReport) -> Void

    init(count: Int, whenDone: @escaping @Sendable (OrderedReport) -> Void) {
      left = count
      self.whenDone = whenDone
    }
  }

  /// Carries out `orders` and calls `whenDone` on the pipeline's queue once all of it is durable.
  func carryOut(
    _ orders: [OrderedMove], run: Int64, by: String, rehash: Bool, whenDone: @escaping @Sendable (OrderedReport) -> Void
  ) {
    guard !orders.isEmpty else { return whenDone(OrderedReport()) }
    let page = Page(count: orders.count, whenDone: whenDone)
    for order in orders {
      let move = planned(order, run: run, by: by, rehash: rehash, lead: nil)
      let companions = order.companions.map {
        planned($0, run: run, by: by, rehash: rehash, lead: move.intent.id)
      }
      let places = [order.destination] + companions.flatMap { [$0.intent.source, $0.intent.destination] }
      placesInHand.formUnion(places)
      moves.enqueue(
        MoveStage.Item(
          kind: companions.isEmpty ? .move(move) : .group(move, companions: companions),
          completion: { [self] ending in
            placesInHand.subtract(places)
            ended(ending, order, on: page)
          }))
    }
  }

  private func planned(
    _ order: OrderedMove, run: Int64, by: String, rehash: Bool, lead: Int64?
  ) -> MoveStage.PlannedMove {
    let picture = order.picture
    let file = order.mark ?? picture
    let isPlaced = order.action != .move && order.outcome != .undone
    let intent = MoveIntent(
      id: ledger.nextIntentID(), picture: picture.id, run: run, source: file.place,
      destination: order.destination, fingerprint: file.fingerprint, digest: file.digest,
      outcome: order.outcome, reason: order.reason, begun: Timestamp.now(), by: by, undoes: order.undoes,
      numbersTakenNames: lead == nil && order.numbersTakenNames && order.action != .tag,
      placeholder: placeholder(inbox: picture.inbox), label: order.label, action: order.action,
      twin: isPlaced ? ledger.nextPictureID() : nil, original: order.original,
      rights: order.outcome == .undone ? order.rights : rights(at: order.destination, inbox: picture.inbox),
      lead: lead)
    // A ctime that no file has makes the mover compare the bytes.
    var move = MoveStage.PlannedMove(
      picture: picture, intent: intent,
      statusChanged: rehash && picture.digest != nil ? Timestamp(nanoseconds: -1) : nil)
    if isPlaced, order.action == .tag { move.sidecar = sidecarContents(of: picture, label: order.label) }
    return move
  }

  /// What an inbox gives what is placed there: in its output alone.
  private func rights(at place: Place, inbox name: String) -> FileRights? {
    inboxes.first { $0.name == name }?.settings.rights(at: place)
  }

  private func placeholder(inbox name: String) -> PlaceholderUse {
    inboxes.first { $0.name == name }?.settings.placeholder ?? .forbidden
  }

  private func ended(_ ending: MoveStage.Ending, _ order: OrderedMove, on page: Page) {
    let file = order.picture.place.absolute
    switch ending {
    case .moved(let outcome, let picture, let companions):
      for companion in companions { ended(companion: companion, on: page) }
      switch outcome.result {
      case .arrived:
        page.report.add(done: file, to: outcome.intent.destination.absolute, label: outcome.intent.label)
        tell(.picture(Self.event(of: outcome, picture)))
      case .abandoned(let error, _):
        page.report.add(refused: file, error.description)
      }
    case .noted: break
    case .postponed(let error), .unresolved(_, let error):
      page.report.add(refused: file, error.description)
      if case .unresolved(let intent, let error) = ending {
        placesUnresolved.formUnion(Self.places(of: [(intent, error)]))
        report(unresolved: [(intent, error)])
      }
    }
    page.left -= 1
    if page.left == 0 { page.whenDone(page.report) }
  }

  private func ended(companion ending: MoveStage.Ending, on page: Page) {
    switch ending {
    case .moved(let outcome, let picture, _):
      switch outcome.result {
      case .arrived: tell(.picture(Self.event(of: outcome, picture)))
      case .abandoned(let error, _): page.report.add(refused: outcome.intent.source.absolute, error.description)
      }
    case .unresolved(let intent, let error):
      page.report.add(refused: intent.source.absolute, error.description)
      placesUnresolved.formUnion(Self.places(of: [(intent, error)]))
      report(unresolved: [(intent, error)])
    case .noted, .postponed: break
    }
  }

  // MARK: - Undo and redo

  /// What an undo or a redo is about.
  public enum Reversal: Sendable {
    case undo(UndoSelection)
    /// Nil for the last undo.
    case redo(run: Int64?)
    /// Single pictures of an undo.
    case redoPaths(run: Int64?, [FilePath])
  }

  /// Takes moves back, or repeats what was taken back. Calls `whenDone` on the pipeline's queue.
  ///
  /// - Parameter dryRun: tells what would be done and moves nothing.
  public func reverse(
    _ reversal: Reversal, dryRun: Bool, by: String,
    whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    do throws(WinnowError) {
      var run: Int64?
      if !dryRun {
        let kind: RunRecord.Kind = if case .undo = reversal { .undo } else { .redo }
        run = try ledger.beginRun(kind: kind, by: by, at: Timestamp.now())
      }
      // A redo without a run means the last undo as it is now, not as pages change it.
      var reversal = reversal
      if case .redo(nil) = reversal { reversal = .redo(run: try ledger.lastUndoRun()?.id ?? 0) }
      if case .redoPaths(nil, let paths) = reversal {
        reversal = .redoPaths(run: try ledger.lastUndoRun()?.id ?? 0, paths)
      }
      reversePage(reversal, after: nil, run: run, by: by, OrderedReport(run: run), whenDone: whenDone)
    } catch {
      whenDone(.failure(error))
    }
  }

  private func reversePage(
    _ reversal: Reversal, after: Int64?, run: Int64?, by: String, _ soFar: OrderedReport,
    whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    var soFar = soFar
    let page: UndoPage
    do throws(WinnowError) {
      page = try self.page(of: reversal, after: after)
    } catch {
      return whenDone(.failure(error))
    }
    for refusal in page.refused { soFar.add(refused: refusal.path, refusal.text) }
    guard let run else {
      for step in page.steps { soFar.add(done: step.picture.place.absolute, to: step.destination.absolute) }
      guard let next = page.next else { return whenDone(.success(soFar)) }
      let report = soFar
      return queue.async { [self] in reversePage(reversal, after: next, run: run, by: by, report, whenDone: whenDone) }
    }
    let report = soFar
    carryOut(page.steps.map(Self.order), run: run, by: by, rehash: true) { [self] ended in
      var report = report
      report.add(ended)
      if let next = page.next {
        reversePage(reversal, after: next, run: run, by: by, report, whenDone: whenDone)
      } else {
        endReversal(report, run: run, whenDone: whenDone)
      }
    }
  }

  static func order(_ step: UndoStep) -> OrderedMove {
    OrderedMove(
      picture: step.picture, destination: step.destination, outcome: step.outcome,
      reason: step.outcome == .undone ? "taken back" : step.row.reason, undoes: step.row.id,
      numbersTakenNames: false, action: step.action, mark: step.mark, rights: step.rights, original: step.original,
      companions: step.companions.map(order))
  }

  private func page(of reversal: Reversal, after: Int64?) throws(WinnowError) -> UndoPage {
    switch reversal {
    case .undo(let selection): return try ledger.undoable(selection, after: after, limit: Self.pageSize)
    case .redo(let run): return try ledger.redoable(run: run, after: after, limit: Self.pageSize)
    case .redoPaths(let run, let paths):
      var page = try ledger.redoable(run: run, after: after, limit: Self.pageSize)
      let wanted = Set(paths)
      page.steps.removeAll { step in
        ([step] + step.companions).allSatisfy {
          !wanted.contains($0.picture.place.absolute) && !wanted.contains($0.destination.absolute)
        }
      }
      page.refused.removeAll { !wanted.contains($0.path) }
      return page
    }
  }

  private func endReversal(
    _ report: OrderedReport, run: Int64, whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    let roots = Set(inboxes.flatMap(\.settings.roots)).union(report.emptied)
    moves.removeEmptyMadeFolders(below: Array(roots)) { [self] in
      try? ledger.finishRun(run, at: Timestamp.now())
      pump()
      whenDone(.success(report))
    }
  }
}
