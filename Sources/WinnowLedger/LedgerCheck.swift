internal import GRDB

/// Whether a ledger's file is well formed and agrees with itself. What is wrong is thrown as SQLite's own error of a
/// damaged file.
enum LedgerCheck {
  /// All tables of a ledger, also of an older one.
  static func examineTables(in database: Database) throws {
    for table in try tables(database) { try examine(table, in: database) }
  }

  static func tables(_ database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  }

  /// One table with its indices.
  static func examine(_ table: String, in database: Database) throws {
    let fault = try String.fetchOne(database, sql: "PRAGMA quick_check(\(table.quotedDatabaseIdentifier))")
    if let fault, fault != "ok" { throw damage(fault) }
  }

  /// What the tables of a ledger that is up to date say of each other.
  static func examineTies(in database: Database) throws {
    if let tie = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") {
      throw damage("a row of \(tie[0] as String? ?? "") names a row of \(tie[2] as String? ?? "") that is not there")
    }
    let miscounted = try Row.fetchOne(
      database,
      sql: """
        SELECT coalesce(text, ''), state FROM (
          SELECT inbox, state, count FROM tally
          UNION ALL SELECT inbox, state, -count(*) FROM picture
            WHERE gone = 0 AND decided = 1 AND (companion_of IS NULL OR state = 'failed') GROUP BY inbox, state)
        LEFT JOIN word ON word.id = inbox GROUP BY inbox, state HAVING sum(count) <> 0 LIMIT 1
        """)
    if let miscounted {
      throw damage(
        "the count of \(miscounted[0] as String? ?? "") \(miscounted[1] as String? ?? "") is not that of the pictures")
    }
  }

  private static func damage(_ text: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: text)
  }
}
