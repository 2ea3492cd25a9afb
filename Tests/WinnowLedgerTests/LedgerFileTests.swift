import Foundation
import GRDB
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("The ledger's file")
struct LedgerFileTests {
  @Test("commits are durable on return: WAL with synchronous FULL")
  func durable() throws {
    let temporary = try TemporaryLedger()
    #expect(try temporary.ledger.isDurable())
    try temporary.ledger.quickCheck()
  }

  @Test("only its owner may read it")
  func mode() throws {
    let temporary = try TemporaryLedger()
    for name in ["ledger.db", "ledger.db-wal"] {
      let file = temporary.folder.appendingPathComponent(name).path
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
  }

  @Test("a commit survives the process without a close, a commit that has not returned leaves nothing half")
  func crash() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    #expect(try temporary.afterCrash().openIntents() == [intent])
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    let next = try temporary.afterCrash()
    #expect(try next.openIntents().isEmpty)
    #expect(try next.counts() == ["camera": [.sorted: 1]])
    try next.quickCheck()
  }

  @Test("after a torn end of the -wal file every commit is there whole or not at all")
  func tornWAL() throws {
    let temporary = try TemporaryLedger()
    try temporary.ledger.checkpoint()
    for number in 0..<4 { try temporary.sort("\(number).jpg") }
    let wal = try Data(contentsOf: temporary.folder.appendingPathComponent("ledger.db-wal"))
    var seen: Set<Int> = []
    for length in Array(stride(from: 0, to: wal.count, by: wal.count / 40)) + [wal.count] {
      let folder = temporary.folder.appendingPathComponent("torn-\(length)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: temporary.folder.appendingPathComponent("ledger.db"), to: folder.appendingPathComponent("ledger.db"))
      try wal.prefix(length).write(to: folder.appendingPathComponent("ledger.db-wal"))
      let ledger = try Ledger(path: FilePath(folder.path).appending("ledger.db"))
      try ledger.quickCheck()
      let sorted = try ledger.counts()["camera"]?[.sorted] ?? 0
      #expect(try ledger.history(HistoryQuery()).rows.count == sorted)
      #expect(try ledger.openIntents().count <= 1)
      seen.insert(sorted)
    }
    #expect(seen == [0, 1, 2, 3, 4])
  }

  @Test("on a network file system it is refused with the remedy")
  func network() throws {
    let temporary = try TemporaryLedger()
    let error = #expect(throws: WinnowError.self) {
      try Ledger(path: temporary.path.removingLastComponent().appending("other.db"), fileSystemIsNetwork: true)
    }
    #expect(error?.code == .ledgerOnNetwork && error?.remedy != nil)
    #expect(!FileManager.default.fileExists(atPath: temporary.folder.appendingPathComponent("other.db").path))
  }

  @Test("a ledger of a newer Winnow is refused and left as it is")
  func newer() throws {
    let temporary = try TemporaryLedger()
    let path = temporary.path.removingLastComponent().appending("newer.db")
    _ = try Ledger(path: path)
    let known = try DatabaseQueue(path: path.string).write { database in
      try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')")
      return try Int.fetchOne(database, sql: "SELECT count(*) FROM grdb_migrations")
    }
    let error = #expect(throws: WinnowError.self) { try Ledger(path: path) }
    #expect(error?.code == .ledgerNewer && error?.remedy != nil)
    let migrations = try DatabaseQueue(path: path.string).read { database in
      try Int.fetchOne(database, sql: "SELECT count(*) FROM grdb_migrations")
    }
    #expect(migrations == known)
  }

  @Test("another program's database is refused and not changed")
  func foreign() throws {
    let temporary = try TemporaryLedger()
    let path = temporary.path.removingLastComponent().appending("foreign.db")
    try DatabaseQueue(path: path.string).write { try $0.execute(sql: "CREATE TABLE bookmark (url TEXT)") }
    let before = try Data(contentsOf: URL(fileURLWithPath: path.string))
    let error = #expect(throws: WinnowError.self) { try Ledger(path: path) }
    #expect(error?.code == .ledgerBroken && error?.remedy != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path.string)) == before)
  }

