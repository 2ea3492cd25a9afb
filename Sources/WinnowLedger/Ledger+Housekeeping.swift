internal import GRDB
public import WinnowCore

/// Keeping the ledger small and knowing that it is whole. Every call is short; the caller pauses between steps.
extension Ledger {
  /// Looks at the next `rows` rows of history, oldest first, and removes those that the limits no longer keep.
  ///
  /// Never removed: the last row of a picture that is not known to be gone, rows of a picture with an open intent, and
  /// rows that a hook is still to be told of.
  /// A picture that is gone goes with its last row; counts stay as they are. Begin with `after: 0` and go on with
  /// `next` until it is nil. Runs without rows and finished jobs go by age with the last step.
  public func prune(_ limits: PruneLimits, after: Int64 = 0, rows: Int = 500) throws(WinnowError) -> PruneStep {
    try write { connection in
      let isTooLarge = try limits.keepBytes.map { try connection.contentBytes() > $0 } ?? false
      if !isTooLarge, limits.olderThan == nil { return PruneStep(removed: 0, next: nil) }
      return try connection.prune(
        before: isTooLarge ? .max : limits.olderThan?.nanoseconds ?? .min,
        olderThan: limits.olderThan, after: after, rows: max(1, rows))
    }
  }

  /// Gives up to `pages` unused pages of 4 KiB back to the file system.
  ///
  /// - Returns: how many are left.
  public func vacuum(pages: Int = 256) throws(WinnowError) -> Int {
    try read { connection in
      try connection.database.execute(sql: "PRAGMA incremental_vacuum(\(max(1, pages)))")
      return try Int.fetchOne(connection.database, sql: "PRAGMA freelist_count") ?? 0
    }
  }

  /// Moves what the -wal file holds into the ledger and empties it, for idle times.
  public func checkpoint() throws(WinnowError) {
    try read { try $0.database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
  }

  /// Gives SQLite's page cache back, for idle times.
  public func releaseMemory() throws(WinnowError) {
    try read { try $0.database.execute(sql: "PRAGMA shrink_memory") }
  }

  /// How many bytes the ledger's content takes, free pages not counted.
  public func contentBytes() throws(WinnowError) -> Int64 {
    try read { try $0.contentBytes() }
  }

  /// Whether commits are on the disk when they return: WAL with `synchronous=FULL`, as SQLite reports it.
  public func isDurable() throws(WinnowError) -> Bool {
    try read { try LedgerFile.isDurable($0.database) }
  }

  /// Reads the whole ledger and checks that it is well formed and agrees with itself. Takes seconds for a large one;
  /// others have their turn between two tables.
  ///
  /// - Throws: `.ledgerBroken` with what is wrong. A ledger that mends itself has done so by then.
  public func quickCheck() throws(WinnowError) {
    for table in try read({ try LedgerCheck.tables($0.database) }) {
      try read { try LedgerCheck.examine(table, in: $0.database) }
    }
    try read { try LedgerCheck.examineTies(in: $0.database) }
  }
}

extension LedgerConnection {
  fileprivate func contentBytes() throws -> Int64 {
    try first(
      "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p, pragma_freelist_count f, "
        + "pragma_page_size s"
    ) { try $0.integer(0) } ?? 0
  }

  /// One step of pruning rows from before `time`, which are in the next `rows` rows after `after`.
  fileprivate func prune(before time: Int64, olderThan: Timestamp?, after: Int64, rows: Int) throws -> PruneStep {
    let looked = try all("SELECT id FROM history WHERE id > ? ORDER BY id LIMIT ?", [after, rows]) {
      try $0.integer(0)
    }
    guard let last = looked.last else {
      return PruneStep(removed: try pruneWork(olderThan: olderThan), next: nil)
    }
    let old = try all(
      """
      SELECT h.id, h.picture, p.gone FROM history h JOIN picture p ON p.id = h.picture
      WHERE h.id > ? AND h.id <= ? AND h.time < ?
        AND (p.gone = 1 OR EXISTS (SELECT 1 FROM history l WHERE l.picture = h.picture AND l.id > h.id))
        AND NOT EXISTS (SELECT 1 FROM intent i WHERE i.picture = h.picture)
        AND NOT EXISTS (
          SELECT 1 FROM outbox_tally t JOIN outbox o ON o.target = t.target AND o.aside = t.aside
          WHERE o.inbox = h.inbox AND o.history = h.id)
      """, [after, last, time]
    ) { (row: try $0.integer(0), picture: try $0.integer(1), isGone: try $0.flag(2)) }
    var removed = 0
    for (row, picture, isGone) in old {
      removed += try run("DELETE FROM history WHERE id = ?", [row])
      if isGone, try removeIfForgotten(picture: picture) { removed += 1 }
    }
    return PruneStep(removed: removed, next: last)
  }

  private func pruneWork(olderThan time: Timestamp?) throws -> Int {
    guard let time = time?.nanoseconds else { return 0 }
    let jobs = try run(
      "DELETE FROM job WHERE state NOT IN ('queued', 'running') AND coalesce(finished, created) < ?", [time])
    let runs = try run(
      """
      DELETE FROM run WHERE finished < ? AND NOT EXISTS (SELECT 1 FROM history WHERE run = run.id)
        AND NOT EXISTS (SELECT 1 FROM intent WHERE run = run.id)
      """, [time])
    return jobs + runs
  }
}
