internal import GRDB
public import WinnowCore

extension Ledger {
  /// A page of history, by time. Memory depends on `limit` alone.
  public func history(_ query: HistoryQuery) throws(WinnowError) -> HistoryPage {
    try read { try $0.history(query) }
  }

  /// The number of the last row that was ever written; zero where none was.
  public func lastHistoryRow() throws(WinnowError) -> Int64 {
    try read { connection in
      try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'history'") { try $0.integer(0) } ?? 0
    }
  }
}
