internal import GRDB
internal import SystemPackage
internal import WinnowCore

extension LedgerPlace {
  /// Makes a new ledger of what can be read of the present one, or of the newest daily copy where that knows more of what
  /// happened, and puts it in place.
  ///
  /// - Parameter since: when the files that the trees may give back began to come; nil for when the ledger was begun.
  func salvage(_ cause: LedgerMending.Cause, since: Timestamp? = nil) throws -> LedgerMending {
    clear(.salvaged)
    let work = beside(".reading.tmp")
    defer { Self.remove(work) }
    var source = LedgerMending.Source.nothing
    var isComplete = false
    var known = 0
    if isThere, try LedgerFile.copy(path, to: work) {
      _ = try LedgerFile.copy(beside("-wal"), to: Self.add("-wal", to: work))
      let found = try fill(from: work)
      isComplete = found.isComplete
      known = found.rows
      if found.count > 0 { source = .damagedFile }
    }
    if !isComplete, let backup = backup(knowing: source == .nothing ? 0 : known + 1) {
      clear(.salvaged)
      Self.remove(work)
      if try LedgerFile.copy(backup, to: work), try fill(from: work).count > 0 { source = .backup(backup) }
    }
    if source == .nothing {
      clear(.salvaged)
      _ = try fill(from: nil)
    }
    let (pictures, rows) = try settle(source, since: since)
    try finish(.salvaged)
    let kept = try putInPlace()
    return LedgerMending(
      cause: cause, source: source, kept: kept, pictures: pictures, rows: rows, isComplete: isComplete)
  }

  /// The newest daily copy with so many rows of history or more.
  private func backup(knowing rows: Int) -> FilePath? {
    LedgerBackups(in: backups).newestFirst.first { backup in
      (try? LedgerFile.look(at: backup) { try Self.count("history", $0) }).map { $0 >= rows } ?? false
    }
  }

  /// - Returns: how many rows there are, how many of history, and whether all of `source` could be read.
  private func fill(from source: FilePath?) throws -> (count: Int, rows: Int, isComplete: Bool) {
    let (target, _) = try LedgerFile.open(unfinished(.salvaged))
    defer { try? target.close() }
    guard let source else { return (0, 0, false) }
    do {
      var salvage = try LedgerSalvage(from: source, into: target)
      try salvage.run()
      return (salvage.count, try target.read { try Self.count("history", $0) }, salvage.isComplete)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT {
      return (0, 0, false)
    }
  }

  /// Last touches to what was filled.
  private func settle(_ source: LedgerMending.Source, since: Timestamp?) throws -> (pictures: Int, rows: Int) {
    let (target, _) = try LedgerFile.open(unfinished(.salvaged))
    defer { try? target.close() }
    return try target.writeWithoutTransaction { database in
      if let since = try since ?? begun ?? LedgerAge.beginning(in: database) {
        // By the clock that files get their times from.
        try LedgerAge.note(lostSince: since, at: Self.modified(unfinished(.salvaged)) ?? since, in: database)
      }
      // Of a damaged file the numbers were taken over, as far as they could be read.
      let run = try LedgerAge.numbers(in: database)["run"] ?? 0
      if source != .damagedFile || run < lastRun { try LedgerAge.leaveOut(nil, in: database) }
      try LedgerAge.makeIntentsOld(in: database)
      _ = try LedgerRestoration.takeAdded(from: database)
      try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      return (try Self.count("picture", database), try Self.count("history", database))
    }
  }
}
