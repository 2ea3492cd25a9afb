import Synchronization
public import WinnowCore
import WinnowFiles

/// A ledger that stands on a simulated disk: its calls are counted and fail with the disk's, and what was not
/// committed when the machine stopped is kept whole or dropped whole.
public final class JournalDouble: MoveJournal {
  private struct Rows {
    var open: [Int64: MoveIntent] = [:]
    var outcomes: [MoveOutcome] = []
  }

  private let disk: SimulatedDisk
  private var rows = Rows()
  /// What the call that the stop interrupted would have left.
  private var interrupted: Rows?

  public init(on disk: SimulatedDisk) { self.disk = disk }

  /// In the order of their commits.
  public var outcomes: [MoveOutcome] { rows.outcomes }

  public func commit(outcomes: [MoveOutcome], intents: [MoveIntent]) throws(WinnowError) {
    var next = rows
    // An outcome of an intent that is closed is a replay.
    for outcome in outcomes where next.open.removeValue(forKey: outcome.intent.id) != nil {
      next.outcomes.append(outcome)
    }
    for intent in intents { next.open[intent.id] = intent }
    try become(next, "commit")
  }

  public func amend(_ intents: [MoveIntent]) throws(WinnowError) {
    var next = rows
    for intent in intents where next.open[intent.id] != nil { next.open[intent.id] = intent }
    try become(next, "amend")
  }

  public func openIntents() throws(WinnowError) -> [MoveIntent] {
    rows.open.values.sorted { $0.id < $1.id }
  }

  /// After a stop of the machine.
  public func restart(keepingInterrupted keeps: Bool) {
    if let interrupted, keeps { rows = interrupted }
    interrupted = nil
  }

  private func become(_ next: Rows, _ operation: String) throws(WinnowError) {
    let wasOff = disk.isOff
    do throws(SystemFault) {
      // A ledger's transaction is there or not; there is no answer that gets lost.
      _ = try disk.begin("\(operation) to the ledger")
    } catch {
      if disk.isOff && !wasOff { interrupted = next }
      throw error.about("the ledger")
    }
    rows = next
  }
}
