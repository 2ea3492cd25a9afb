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
  /// The open file. Another one takes its place where it was damaged or lost; see `LedgerMending`.
  private let opened: Mutex<Opened>
  private let mends: Bool
  private let mended = Mutex<(@Sendable (LedgerMending) -> Void)?>(nil)
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
  public convenience init(path: FilePath, fileSystemIsNetwork: Bool = false) throws(WinnowError) {
    try self.init(path: path, fileSystemIsNetwork: fileSystemIsNetwork, mends: false)
  }

  /// - Parameter mends: whether another file takes the place of one that is damaged or gone while it is open.
  init(path: FilePath, fileSystemIsNetwork: Bool, mends: Bool) throws(WinnowError) {
    if fileSystemIsNetwork { throw LedgerFault.onNetwork(path) }
    do {
      let (queue, identifiers) = try LedgerFile.open(path)
      self.path = path
      self.mends = mends
      opened = Mutex(Opened(queue: queue, file: LedgerPlace.identity(of: path)))
      lastPicture = Atomic(identifiers.picture)
      lastIntent = Atomic(identifiers.intent)
      lastRun = Atomic(identifiers.run)
    } catch {
      throw LedgerFault.error(for: error, ledger: path)
    }
  }

  /// Calls `listener` on whatever thread found out, each time another file took the place of the ledger's.
  public func whenMended(_ listener: @escaping @Sendable (LedgerMending) -> Void) {
    mended.withLock { $0 = listener }
  }

  private struct Opened {
    var queue: DatabaseQueue
    /// Nil where it could not be told.
    var file: LedgerPlace.Identity?
    var mendings = 0
  }

  /// Another one once the file was exchanged.
  var queue: DatabaseQueue { opened.withLock { $0.queue } }

  /// Runs `body` on the connection, one caller after another. What waited while the file was exchanged meets the new one.
  func onQueue<Value>(_ body: (Database) throws -> Value) throws -> Value {
    while true {
      let queue = queue
      let result: Result<Value, any Error>? = queue.unsafeRead { database in
        self.queue === queue ? Result { try body(database) } : nil
      }
      if let result { return try result.get() }
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
      try putBackWhatWent()
      return try onQueue { try transaction($0, body) }
    } catch {
      throw mend(after: error)
    }
  }

  /// As `write`, but durable only with the next `write`: for what may be forgotten when the power goes, and must not
  /// make a move wait for the disk. The end of the process loses nothing.
  func writeUnsynced(_ body: (LedgerConnection) throws -> Void) throws(WinnowError) {
    do {
      try putBackWhatWent()
      try onQueue { database in
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        let result = Result { try transaction(database, body) }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try result.get()
      }
    } catch {
      throw mend(after: error)
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
      return try onQueue { try body(LedgerConnection(database: $0, names: names, outbox: outbox)) }
    } catch {
      throw mend(after: error)
    }
  }

  // MARK: - Damage

  /// A file that was removed or replaced while it is open still takes commits, which nobody would ever see again.
  private func putBackWhatWent() throws {
    guard mends, let file = opened.withLock({ $0.file }), LedgerPlace.identity(of: path) != file else { return }
    try exchange { database in
      guard LedgerPlace.identity(of: path) != file else { return nil }
      return try LedgerPlace(path).putBack(from: database)
    }
  }

  /// Where the file turned out to be damaged, what can be read of it goes into a new one. The caller hears of the damage
  /// all the same, and tries again as after any other fault.
  private func mend(after error: any Error) -> WinnowError {
    let fault = LedgerFault.error(for: error, ledger: path)
    let (file, count) = opened.withLock { ($0.file, $0.mendings) }
    // A disk that goes on doing damage is not to be filled with copies of it.
    guard mends, count < Self.mostMendings, LedgerFault.isDamage(error) else { return fault }
    do {
      try exchange { _ in
        guard opened.withLock({ $0.file }) == file else { return nil }
        return try LedgerPlace(path).salvage(.damaged)
      }
      return fault
    } catch {
      return LedgerFault.error(for: error, ledger: path)
    }
  }

  /// Chosen.
  private static let mostMendings = 3

  /// Lets `replace` put another file in place while nobody else is served, and goes on with that one.
  private func exchange(_ replace: (Database) throws -> LedgerMending?) throws {
    var old: DatabaseQueue?
    let mending = try onQueue { database in
      let mending = try replace(database)
      guard mending != nil else { return mending }
      let (queue, identifiers) = try LedgerFile.open(path)
      // Numbers that were given and did not get into the new file are not given again.
      lastPicture.max(identifiers.picture, ordering: .relaxed)
      lastIntent.max(identifiers.intent, ordering: .relaxed)
      lastRun.max(identifiers.run, ordering: .relaxed)
      names.forgetAll()
      outbox.rolledBack()
      opened.withLock {
        old = $0.queue
        $0 = Opened(queue: queue, file: LedgerPlace.identity(of: path), mendings: $0.mendings + 1)
      }
      return mending
    }
    // SQLite sees that its file is no longer under its name, and leaves the new one's -wal alone.
    try? old?.close()
    if let mending { mended.withLock({ $0 })?(mending) }
  }
}
