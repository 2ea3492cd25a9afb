internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Opens the ledger's file and sets what keeps it safe and small in memory.
enum LedgerFile {
  /// The highest identifiers ever given; zero where none was.
  struct Identifiers {
    var picture: Int64 = 0
    var intent: Int64 = 0
    var run: Int64 = 0
  }

  /// "Winn", in the file's header.
  private static let applicationID = 0x5769_6E6E

  static func open(_ path: FilePath) throws -> (DatabaseQueue, Identifiers) {
    guard let text = String(validating: path) else {
      throw WinnowError(
        .invalidInput, "the ledger's path \(path.escaped) is not UTF-8", remedy: "choose another state folder")
    }
    try createPrivately(path)
    let queue = try DatabaseQueue(path: text, configuration: configuration(path))
    try queue.writeWithoutTransaction { database in
      // WAL and FULL are set here and not by GRDB, whose own WAL mode goes back to NORMAL, which may lose the last
      // commits when the power goes.
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      guard try isDurable(database) else {
        throw WinnowError(
          .ledgerUnavailable, "the ledger \(path.escaped) cannot be made durable on this file system",
          remedy: "choose a state folder on a local disk")
      }
      if try Int.fetchOne(database, sql: "PRAGMA application_id") == 0 {
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      }
      guard try !LedgerMigrations.all.hasBeenSuperseded(database) else { throw LedgerFault.newer(path) }
    }
    try LedgerMigrations.all.migrate(queue)
    return (queue, try queue.writeWithoutTransaction(start))
  }

  /// Runs `body` on a connection that writes nothing, whatever the file holds.
  static func look<Value>(at path: FilePath, _ body: (Database) throws -> Value) throws -> Value {
    var configuration = configuration(path)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON") }
    let queue = try DatabaseQueue(path: path.string, configuration: configuration)
    defer { try? queue.close() }
    return try queue.unsafeRead(body)
  }

  /// Whether a commit is on the disk when it returns.
  static func isDurable(_ database: Database) throws -> Bool {
    try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal"
      && Int.fetchOne(database, sql: "PRAGMA synchronous") == 2
  }

  /// The history of people's files is nobody else's business. SQLite gives the -wal file the same mode.
  static func createPrivately(_ path: FilePath, mustBeNew: Bool = false) throws {
    do {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite
      ).close()
    } catch Errno.fileExists where !mustBeNew {
      return
    }
  }

  /// Whether the header is that of a ledger. Tells nothing about the rest.
  static func hasHeader(_ path: FilePath) throws -> Bool {
    let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    defer { try? file.close() }
    var header = [UInt8](repeating: 0, count: 100)
    let count = try header.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
    return count == 100 && header.starts(with: "SQLite format 3\0".utf8)
      && header[68..<72].elementsEqual([0x57, 0x69, 0x6E, 0x6E])
  }

  /// Copies a file's bytes into a private one.
  ///
  /// - Returns: false where there is none.
  static func copy(_ old: FilePath, to new: FilePath) throws -> Bool {
    let source: FileDescriptor
    do {
      source = try FileDescriptor.open(old, .readOnly, options: [.closeOnExec])
    } catch Errno.noSuchFileOrDirectory {
      return false
    }
    defer { try? source.close() }
    try copy(from: source, to: new)
    return true
  }

  /// Copies what a descriptor gives, up to its end.
  static func copy(from source: FileDescriptor, to new: FilePath) throws {
    let target = try FileDescriptor.open(
      new, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
    defer { try? target.close() }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return }
      try target.writeAll(buffer.prefix(count))
    }
  }

  private static func configuration(_ path: FilePath) -> Configuration {
    var configuration = Configuration()
    configuration.label = "winnow.ledger"
    configuration.busyMode = .immediateError
    configuration.prepareDatabase { database in
      // One connection alone, locked once for all: no lock calls on every query, no shared memory file, and no way to
      // change the ledger under the daemon. It has to come before the first look at the file.
      try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
      let identity = try Int.fetchOne(database, sql: "PRAGMA application_id")
      let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
      guard identity == applicationID || (identity == 0 && isEmpty) else {
        throw LedgerFault.broken(path, cause: "another program's database")
      }
      // Said again of a ledger that is there, it would be written again.
      if isEmpty { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
      // Memory stays small: 512 KiB of pages and no mapping; the kernel's cache serves the rest. Measured on 40,000
      // pictures in batches of 64: 256 KiB costs a third more processor time a picture, 1 MiB saves a seventh.
      // Chosen, not measured: the limit of what the -wal file keeps between checkpoints.
      try database.execute(
        sql: """
          PRAGMA cache_size = -512;
          PRAGMA mmap_size = 0;
          PRAGMA journal_size_limit = 4194304;
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          """)
    }
    return configuration
  }

  /// Reads the identifiers, and marks as interrupted what the last daemon did not end.
  private static func start(_ database: Database) throws -> Identifiers {
    do {
      try database.execute(sql: "UPDATE job SET state = 'interrupted' WHERE state = 'running'")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
      // The next start does it; a full disk is no reason not to be there and say so.
    }
    var identifiers = Identifiers()
    let rows = try Row.fetchCursor(database, sql: "SELECT name, seq FROM sqlite_sequence")
    while let row = try rows.next() {
      let row = StoredRow(row)
      switch try row.text(0) {
      case "picture": identifiers.picture = try row.integer(1)
      case "intent": identifiers.intent = try row.integer(1)
      case "run": identifiers.run = try row.integer(1)
      default: continue
      }
    }
    return identifiers
  }
}
