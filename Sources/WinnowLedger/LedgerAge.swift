internal import GRDB
internal import WinnowCore

/// What has to be said in a ledger that is older than what happened, or that lost a part of it.
enum LedgerAge {
  /// So far before the last row of an older ledger what it does not have may have come: a move that it does not know the
  /// end of, or anything after a clock was set back. A day; chosen.
  private static let grace: Int64 = 86_400 * 1_000_000_000
  /// Added to the last numbers where nobody can tell which were given since; chosen.
  private static let numbersLeftOut: Int64 = 1_000_000
  private static let numbered = ["picture", "intent", "run", "job", "history"]

  /// The last number that each table gave.
  static func numbers(in database: Database) throws -> [String: Int64] {
    var numbers: [String: Int64] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT name, seq FROM sqlite_sequence") {
      numbers[try StoredRow(row).text(0)] = try StoredRow(row).integer(1)
    }
    return numbers
  }

  /// Sees to it that no number is given a second time.
  ///
  /// - Parameter given: the last ones; nil where nobody can tell.
  static func leaveOut(_ given: [String: Int64]?, in database: Database) throws {
    let own = try numbers(in: database)
    for table in numbered {
      try raise(table, to: given.map { $0[table] ?? 0 } ?? (own[table] ?? 0) + numbersLeftOut, in: database)
    }
  }

  static func raise(_ table: String, to number: Int64, in database: Database) throws {
    try database.execute(
      sql: "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", arguments: [number, table])
    if database.changesCount == 0 {
      try database.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table, number])
    }
  }

  /// Open moves may have ended long ago, whatever came of them. Recovery may find out where a picture is, but takes no
  /// file for one that came into its way since.
  static func makeIntentsOld(in database: Database) throws {
    try database.execute(sql: "UPDATE intent SET begun = ?", arguments: [Int64.max])
  }

  /// From when on the trees may hold what an older ledger does not; nil where nothing ever happened in it.
  static func end(in database: Database) throws -> Timestamp? {
    let last =
      try Int64.fetchOne(database, sql: "SELECT time FROM history ORDER BY id DESC LIMIT 1")
      ?? Int64.fetchOne(database, sql: "SELECT started FROM run ORDER BY id DESC LIMIT 1")
    return last.map { Timestamp(nanoseconds: $0 - grace) }
  }

  static func beginning(in database: Database) throws -> Timestamp? {
    try Int64.fetchOne(database, sql: "SELECT started FROM run ORDER BY id LIMIT 1").map { Timestamp(nanoseconds: $0) }
  }

  /// Has the trees asked for what came since `since`, and pictures in the inboxes from before `now` left alone that an undo
  /// may have put there.
  static func note(lostSince since: Timestamp, at now: Timestamp, in database: Database) throws {
    for (key, time) in [(LedgerMending.adoptionKey, since), (LedgerMending.lossKey, now)] {
      try database.execute(
        sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
        arguments: [key, Array("\(time.nanoseconds)".utf8).blob])
    }
  }
}
