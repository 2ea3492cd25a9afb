/// Where intents and outcomes become durable. The ledger is one; tests have a double that forgets uncommitted rows.
public protocol MoveJournal: AnyObject {
  /// Makes the outcomes of finished moves and the intents of the next durable in one commit.
  func commit(outcomes: [MoveOutcome], intents: [MoveIntent]) throws(WinnowError)
  /// Makes changed names of open intents durable.
  func amend(_ intents: [MoveIntent]) throws(WinnowError)
  /// Intents without an outcome, oldest first: what a crash left.
  func openIntents() throws(WinnowError) -> [MoveIntent]
}
