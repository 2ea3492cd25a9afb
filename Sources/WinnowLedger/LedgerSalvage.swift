internal import GRDB
internal import Glibc
internal import SystemPackage
internal import WinnowCore

/// Reads of a damaged ledger what SQLite can still read, row by row, into a new one.
///
/// Rows are read in the order of their numbers; where that meets damage it goes on behind it. Counts and indices are
/// made anew; rows that name what is lost, or do not hold what the schema promises, are left out.
struct LedgerSalvage {
  /// Parents before children. Tables that are not here are made of these.
  private static let tables = [
    "word", "folder", "picture", "run", "job", "history", "intent", "sampled", "shadow_plan", "class_name",
    "made_folder", "setting", "outbox",
  ]
  private static let withoutNumbers: Set<String> = ["class_name", "made_folder", "setting", "outbox"]
  /// Rows that a table may lose for now since they name later rows; chosen.
  private static let retryLimit = 10_000
  private static let rowsACommit = 10_000

  private let source: DatabaseQueue
  private let target: DatabaseQueue
  private(set) var isComplete = true
  private(set) var count = 0

  /// - Parameter source: a copy of the damaged file, which reading may change.
  init(from source: FilePath, into target: DatabaseQueue) throws {
    var configuration = Configuration()
    configuration.label = "winnow.salvage"
    configuration.prepareDatabase { database in
      // With a writable schema SQLite goes on where it could read only a part of the tables' descriptions.
      try database.execute(
        sql:
          "PRAGMA writable_schema = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
    }
    self.source = try DatabaseQueue(path: source.string, configuration: configuration)
    self.target = target
    // The file is synced as a whole once it is done. More memory, since indices grow at many places at once.
    try target.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
    }
  }

  mutating func run() throws {
    for table in Self.tables { try copy(table) }
    try dropSenseless()
    try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    try? source.close()
  }

  private mutating func copy(_ table: String) throws {
    let wanted = try target.read { try $0.columns(in: table).map(\.name) }
    let there = (try? source.unsafeRead { try $0.columns(in: table).map(\.name) }) ?? []
    let columns = wanted.filter(there.contains)
    guard !columns.isEmpty else {
      isComplete = false
      return
    }
    let names = columns.map(\.quotedDatabaseIdentifier).joined(separator: ", ")
    let insert =
      "INSERT OR IGNORE INTO \(table) (\(names)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    var later: [[DatabaseValue]] = []
    if Self.withoutNumbers.contains(table) {
      var rows: [[DatabaseValue]] = []
      let ended = try read("SELECT \(names) FROM \(table)", []) { rows.append($0) }
      isComplete = isComplete && ended
      try put(rows, insert, later: &later)
    } else {
      try copyNumbered(table, names, insert, later: &later)
    }
    var lost: [[DatabaseValue]] = []
    try put(later, insert, later: &lost)
    if !lost.isEmpty { isComplete = false }
    try keepSequence(of: table)
  }

  private mutating func copyNumbered(
    _ table: String, _ names: String, _ insert: String, later: inout [[DatabaseValue]]
  ) throws {
    let page = "SELECT rowid, \(names) FROM \(table) WHERE rowid >= ? ORDER BY rowid LIMIT \(Self.rowsACommit)"
    var next: Int64 = 0
    while true {
      var rows: [[DatabaseValue]] = []
      var last: Int64?
      let ended = try read(page, [next]) { row in
        last = Int64.fromDatabaseValue(row[0])
        rows.append(Array(row.dropFirst()))
      }
      try put(rows, insert, later: &later)
      if let last { next = last + 1 }
      if ended {
        if rows.count < Self.rowsACommit { return }
        continue
      }
      isComplete = false
      guard let behind = firstReadable(table, after: next) else { return }
      next = behind
    }
  }

  /// The smallest number behind damage from which on rows can be read again; nil where there is none.
  private func firstReadable(_ table: String, after lost: Int64) -> Int64? {
    func canRead(_ number: Int64) -> Bool {
      (try? source.unsafeRead {
        try Row.fetchOne($0, sql: "SELECT * FROM \(table) WHERE rowid >= ? ORDER BY rowid LIMIT 1", arguments: [number])
      }) != nil
    }
    var step: Int64 = 1
    var low = lost
    while step < 1 << 40 {
      let high = lost + step
      if canRead(high) {
        var high = high
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if canRead(middle) { high = middle } else { low = middle }
        }
        return high
      }
      low = high
      step *= 2
    }
    return nil
  }

  /// - Returns: whether it came to the end without meeting damage.
  private func read(
    _ sql: String, _ arguments: StatementArguments, _ body: ([DatabaseValue]) -> Void
  ) throws -> Bool {
    do {
      try source.unsafeRead { database in
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() { body(Array(row.databaseValues)) }
      }
      return true
    } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL && error.resultCode != .SQLITE_NOMEM {
      return false
    }
  }

  private mutating func put(
    _ rows: [[DatabaseValue]], _ insert: String, later: inout [[DatabaseValue]]
  ) throws {
    if rows.isEmpty { return }
    var refused: [[DatabaseValue]] = []
    let added = try target.write { database in
      let statement = try database.cachedStatement(sql: insert)
      var added = 0
      for row in rows {
        do {
          try statement.execute(arguments: StatementArguments(row))
          added += database.changesCount
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
          refused.append(row)
        }
      }
      return added
    }
    count += added
    let room = max(0, Self.retryLimit - later.count)
    if refused.count > room { isComplete = false }
    later += refused.prefix(room)
  }

  /// Rows that could be read and say nothing, as where bytes within them were overwritten, with what names them.
  private mutating func dropSenseless() throws {
    try target.writeWithoutTransaction { database in
      let connection = LedgerConnection(database: database, names: NameCache(), outbox: Outbox())
      try database.inTransaction {
        for intent in try connection.senselessIntents() {
          try connection.run("DELETE FROM intent WHERE id = ?", [intent])
          isComplete = false
        }
        for row in try connection.senseless(LedgerConnection.historyColumns, decode: connection.historyRow) {
          try connection.run("DELETE FROM history WHERE id = ?", [row])
          isComplete = false
        }
        for picture in try connection.senseless(LedgerConnection.pictureColumns, decode: connection.knownPicture) {
          try connection.run("DELETE FROM intent WHERE picture = ?", [picture])
          try connection.run("DELETE FROM history WHERE picture = ?", [picture])
          try connection.run("DELETE FROM picture WHERE id = ?", [picture])
          isComplete = false
        }
        return .commit
      }
    }
  }

  /// No number is given twice, also not that of a row that is lost.
  private func keepSequence(of table: String) throws {
    let old = try? source.unsafeRead {
      try Int64.fetchOne($0, sql: "SELECT seq FROM sqlite_sequence WHERE name = ?", arguments: [table])
    }
    guard let old = old ?? nil else { return }
    try target.write { try LedgerAge.raise(table, to: old, in: $0) }
  }
}

extension LedgerConnection {
  /// The numbers, in the first column, of rows that `decode` finds damaged.
  fileprivate func senseless<Value>(_ sql: String, decode: (StoredRow) throws -> Value) throws -> [Int64] {
    var numbers: [Int64] = []
    try each(sql) { row in
      do {
        _ = try decode(row)
      } catch is LedgerDamage {
        numbers.append(try row.integer(0))
      }
    }
    return numbers
  }

  fileprivate func senselessIntents() throws -> [Int64] {
    try all("SELECT id FROM intent") { try $0.integer(0) }.filter { id in
      do {
        _ = try openIntents(only: id)
        return false
      } catch is LedgerDamage {
        return true
      }
    }
  }
}
