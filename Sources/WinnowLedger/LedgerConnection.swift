internal import GRDB

/// The ledger's tables, for the time of one transaction or one query. Everything that writes SQL is an extension of
/// it; statements are prepared once.
struct LedgerConnection {
  let database: Database
  let names: NameCache
  let outbox: Outbox

  /// Runs a statement and returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
    return database.changesCount
  }

  /// Inserts a row and returns its number.
  func insert(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
    return database.lastInsertedRowID
  }

  /// Calls `body` with each row of a result. `body` must not run the same statement.
  func each(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (StoredRow) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
    while let row = try rows.next() { try body(StoredRow(row)) }
  }

  func all<Value>(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (StoredRow) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    try each(sql, arguments) { values.append(try body($0)) }
    return values
  }

  func first<Value>(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (StoredRow) throws -> Value
  ) throws -> Value? {
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
    return try rows.next().map { try body(StoredRow($0)) }
  }

  func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
    try first(sql, arguments) { _ in true } ?? false
  }
}
