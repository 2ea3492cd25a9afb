internal import Synchronization
internal import WinnowCore

/// For whom the ledger puts events aside as it writes history, and who hears that there are new ones.
final class Outbox: Sendable {
  private struct State {
    var targets: Set<HookTarget> = []
    /// Whether the transaction that is under way added events.
    var isFilled = false
    var signal: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  func tell(_ targets: Set<HookTarget>) { state.withLock { $0.targets = targets } }

  func signal(_ signal: @escaping @Sendable () -> Void) { state.withLock { $0.signal = signal } }

  /// Those who want to hear of the outcome; the transaction is remembered as one that adds events.
  func targets(for outcome: HistoryOutcome) -> [HookTarget] {
    state.withLock { state in
      let targets = state.targets.filter { $0.wants(outcome) }
      if !targets.isEmpty { state.isFilled = true }
      return Array(targets)
    }
  }

  func committed() {
    let signal = state.withLock { state in
      defer { state.isFilled = false }
      return state.isFilled ? state.signal : nil
    }
    signal?()
  }

  func rolledBack() { state.withLock { $0.isFilled = false } }
}
