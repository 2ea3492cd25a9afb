internal import GRDB
public import SystemPackage
public import WinnowCore

/// Puts a backup into the ledger's place. The state folder is held by its lock and no daemon runs.
public struct LedgerRestoration: Sendable {
  /// Where the ledger that was there before is now; nil where there was none.
  public var kept: FilePath?
  public var pictures: Int
  public var rows: Int
  /// What `backUp(to:adding:)` was given.
  public var settings: [String: [UInt8]]

  /// Settings of a backup that are no settings of a ledger begin like this.
  public static let addedPrefix = "backup: "

  /// - Parameters:
  ///   - source: the backup, read to its end.
  ///   - path: the ledger. It is kept under another name; where this throws, it is untouched.
  public static func run(
    reading source: FileDescriptor, into path: FilePath, at now: Timestamp
  ) throws(WinnowError) -> LedgerRestoration {
    let place = LedgerPlace(path)
    let file = place.unfinished(.restored)
    do {
      try place.putInPlace()
      place.clear(.restored)
      do {
        try LedgerFile.copy(from: source, to: file)
        guard try LedgerFile.hasHeader(file) else { throw LedgerDamage(description: "its header is another one") }
        let last = place.isThere ? try? LedgerFile.look(at: path, LedgerAge.numbers) : nil
        var restoration = try prepare(file, after: last, at: now)
        try place.finish(.restored)
        restoration.kept = try place.putInPlace()
        try place.mark(now, run: 0)
        return restoration
      } catch {
        place.clear(.restored)
        throw error
      }
    } catch {
      let fault = LedgerFault.error(for: error, ledger: path)
      guard fault.code == .ledgerBroken else { throw fault }
      throw WinnowError(
        .ledgerBroken, "this backup is damaged or is no ledger of Winnow; nothing was changed",
        remedy: "use another one, or let winnowctl rebuild read what is left of the ledger", cause: fault.cause)
    }
  }

  private static func prepare(
    _ file: FilePath, after last: [String: Int64]?, at now: Timestamp
  ) throws -> LedgerRestoration {
    try LedgerFile.look(at: file, LedgerCheck.examineTables)
    let (queue, _) = try LedgerFile.open(file)
    defer { try? queue.close() }
    return try queue.writeWithoutTransaction { database in
      try LedgerCheck.examineTies(in: database)
      try database.inTransaction(.immediate) {
        try LedgerAge.leaveOut(last, in: database)
        try LedgerAge.makeIntentsOld(in: database)
        if let end = try LedgerAge.end(in: database) { try LedgerAge.note(lostSince: end, at: now, in: database) }
        return .commit
      }
      let settings = try takeAdded(from: database)
      try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      return LedgerRestoration(
        kept: nil, pictures: try LedgerPlace.count("picture", database),
        rows: try LedgerPlace.count("history", database),
        settings: settings)
    }
  }

  /// Takes out what a backup was given beside the ledger's own rows.
  static func takeAdded(from database: Database) throws -> [String: [UInt8]] {
    var settings: [String: [UInt8]] = [:]
    let pattern = addedPrefix + "%"
    let rows = try Row.fetchAll(
      database, sql: "SELECT key, value FROM setting WHERE key LIKE ?", arguments: [pattern])
    for row in rows { settings[try StoredRow(row).text(0)] = try StoredRow(row).bytes(1) }
    try database.execute(sql: "DELETE FROM setting WHERE key LIKE ?", arguments: [pattern])
    return settings
  }
}

extension Ledger {
  /// Opens the ledger as the daemon does: ends an exchange that a crash broke off, and puts another file in the place of
  /// one that is damaged or gone although there was one. Goes on doing so while it is open.
  ///
  /// - Returns: what was mended.
  public static func open(
    mending path: FilePath, fileSystemIsNetwork: Bool, at now: Timestamp
  ) throws(WinnowError) -> (Ledger, LedgerMending?) {
    if fileSystemIsNetwork { throw LedgerFault.onNetwork(path) }
    let place = LedgerPlace(path)
    do {
      try place.putInPlace()
      let mending = try mendingNeeded(at: place).map { try place.salvage($0) } ?? place.takeIfOlder(at: now)
      let ledger = try Ledger(path: path, fileSystemIsNetwork: false, mends: true)
      // Told again within the hour: a full disk is no reason not to start.
      try? ledger.wasThere(at: min(try ledger.firstRun() ?? now, now))
      return (ledger, mending)
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// Opens a ledger that is there, for a look while no daemon runs: none is begun, none is mended.
  ///
  /// - Throws: `.notFound` besides what `init` throws.
  public static func open(whatIsAt path: FilePath, fileSystemIsNetwork: Bool) throws(WinnowError) -> Ledger {
    let place = LedgerPlace(path)
    do {
      try place.putInPlace()
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
    guard place.isThere else { throw WinnowError(.notFound, "there is no ledger at \(path.escaped)") }
    return try Ledger(path: path, fileSystemIsNetwork: fileSystemIsNetwork)
  }

  /// Makes a new ledger of what can be read of the present one, whatever its state. No daemon runs.
  ///
  /// - Parameter all: whether every picture in the output trees is taken up afterwards, also what was there before Winnow.
  public static func rebuild(_ path: FilePath, all: Bool) throws(WinnowError) -> LedgerMending {
    do {
      let place = LedgerPlace(path)
      try place.putInPlace()
      return try place.salvage(.wanted, since: all ? Timestamp(nanoseconds: 0) : nil)
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// Remembers outside of the ledger that there was one at `time`, and how far it had come. To be told now and then: where
  /// a clock was set back, files that come from then on are older than the ledger was.
  public func wasThere(at time: Timestamp) throws(WinnowError) {
    let run = try read { try LedgerAge.numbers(in: $0.database)["run"] ?? 0 }
    do {
      try LedgerPlace(path).mark(time, run: run)
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// Nil for a ledger that is well, or none where there never was one.
  private static func mendingNeeded(at place: LedgerPlace) throws -> LedgerMending.Cause? {
    guard place.isThere else { return place.begun == nil ? nil : .missing }
    // A file that may be somebody else's is refused by whoever opens it.
    guard try place.begun != nil || LedgerFile.hasHeader(place.path) else { return nil }
    let isRead = place.byteCount <= checkedAtStart
    do {
      // Before anything is written, which would spread the damage.
      if isRead { try LedgerFile.look(at: place.path, LedgerCheck.examineTables) }
      let (queue, _) = try LedgerFile.open(place.path)
      defer { try? queue.close() }
      if isRead { try queue.unsafeRead(LedgerCheck.examineTies) }
      return nil
    } catch {
      guard LedgerFault.error(for: error, ledger: place.path).code == .ledgerBroken else { throw error }
      return .damaged
    }
  }

  /// Bytes up to which a ledger is read whole at each start; the rest is left to `doctor`. Chosen: half a second.
  private static let checkedAtStart: Int64 = 128 << 20

  private func firstRun() throws(WinnowError) -> Timestamp? {
    try read { connection in
      try connection.first("SELECT started FROM run ORDER BY id LIMIT 1") {
        Timestamp(nanoseconds: try $0.integer(0))
      }
    }
  }
}
