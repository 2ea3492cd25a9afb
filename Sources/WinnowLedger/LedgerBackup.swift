internal import GRDB
internal import GRDBSQLite
internal import Glibc
public import SystemPackage
public import WinnowCore

extension Ledger {
  /// Copies the ledger into a new file, as it is when this returns, while it goes on being used: page by page in short
  /// turns. A commit between two turns changes the copy too.
  ///
  /// The copy is one plain SQLite file without a -wal beside it, mode 0600, read through and durable on return.
  ///
  /// - Parameters:
  ///   - file: does not exist yet; what is unfinished goes again on an error.
  ///   - settings: kept in the copy's settings, for what belongs to a backup and is no row.
  ///   - shouldStop: asked between turns.
  /// - Throws: `.ledgerFull` and the like about `file`, `.cancelled` when it was to stop, `.ledgerBroken` where the ledger
  ///   is damaged, and so the copy; a ledger that mends itself has done so by then.
  public func backUp(
    to file: FilePath, adding settings: [String: [UInt8]] = [:], shouldStop: () -> Bool = { false }
  ) throws(WinnowError) {
    do {
      try LedgerFile.createPrivately(file, mustBeNew: true)
    } catch {
      throw LedgerFault.error(for: error, ledger: file)
    }
    do {
      try copyInTurns(to: file, adding: settings, shouldStop)
    } catch {
      LedgerPlace.remove(file)
      throw LedgerFault.error(for: error, ledger: file)
    }
    do {
      try LedgerFile.look(at: file, LedgerCheck.examineTables)
    } catch {
      LedgerPlace.remove(file)
      // Pages are copied as they are: the damage is the ledger's own.
      try quickCheck()
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  private func copyInTurns(
    to file: FilePath, adding settings: [String: [UInt8]], _ shouldStop: () -> Bool
  ) throws {
    let copy = try LedgerCopy(to: file)
    // One connection from beginning to end, also where another file takes its place meanwhile.
    let queue = queue
    try queue.unsafeRead { try copy.begin(from: $0) }
    defer { queue.unsafeRead { _ in copy.end() } }
    while try !queue.unsafeRead({ _ in try copy.step() }) {
      if shouldStop() { throw WinnowError(.cancelled, "the backup was stopped") }
    }
    try queue.unsafeRead { _ in try copy.finish() }
    guard self.queue === queue else {
      throw WinnowError(
        .ledgerUnavailable, "the ledger \(path.escaped) was mended while it was copied", remedy: "make the backup again"
      )
    }
    try copy.close(adding: settings)
  }
}

extension WinnowError.Code {
  /// Somebody wanted it to end before it was done.
  public static let cancelled = Self("cancelled")
}

/// SQLite's online backup from an open connection into a file: what GRDB does in one go, in turns. Used by one thread at
/// a time; from `begin` to `end` on the source's queue.
final class LedgerCopy {
  /// Pages of 4 KiB a turn. Chosen: measured, a turn takes a millisecond or two.
  private static let pages: CInt = 256

  private var target: OpaquePointer?
  private var backup: OpaquePointer?

  init(to file: FilePath) throws {
    let result = file.withPlatformString {
      sqlite3_open_v2($0, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nil)
    }
    try check(result)
    // Synced as a whole at the end; a copy that breaks off is no copy.
    try execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
  }

  deinit {
    sqlite3_backup_finish(backup)
    sqlite3_close_v2(target)
  }

  func begin(from source: Database) throws {
    // Closed where another file took its place in this moment.
    guard let connection = source.sqliteConnection else { throw failure(SQLITE_MISUSE) }
    backup = sqlite3_backup_init(target, "main", connection, "main")
    if backup == nil { throw failure(sqlite3_errcode(target)) }
  }

  /// Copies some pages.
  ///
  /// - Returns: whether these were the last.
  func step() throws -> Bool {
    let result = sqlite3_backup_step(backup, Self.pages)
    if result == SQLITE_DONE { return true }
    try check(result)
    return false
  }

  func finish() throws { try check(takeBackup()) }

  func end() { _ = takeBackup() }

  private func takeBackup() -> CInt {
    let result = sqlite3_backup_finish(backup)
    backup = nil
    return result
  }

  /// Makes the copy a file of its own, and durable.
  func close(adding settings: [String: [UInt8]]) throws {
    // The source's header says WAL.
    try execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
    for (key, value) in settings {
      var statement: OpaquePointer?
      defer { sqlite3_finalize(statement) }
      try check(
        sqlite3_prepare_v2(target, "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", -1, &statement, nil))
      let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      try check(sqlite3_bind_text(statement, 1, key, -1, transient))
      try check(
        value.withUnsafeBytes { sqlite3_bind_blob64(statement, 2, $0.baseAddress, UInt64($0.count), transient) })
      let result = sqlite3_step(statement)
      guard result == SQLITE_DONE else { throw failure(result) }
    }
    // The header alone, where there are no settings: the commit writes and syncs it.
    try execute("PRAGMA user_version = 0; COMMIT")
    let target = target
    self.target = nil
    try check(sqlite3_close(target))
  }

  private func execute(_ sql: String) throws { try check(sqlite3_exec(target, sql, nil, nil, nil)) }

  private func check(_ result: CInt) throws {
    guard result != SQLITE_OK else { return }
    throw failure(result)
  }

  private func failure(_ result: CInt) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: result), message: target.map { String(cString: sqlite3_errmsg($0)) })
  }
}
