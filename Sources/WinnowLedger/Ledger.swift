internal import GRDB
internal import Synchronization
public import SystemPackage
public import WinnowCore

/// What happened to every picture, what is about to happen, and how to take it back: one SQLite file.
///
/// Each commit is one transaction, durable on return (WAL with `synchronous=FULL`), or it throws and changed nothing.
/// Every call blocks its thread until it is done, is safe from any thread, and is served one after another; none holds
/// the ledger long, so that a commit never waits long: what can be long comes in pages or steps.
///
/// The file belongs to one daemon, which sees to that with a lock of its own.
public final class Ledger: MoveJournal, Sendable {
  /// Where the ledger's file is.
  public let path: FilePath
  let queue: DatabaseQueue
  let names = NameCache()
  let outbox = Outbox()

  // Identifiers are handed out in memory so that a batch can name what it creates. Each holds the last one given.
  private let lastPicture: Atomic<Int64>
  private let lastIntent: Atomic<Int64>
  private let lastRun: Atomic<Int64>

  /// Opens the ledger, creates it where there is none (mode 0600), and brings an older one up to date.
  ///
  /// - Parameter fileSystemIsNetwork: whether `path` lies on nfs, cifs, 9p or the like, as statfs tells.
  /// - Throws: `.ledgerOnNetwork`, `.ledgerNewer`, `.ledgerBroken`, `.ledgerUnavailable`, `.ledgerFull`, each with the
  ///   remedy. The file is left as it is.
  public init(path: FilePath, fileSystemIsNetwork: Bool = false) throws(WinnowError) {
    if fileSystemIsNetwork { throw LedgerFault.onNetwork(path) }
    do {
      let (queue, identifiers) = try LedgerFile.open(path)
      self.path = path
      self.queue = queue
      lastPicture = Atomic(identifiers.picture)
      lastIntent = Atomic(identifiers.intent)
      lastRun = Atomic(identifiers.run)
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// A number no picture ever had.
  public func nextPictureID() -> Int64 { lastPicture.add(1, ordering: .relaxed).newValue }
  /// A number no intent ever had.
  public func nextIntentID() -> Int64 { lastIntent.add(1, ordering: .relaxed).newValue }
  /// A number no run ever had.
  public func nextRunID() -> Int64 { lastRun.add(1, ordering: .relaxed).newValue }

  /// Runs `body` in one transaction: all of it is durable on return, or it throws and nothing changed.
  @discardableResult
  func write<Value>(_ body: (LedgerConnection) throws -> Value) throws(WinnowError) -> Value {
    do {
      return try queue.writeWithoutTransaction { try transaction($0, body) }
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// As `write`, but durable only with the next `write`: for what may be forgotten when the power goes, and must not
  /// make a move wait for the disk. The end of the process loses nothing.
  func writeUnsynced(_ body: (LedgerConnection) throws -> Void) throws(WinnowError) {
    do {
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        let result = Result { try transaction(database, body) }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try result.get()
      }
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  private func transaction<Value>(
    _ database: Database, _ body: (LedgerConnection) throws -> Value
  ) throws -> Value {
    try database.beginTransaction(.immediate)
    do {
      let value = try body(LedgerConnection(database: database, names: names, outbox: outbox))
      try database.commit()
      outbox.committed()
      return value
    } catch {
      // Names that the transaction added go with it, before anybody else can use them. A full disk has rolled back
      // already; then there is nothing left to roll back, and the first error is the one that counts.
      names.forgetAll()
      outbox.rolledBack()
      try? database.rollback()
      throw error
    }
  }

  /// Runs `body` without a transaction of its own, for queries and for what SQLite does outside of transactions. Nothing
  /// else is served meanwhile.
  func read<Value>(_ body: (LedgerConnection) throws -> Value) throws(WinnowError) -> Value {
    do {
      return try queue.unsafeRead { try body(LedgerConnection(database: $0, names: names, outbox: outbox)) }
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }
}
