public import SystemPackage
public import WinnowCore

/// What somebody looks for who looks through the history, newest row first.
public struct HistorySearch: Hashable, Sendable {
  /// Only rows with smaller numbers; nil: from the newest on.
  public var before: Int64?
  /// Any absolute path that a picture ever had.
  public var path: FilePath?
  public var inbox: String?
  /// Rows of this moment or later.
  public var since: Timestamp?
  public var outcome: HistoryOutcome?
  public var className: String?
  /// Stands in the file's name before or after, or in the class; case does not count in ASCII. Empty: in all.
  public var text: String
  /// Rows that are wanted at most.
  public var limit: Int

  public init(
    before: Int64? = nil, path: FilePath? = nil, inbox: String? = nil, since: Timestamp? = nil,
    outcome: HistoryOutcome? = nil, className: String? = nil, text: String = "", limit: Int = 100
  ) {
    self.before = before
    self.path = path
    self.inbox = inbox
    self.since = since
    self.outcome = outcome
    self.className = className
    self.text = text
    self.limit = limit
  }
}

/// What was found in a stretch of the history.
public struct HistoryFinding: Hashable, Sendable {
  public var rows: [HistoryRow]
  /// Where the search goes on; nil at the end.
  public var next: Int64?

  public init(rows: [HistoryRow], next: Int64?) {
    self.rows = rows
    self.next = next
  }
}

extension Ledger {
  /// Looks through the next stretch of the history: so many rows that no decision waits for it.
  public func search(_ search: HistorySearch) throws(WinnowError) -> HistoryFinding {
    try read { try $0.search(search) }
  }
}
