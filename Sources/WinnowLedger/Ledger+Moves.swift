public import WinnowCore

extension Ledger {
  /// Makes all of `batch` durable in one transaction, or throws and changed nothing.
  ///
  /// - Throws: `.ledgerFull` and `.ledgerBusy` pass: the same batch may be committed again later. `.invalidInput`
  ///   when an intent names a picture that is not known, or uses a number twice.
  public func commit(_ batch: LedgerBatch) throws(WinnowError) {
    if batch.isEmpty { return }
    try write { connection in try connection.apply(batch) }
  }

  public func commit(outcomes: [MoveOutcome], intents: [MoveIntent]) throws(WinnowError) {
    try commit(LedgerBatch(outcomes: outcomes, intents: intents))
  }

  public func amend(_ intents: [MoveIntent]) throws(WinnowError) {
    if intents.isEmpty { return }
    try write { connection in
      for intent in intents { try connection.amend(intent) }
    }
  }

  public func openIntents() throws(WinnowError) -> [MoveIntent] {
    try read { try $0.openIntents() }
  }
}
