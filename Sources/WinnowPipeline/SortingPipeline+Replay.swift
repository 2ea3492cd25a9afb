import Dispatch
public import SystemPackage
public import WinnowCore
import WinnowFiles
import WinnowLedger

/// What a replay did, or would do.
public struct ReplayReport: Sendable {
  public internal(set) var moves: OrderedReport
  /// How many pictures go to each folder.
  public internal(set) var folders: [FilePath: Int] = [:]
}

/// Carries out what shadow mode decided.
extension SortingPipeline {
  private static let replayPage = 256

  /// What one replay is about.
  public struct ReplayScope: Sendable {
    /// Nil for all inboxes.
    public var inbox: String?
    /// Whether pictures that changed after they were first decided about go to where they were decided to go last.
    public var includesRevised: Bool
    /// Tells what would be done, and moves nothing.
    public var isDryRun: Bool

    public init(inbox: String? = nil, includesRevised: Bool = false, isDryRun: Bool = false) {
      self.inbox = inbox
      self.includesRevised = includesRevised
      self.isDryRun = isDryRun
    }
  }

  /// Moves every picture that shadow mode decided about and that has not changed since. Calls `whenDone` on the
  /// pipeline's queue.
  public func replay(
    _ scope: ReplayScope, by: String, whenDone: @escaping @Sendable (Result<ReplayReport, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    do throws(WinnowError) {
      let run = scope.isDryRun ? nil : try ledger.beginRun(kind: .replay, by: by, at: Timestamp.now())
      replayPage(scope, after: 0, by: by, ReplayReport(moves: OrderedReport(run: run)), whenDone: whenDone)
    } catch {
      whenDone(.failure(error))
    }
  }

  private func replayPage(
    _ scope: ReplayScope, after id: Int64, by: String, _ soFar: ReplayReport,
    whenDone: @escaping @Sendable (Result<ReplayReport, WinnowError>) -> Void
  ) {
    var report = soFar
    var orders: [OrderedMove] = []
    let last: Int64?
    do throws(WinnowError) {
      let page = try ledger.plans(inbox: scope.inbox, after: id, limit: Self.replayPage)
      last = page.last?.picture.id
      for (picture, plan) in page {
        if let obstacle = obstacle(to: plan, of: picture, in: scope) {
          report.moves.add(refused: picture.place.absolute, obstacle)
          continue
        }
        report.folders[plan.destination.folder.absolute, default: 0] += 1
        var order = OrderedMove(
          picture: picture, destination: plan.destination, outcome: plan.outcome, reason: plan.reason,
          numbersTakenNames: true)
        order.action = inboxes.first { $0.name == picture.inbox }?.settings.action ?? .move
        order.companions = companionsInSight(of: order)
        orders.append(order)
      }
    } catch {
      return whenDone(.failure(error))
    }
    guard let last else { return endReplay(report, whenDone: whenDone) }
    guard let run = report.moves.run else {
      for order in orders { report.moves.add(done: order.picture.place.absolute, to: order.destination.absolute) }
      let report = report
      return queue.async { [self] in replayPage(scope, after: last, by: by, report, whenDone: whenDone) }
    }
    // The bytes are compared: a program can write a file and set its time back.
    carryOut(orders, run: run, by: by, rehash: true) { [self, report] ended in
      var report = report
      report.moves.add(ended)
      replayPage(scope, after: last, by: by, report, whenDone: whenDone)
    }
  }

  private func endReplay(
    _ report: ReplayReport, whenDone: @escaping @Sendable (Result<ReplayReport, WinnowError>) -> Void
  ) {
    if let run = report.moves.run { try? ledger.finishRun(run, at: Timestamp.now()) }
    pump()
    whenDone(.success(report))
  }

  /// Why a picture is not moved to where shadow mode would have put it.
  private func obstacle(to plan: ShadowPlan, of picture: PictureRecord, in scope: ReplayScope) -> String? {
    guard picture.state == .left else { return "it was decided about otherwise since" }
    guard let root = try? Root(opening: picture.place.root, on: fileSystem) else { return "its inbox is away" }
    guard let status = try? fileSystem.status(of: picture.place.relative, in: root.raw) else {
      // It is not asked about again.
      if !scope.isDryRun { try? ledger.retire(pictures: [picture.id]) }
      return "it is no longer there"
    }
    guard status.kind == .regular, status.mayBe(picture.fingerprint),
      status.hasContentMarks(of: picture.fingerprint)
    else { return "it changed since it was decided about, and is decided about anew" }
    if plan.isRevised && !scope.includesRevised {
      return "it changed after it was first decided about; `replay --changed` moves it to "
        + plan.destination.folder.absolute.escaped
    }
    return nil
  }
}