  @Test("an empty file, as a crash at the first start leaves it, becomes a ledger")
  func empty() throws {
    let temporary = try TemporaryLedger()
    let path = temporary.path.removingLastComponent().appending("empty.db")
    try Data().write(to: URL(fileURLWithPath: path.string))
    #expect(try Ledger(path: path).counts() == [:])
  }

  @Test("what is no database is refused as broken", arguments: [100, 5000])
  func garbage(size: Int) throws {
    let temporary = try TemporaryLedger()
    let path = temporary.path.removingLastComponent().appending("garbage.db")
    try Data(repeating: 0x41, count: size).write(to: URL(fileURLWithPath: path.string))
    let error = #expect(throws: WinnowError.self) { try Ledger(path: path) }
    #expect(error?.code == .ledgerBroken)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path.string)).count == size)
  }

  @Test("a missing or closed folder is named with the remedy")
  func unavailable() throws {
    let error = #expect(throws: WinnowError.self) { try Ledger(path: "/nonexistent/winnow/ledger.db") }
    #expect(error?.code == .ledgerUnavailable)
    #expect(error?.message.contains("/nonexistent/winnow/ledger.db") == true && error?.remedy != nil)
    let notText = #expect(throws: WinnowError.self) { try Ledger(path: FilePath(bytes: [0x2F, 0xFF])) }
    #expect(notText?.code == .invalidInput)
  }

  @Test("nobody else can open it meanwhile, and the attempt harms nothing")
  func busy() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    let error = #expect(throws: WinnowError.self) { try Ledger(path: temporary.path) }
    #expect(error?.code == .ledgerBusy && error?.remedy != nil)
    #expect(throws: DatabaseError.self) {
      try DatabaseQueue(path: temporary.path.string).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM intent") }
    }
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1]])
  }

  @Test("a damaged ledger is reported, and never stops the process", arguments: 0..<24)
  func damaged(seed: UInt64) throws {
    let temporary = try TemporaryLedger()
    var batch = LedgerBatch()
    for number in 0..<40 {
      let picture = Sample.picture(temporary.ledger.nextPictureID(), name: "\(number).jpg")
      let outcome: HistoryOutcome = number % 4 == 0 ? .review : .sorted
      batch.pictures.append(picture)
      batch.intents.append(
        temporary.intent(for: picture, to: Sample.sorted("daisy/\(number).jpg"), outcome: outcome))
    }
    try temporary.ledger.commit(batch)
    try temporary.ledger.commit(outcomes: batch.intents.map { Sample.arrival(of: $0) }, intents: [])
    try temporary.ledger.checkpoint()
    var bytes = try Data(contentsOf: temporary.folder.appendingPathComponent("ledger.db"))
    var random = SeededGenerator(seed: seed)
    switch seed % 3 {
    case 0: bytes = bytes.prefix(Int.random(in: 1..<bytes.count, using: &random))
    case 1:
      // Whole pages of zeroes, as a file system may leave them.
      let page = Int.random(in: 1..<bytes.count / 4096, using: &random) * 4096
      bytes.replaceSubrange(page..<page + 4096, with: Data(count: 4096))
    default:
      for _ in 0..<200 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
    }
    let path = temporary.path.removingLastComponent().appending("damaged.db")
    try bytes.write(to: URL(fileURLWithPath: path.string))
    let error = #expect(throws: WinnowError.self) {
      let ledger = try Ledger(path: path)
      _ = try ledger.openIntents()
      _ = try ledger.counts()
      _ = try ledger.history(HistoryQuery(limit: 1000))
      _ = try ledger.history(HistoryQuery(path: "/srv/camera/inbox/7.jpg", inbox: "camera", run: temporary.run))
      _ = try ledger.undoable(.all)
      _ = try ledger.pictures(inStates: Set(PictureState.allCases))
      _ = try ledger.pictures(state: .review)
      _ = try ledger.picture(at: "/srv/camera/sorted/daisy/7.jpg")
      let picture = Sample.picture(ledger.nextPictureID(), name: "new.jpg")
      try ledger.commit(LedgerBatch(pictures: [picture]))
      _ = try ledger.prune(PruneLimits(olderThan: Sample.time(1000), keepBytes: 0))
      try ledger.quickCheck()
    }
    // Numbers may be damaged into other numbers that contradict the rest.
    #expect([.ledgerBroken, .invalidInput].contains(error?.code))
  }
}
