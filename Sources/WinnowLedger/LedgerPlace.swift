internal import GRDB
internal import Glibc
internal import SystemPackage
internal import WinnowCore

/// The ledger's file by its name, and how another one takes its place: complete and durable under a name of its own
/// first, so that a crash at any moment leaves the old ledger, or the new one that the next start puts in place.
struct LedgerPlace {
  /// A file that is to take the ledger's place.
  enum Incoming: String, CaseIterable {
    case restored, salvaged

    /// What the old file is called afterwards, before the time.
    var keptAs: String {
      switch self {
      case .restored: "before-restore"
      case .salvaged: "damaged"
      }
    }
  }

  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  /// `ledger.sqlite.ENDING` beside the ledger.
  func beside(_ ending: String) -> FilePath { Self.add(ending, to: path) }

  static func add(_ ending: String, to file: FilePath) -> FilePath { FilePath(bytes: file.bytes + Array(ending.utf8)) }

  private var wal: FilePath { beside("-wal") }
  func unfinished(_ incoming: Incoming) -> FilePath { beside(".\(incoming.rawValue).tmp") }
  func finished(_ incoming: Incoming) -> FilePath { beside(".\(incoming.rawValue)") }

  private var folder: FilePath { path.removingLastComponent() }
  /// Daily copies, and the mark.
  var backups: FilePath { folder.appending("backups") }
  /// Says by its modification time when this ledger was begun, and holds the number of its last run as text. Outlives the
  /// ledger's file, also where somebody removes all whose names begin with the ledger's.
  private var mark: FilePath { backups.appending("begun") }

  // MARK: - Looking

  /// A file, as long as it is there.
  struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  /// Nil where nothing is there.
  static func identity(of path: FilePath) -> Identity? {
    status(path).map { Identity(device: UInt64($0.st_dev), inode: UInt64($0.st_ino)) }
  }

  private static func status(_ path: FilePath) -> stat? {
    var status = stat()
    return path.withPlatformString { lstat($0, &status) } == 0 ? status : nil
  }

  /// Whether there is a file that is not empty.
  var isThere: Bool { (Self.status(path)?.st_size ?? 0) > 0 }

  var byteCount: Int64 { Int64(Self.status(path)?.st_size ?? 0) }

  /// When the ledger was begun; nil where there never was one.
  var begun: Timestamp? { Self.modified(mark) }

  /// Nil where nothing is there.
  static func modified(_ path: FilePath) -> Timestamp? {
    status(path).map { Timestamp(seconds: Int64($0.st_mtim.tv_sec), nanoseconds: Int64($0.st_mtim.tv_nsec)) }
  }

  /// The last run that is known to have been in this ledger; zero where none is.
  var lastRun: Int64 {
    guard let file = try? FileDescriptor.open(mark, .readOnly, options: [.closeOnExec]) else { return 0 }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
    return Int64(String(decoding: bytes.prefix(count), as: UTF8.self)) ?? 0
  }

