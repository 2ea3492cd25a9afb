public import SystemPackage
public import WinnowCore

/// Which rows of the history, in which order.
public struct HistoryQuery: Hashable, Sendable {
  /// Any absolute path a picture ever had: finds all rows of every picture that was there.
  public var path: FilePath?
  public var inbox: String?
  /// Rows of this moment or later.
  public var since: Timestamp?
  public var run: Int64?
  /// At most so many rows a page.
  public var limit: Int
  public var newestFirst: Bool
  /// Where the page before ended.
  public var after: HistoryCursor?

  public init(
    path: FilePath? = nil, inbox: String? = nil, since: Timestamp? = nil, run: Int64? = nil, limit: Int = 256,
    newestFirst: Bool = true, after: HistoryCursor? = nil
  ) {
    self.path = path
    self.inbox = inbox
    self.since = since
    self.run = run
    self.limit = limit
    self.newestFirst = newestFirst
    self.after = after
  }
}

/// A position in the history: the last row of a page.
public struct HistoryCursor: Hashable, Sendable {
  public var time: Timestamp
  public var id: Int64

  public init(time: Timestamp, id: Int64) {
    self.time = time
    self.id = id
  }
}

/// Some rows of the history, and where the next ones begin.
public struct HistoryPage: Hashable, Sendable {
  public var rows: [HistoryRow]
  /// Nil at the end.
  public var next: HistoryCursor?

  public init(rows: [HistoryRow], next: HistoryCursor?) {
    self.rows = rows
    self.next = next
  }
}
