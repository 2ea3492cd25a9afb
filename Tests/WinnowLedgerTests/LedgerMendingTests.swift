import Foundation
import GRDB
import Synchronization
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite struct LedgerMendingTests {
  private let folder: URL
  private var path: FilePath { FilePath(folder.path).appending("ledger.sqlite") }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-mending-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func open() throws -> (Ledger, LedgerMending?) {
    try Ledger.open(mending: path, fileSystemIsNetwork: false, at: Sample.time(0))
  }

  private func add(_ count: Int, to ledger: Ledger, from first: Int = 0) throws {
    let notes = (first..<(first + count)).map { number in
      PictureNote(
        picture: Sample.picture(
          ledger.nextPictureID(), name: "\(number).jpg", place: Sample.sorted("daisy/\(number).jpg")),
        outcome: .sorted, by: "winnowd", run: 1)
    }
    try ledger.commit(LedgerBatch(notes: notes))
  }

  private func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path.string)) }

  private func names(_ part: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(part) }
  }

  /// Closes the ledger with everything in its own file.
  private func filled(_ count: Int) throws {
    let (ledger, _) = try open()
    try add(count, to: ledger)
    try ledger.checkpoint()
  }

  @Test("a first start mends nothing, nor does one of a ledger that is well")
  func nothing() throws {
    #expect(try open().1 == nil)
    try filled(10)
    let (ledger, mending) = try open()
    #expect(mending == nil)
    #expect(try ledger.counts()["camera"]?[.sorted] == 10)
    #expect(try ledger.text(LedgerMending.adoptionKey) == nil, "an old library is never taken up by itself")
  }

  @Test("bytes overwritten anywhere: what can be read is in a new ledger that is whole, the old file is kept")
  func overwritten() throws {
    try filled(1500)
    let whole = try bytes()
    for offset in stride(from: 0, to: whole.count - 3 * 4096, by: whole.count / 24) {
      var damaged = whole
      damaged.replaceSubrange(offset..<(offset + 3 * 4096), with: Data(repeating: 0x5A, count: 3 * 4096))
      for name in try names("") where name != "backups" {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      }
      try damaged.write(to: URL(fileURLWithPath: path.string))
      let (ledger, mending) = try open()
      // Free pages and the inside of long values may be anything.
      guard let mending else { continue }
      #expect(mending.cause == .damaged)
      #expect(try bytes() != damaged)
      let kept = try #require(mending.kept)
      #expect(try Data(contentsOf: URL(fileURLWithPath: kept.string)) == damaged)
      try ledger.quickCheck()
      if offset > 4096 * 8 { #expect(mending.pictures > 700, "at \(offset): \(mending.text)") }
      #expect(ledger.nextPictureID() > Int64(mending.pictures))
      #expect(try ledger.text(LedgerMending.adoptionKey) != nil)
      try add(1, to: ledger, from: 9000)
    }
  }

  @Test("a ledger that was cut off is mended; one that is empty counts as gone")
  func truncated() throws {
    try filled(1500)
    let whole = try bytes()
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path.string))
    let (ledger, mending) = try open()
    #expect(mending?.cause == .damaged)
    try ledger.quickCheck()
    try Data().write(to: URL(fileURLWithPath: path.string))
    let (empty, again) = try open()
    #expect(again?.cause == .missing)
    #expect(try empty.counts().isEmpty)
  }

  @Test("a ledger that is gone comes back from the newest daily backup, else it is begun anew")
  func missing() throws {
    try filled(40)
    do {
      let (ledger, _) = try open()
      try LedgerBackups(ofLedger: path).make(of: ledger, adding: [:], at: Sample.time(0))
    }
    try FileManager.default.removeItem(atPath: path.string)
    let (ledger, mending) = try open()
    #expect(mending?.cause == .missing)
    #expect(mending?.source == .backup(LedgerBackups(ofLedger: path).newestFirst[0]))
    #expect(try ledger.counts()["camera"]?[.sorted] == 40)
    #expect(mending?.text.isEmpty == false && mending?.remedy.isEmpty == false)
  }

  @Test("a ledger that is gone with all that bears its name is known to have been there")
  func allRemoved() throws {
    try filled(10)
    for name in try names("ledger.sqlite") {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    let (ledger, mending) = try open()
    #expect(mending?.cause == .missing && mending?.source == .nothing)
    #expect(try ledger.text(LedgerMending.adoptionKey) == "\(Sample.time(0).nanoseconds)")
  }

  @Test("when a ledger was begun is the earliest time that a clock ever said while it was there")
  func clockSetBack() throws {
    let (ledger, _) = try open()
    try ledger.wasThere(at: Sample.time(5))
    try FileManager.default.removeItem(atPath: path.string)
    #expect(try open().0.text(LedgerMending.adoptionKey) == "\(Sample.time(0).nanoseconds)")
    try ledger.wasThere(at: Sample.time(-86_400))
    try FileManager.default.removeItem(atPath: path.string)
    #expect(try open().0.text(LedgerMending.adoptionKey) == "\(Sample.time(-86_400).nanoseconds)")
  }

  @Test(
    "a file that may be another program's is refused where no ledger is known to have been; a damaged ledger is mended")
  func unknownFile() throws {
    for bytes in [Data(repeating: 0x41, count: 5000), Data("SQLite format 3\0".utf8) + Data(count: 9000)] {
      try bytes.write(to: URL(fileURLWithPath: path.string))
      #expect(throws: WinnowError.self) { try open() }
      #expect(try self.bytes() == bytes)
      #expect(try names("damaged").isEmpty)
    }
    try FileManager.default.removeItem(atPath: path.string)
    try filled(300)
    try FileManager.default.removeItem(at: folder.appendingPathComponent("backups"))
    var damaged = try bytes()
    damaged.replaceSubrange(40_960..<81_920, with: Data(repeating: 0x5A, count: 40_960))
    try damaged.write(to: URL(fileURLWithPath: path.string))
    #expect(try open().1?.cause == .damaged)
  }

  @Test("rows that can be read and hold no sense are left out, with what names them, and the rest goes on")
  func senseless() throws {
    try filled(20)
    let queue = try DatabaseQueue(path: path.string)
    try queue.write { database in
      try database.execute(sql: "UPDATE picture SET digest = x'0102' WHERE id = 3")
      try database.execute(sql: "UPDATE history SET outcome = 'sortee' WHERE picture = 5")
    }
    try queue.close()
    let (ledger, atStart) = try open()
    #expect(atStart == nil, "nobody looks into every row at a start")
    let told = Mutex<[LedgerMending]>([])
    ledger.whenMended { mending in told.withLock { $0.append(mending) } }
    let error = #expect(throws: WinnowError.self) { try ledger.picture(id: 3) }
    #expect(error?.code == .ledgerBroken)
    let mending = try #require(told.withLock { $0.first })
    #expect(mending.source == .damagedFile && !mending.isComplete)
    #expect(mending.pictures == 19 && mending.rows == 18)
    #expect(try ledger.picture(id: 3) == nil)
    #expect(try ledger.history(HistoryQuery()).rows.count == 18)
    try ledger.quickCheck()
  }

  @Test("where a daily copy knows more of what happened than can still be read, it is taken")
  func copyKnowsMore() throws {
    try filled(900)
    do {
      let (ledger, _) = try open()
      try LedgerBackups(ofLedger: path).make(of: ledger, adding: [:], at: Sample.time(0))
      try add(10, to: ledger, from: 900)
      try ledger.checkpoint()
    }
    var damaged = try bytes()
    damaged.replaceSubrange(4096..., with: Data(repeating: 0x5A, count: damaged.count - 4096))
    try damaged.write(to: URL(fileURLWithPath: path.string))
    let (ledger, mending) = try open()
    #expect(mending?.source == .backup(LedgerBackups(ofLedger: path).newestFirst[0]))
    #expect(try ledger.counts()["camera"]?[.sorted] == 900)
    #expect(ledger.nextPictureID() > 900)
  }

  @Test("open moves of a damaged ledger may be old ones: none makes a file count as one that came since")
  func intentsOfDamage() throws {
    do {
      let (ledger, _) = try open()
      try add(1500, to: ledger)
      let picture = Sample.picture(ledger.nextPictureID(), name: "open.jpg")
      let intent = MoveIntent(
        id: ledger.nextIntentID(), picture: picture.id, run: 1, source: picture.place,
        destination: Sample.sorted("daisy/open.jpg"), fingerprint: picture.fingerprint, digest: picture.digest,
        outcome: .sorted, reason: "as asked", begun: Sample.time(1), by: "winnowd", undoes: nil,
        numbersTakenNames: true)
      try ledger.commit(LedgerBatch(pictures: [picture], intents: [intent]))
      try ledger.checkpoint()
    }
    _ = try Ledger.rebuild(path, all: false)
    #expect(try open().0.openIntents().map(\.begun.nanoseconds) == [.max])
  }

  @Test("an older file in the ledger's place is known for one: it is used, says so, and gives no number twice")
  func older() throws {
    try filled(20)
    let old = try bytes()
    var last: Int64 = 0
    do {
      let (ledger, mending) = try open()
      #expect(mending == nil)
      _ = try ledger.beginRun(kind: .daemon, by: "winnowd", at: Sample.time(1))
      try ledger.wasThere(at: Sample.time(1))
      try add(10, to: ledger, from: 20)
      last = ledger.nextPictureID()
      try ledger.checkpoint()
    }
    #expect(try open().1 == nil)
    try old.write(to: URL(fileURLWithPath: path.string))
    do {
      let (ledger, mending) = try open()
      #expect(mending?.cause == .older && mending?.pictures == 20)
      #expect(ledger.nextPictureID() > last)
      #expect(try ledger.text(LedgerMending.adoptionKey) != nil)
      try ledger.quickCheck()
      _ = try ledger.beginRun(kind: .daemon, by: "winnowd", at: Sample.time(2))
    }
    #expect(try open().1 == nil, "once")
  }

  @Test("ledgers that were kept aside are never written over")
  func keptStay() throws {
    try filled(5)
    for _ in 0..<3 { _ = try Ledger.rebuild(path, all: false) }
    let kept = try names("ledger.sqlite.damaged-").filter { !$0.hasSuffix("-wal") }
    #expect(kept.count == 3, "\(kept)")
  }

  @Test("a file that is removed or replaced while it is open is written anew, with everything, before the next commit")
  func removedWhileOpen() throws {
    let (ledger, _) = try open()
    try add(100, to: ledger)
    let told = Mutex<[LedgerMending]>([])
    ledger.whenMended { mending in told.withLock { $0.append(mending) } }
    try FileManager.default.removeItem(atPath: path.string)
    try? FileManager.default.removeItem(atPath: path.string + "-wal")
    try add(1, to: ledger, from: 100)
    #expect(told.withLock { $0.map(\.source) } == [.open])
    try Data("somebody's".utf8).write(to: URL(fileURLWithPath: path.string + ".new"))
    #expect(rename(path.string + ".new", path.string) == 0)
    try add(1, to: ledger, from: 101)
    #expect(try ledger.counts()["camera"]?[.sorted] == 102)
    try ledger.quickCheck()
    // As after a crash: what is on the disk is all there is.
    let copy = folder.appendingPathComponent("copy.sqlite")
    for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: path.string + ending) {
      try FileManager.default.copyItem(atPath: path.string + ending, toPath: copy.path + ending)
    }
    #expect(try Ledger(path: FilePath(copy.path)).counts()["camera"]?[.sorted] == 102)
    let kept = try names("damaged").filter { !$0.hasSuffix("-wal") }
    #expect(try kept.contains { try Data(contentsOf: folder.appendingPathComponent($0)) == Data("somebody's".utf8) })
  }

  @Test("damage that shows while it is open is mended, and the next commit succeeds")
  func damagedWhileOpen() throws {
    let (ledger, _) = try open()
    try add(1500, to: ledger)
    try ledger.checkpoint()
    try ledger.releaseMemory()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
    let size = try file.seekToEnd()
    try file.seek(toOffset: 4096 * 6)
    try file.write(contentsOf: Data(repeating: 0x33, count: Int(size / 2)))
    #expect(throws: WinnowError.self) { try ledger.quickCheck() }
    try ledger.quickCheck()
    try add(1, to: ledger, from: 5000)
    #expect(try names("damaged").isEmpty == false)
    #expect(ledger.nextPictureID() > 1500)
  }

  @Test("an exchange that a crash broke off is ended by the next start, at every step")
  func brokenOff() throws {
    try filled(5)
    let old = try bytes()
    let newFolder = folder.appendingPathComponent("new")
    try FileManager.default.createDirectory(at: newFolder, withIntermediateDirectories: true)
    let other = try Ledger(path: FilePath(newFolder.path).appending("ledger.sqlite"))
    try other.set("which", toText: "new")
    try other.backUp(to: FilePath(newFolder.path).appending("copy"))
    for hasOld in [true, false] {
      try old.write(to: URL(fileURLWithPath: path.string))
      if !hasOld { try FileManager.default.removeItem(atPath: path.string) }
      // A -wal of the old file that was left must not get beside the new one.
      try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: path.string + "-wal"))
      try FileManager.default.copyItem(
        atPath: newFolder.path + "/copy", toPath: path.string + ".restored")
      let (ledger, mending) = try open()
      #expect(mending == nil)
      #expect(try ledger.text("which") == "new")
      try ledger.quickCheck()
    }
  }

  @Test("rebuild by hand makes a new ledger of one that is well, and can ask for everything in the trees")
  func rebuild() throws {
    try filled(30)
    let mending = try Ledger.rebuild(path, all: true)
    #expect(mending.isComplete && mending.pictures == 30 && mending.rows == 30)
    let ledger = try Ledger(path: path)
    try ledger.quickCheck()
    #expect(try ledger.text(LedgerMending.adoptionKey) == "0")
  }

  @Test("a ledger of a newer Winnow is not mended")
  func newer() throws {
    try filled(1)
    let queue = try DatabaseQueue(path: path.string)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')") }
    try queue.close()
    let error = #expect(throws: WinnowError.self) { try open() }
    #expect(error?.code == .ledgerNewer)
    #expect(try names("damaged").isEmpty)
  }
}