  /// Marks that there was a ledger here at `time`, with so many runs. The earliest time stays, whatever the clock said
  /// before, and the last run.
  func mark(_ time: Timestamp, run: Int64) throws {
    let begun = begun
    if let begun, begun <= time, run <= lastRun { return }
    let (time, run) = (min(begun ?? time, time), max(lastRun, run))
    _ = backups.withPlatformString { mkdir($0, 0o700) }
    giveToOwner(backups)
    let fresh = Self.add(".new", to: mark)
    let file = try FileDescriptor.open(
      fresh, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
    try file.closeAfter {
      try file.writeAll("\(run)".utf8)
      let stamp = timespec(
        tv_sec: Int(time.nanoseconds / 1_000_000_000), tv_nsec: Int(time.nanoseconds % 1_000_000_000))
      guard futimens(file.rawValue, [stamp, stamp]) == 0, fsync(file.rawValue) == 0 else {
        throw Errno(rawValue: errno)
      }
    }
    giveToOwner(fresh)
    try rename(fresh, to: mark)
    try Self.sync(backups)
    try Self.sync(folder)
  }

  // MARK: - Exchanging

  /// Puts a finished file into the ledger's place, if there is one.
  ///
  /// - Returns: where the old file is now; nil where there was none.
  @discardableResult
  func putInPlace() throws -> FilePath? {
    var kept: FilePath?
    for incoming in Incoming.allCases {
      let finished = finished(incoming)
      guard let status = Self.status(finished) else { continue }
      // Told from the new file, so that a second try after a crash takes the same name where it can.
      let aside = free(beside(".\(incoming.keptAs)-\(Self.stamp(status))"))
      // First the -wal: without it the file is older, beside another file it would be poison.
      try rename(wal, to: free(Self.add("-wal", to: aside)))
      if try rename(path, to: aside) { kept = aside }
      try rename(finished, to: path)
      try Self.sync(folder)
    }
    return kept
  }

  /// The name, or the next one that nothing has: what was kept stays. Nobody else makes files here meanwhile.
  private func free(_ file: FilePath) -> FilePath {
    var (free, number) = (file, 2)
    while Self.status(free) != nil {
      free = Self.add("-\(number)", to: file)
      number += 1
    }
    return free
  }

  /// Ends the making of a file: durable under its waiting name.
  func finish(_ incoming: Incoming) throws {
    let file = unfinished(incoming)
    giveToOwner(file)
    let number = file.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
    guard number >= 0 else { throw Errno(rawValue: errno) }
    defer { close(number) }
    guard fsync(number) == 0 else { throw Errno(rawValue: errno) }
    try rename(file, to: finished(incoming))
    try Self.sync(folder)
  }

  /// Takes away what a crash left unfinished.
  func clear(_ incoming: Incoming) { Self.remove(unfinished(incoming)) }

  /// Removes a database with what SQLite puts beside it.
  static func remove(_ file: FilePath) {
    for ending in ["", "-wal", "-shm", "-journal"] { _ = add(ending, to: file).withPlatformString { unlink($0) } }
  }

  /// Root may have made it, for the user that winnowd runs as.
  private func giveToOwner(_ file: FilePath) {
    guard let owner = Self.status(folder) else { return }
    _ = file.withPlatformString { lchown($0, owner.st_uid, owner.st_gid) }
  }

  /// - Returns: whether there was anything to rename.
  @discardableResult
  private func rename(_ old: FilePath, to new: FilePath) throws -> Bool {
    if old.withPlatformString({ old in new.withPlatformString { Glibc.rename(old, $0) } }) == 0 { return true }
    guard errno == ENOENT else { throw Errno(rawValue: errno) }
    return false
  }

  static func sync(_ folder: FilePath) throws {
    let number = folder.withPlatformString { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else { throw Errno(rawValue: errno) }
    defer { close(number) }
    guard fsync(number) == 0 else { throw Errno(rawValue: errno) }
  }

  /// UTC to the second, with the file's number against two in one second.
  private static func stamp(_ status: stat) -> String {
    var seconds = status.st_mtim.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))T\(two(parts.tm_hour))"
      + "\(two(parts.tm_min))\(two(parts.tm_sec))Z-\(status.st_ino)"
  }

  // MARK: - Making

  /// Writes the ledger anew from its open connection, whose file is gone.
  func putBack(from database: Database) throws -> LedgerMending {
    clear(.salvaged)
    try LedgerFile.createPrivately(unfinished(.salvaged), mustBeNew: true)
    let copy = try LedgerCopy(to: unfinished(.salvaged))
    try copy.begin(from: database)
    while try !copy.step() {}
    try copy.finish()
    try copy.close(adding: [:])
    try finish(.salvaged)
    let kept = try putInPlace()
    return LedgerMending(
      cause: .missing, source: .open, kept: kept, pictures: try Self.count("picture", database),
      rows: try Self.count("history", database), isComplete: true)
  }

  static func count(_ table: String, _ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
  }

  /// Where the file is an older one than was last here, says so in it: it is like a backup that was put back.
  func takeIfOlder(at now: Timestamp) throws -> LedgerMending? {
    guard isThere, lastRun > 0 else { return nil }
    let (queue, last) = try LedgerFile.open(path)
    defer { try? queue.close() }
    guard last.run < lastRun else { return nil }
    return try queue.writeWithoutTransaction { database in
      try database.inTransaction(.immediate) {
        try LedgerAge.leaveOut(nil, in: database)
        try LedgerAge.makeIntentsOld(in: database)
        let since = try LedgerAge.end(in: database) ?? begun ?? now
        try LedgerAge.note(lostSince: since, at: now, in: database)
        return .commit
      }
      return LedgerMending(
        cause: .older, source: .itself, kept: nil, pictures: try Self.count("picture", database),
        rows: try Self.count("history", database), isComplete: false)
    }
  }
}
