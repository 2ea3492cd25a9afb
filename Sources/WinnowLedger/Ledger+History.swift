public import WinnowCore

extension Ledger {
  /// A page of history, by time. Memory depends on `limit` alone.
  public func history(_ query: HistoryQuery) throws(WinnowError) -> HistoryPage {
    try read { try $0.history(query) }
  }
}
