import Foundation
import Synchronization
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite struct LedgerBackupTests {
  private let temporary: TemporaryLedger

  init() throws { temporary = try TemporaryLedger() }

  private func file(_ name: String) -> FilePath { FilePath(temporary.folder.path).appending(name) }

  @Test("a backup is one file that opens as a ledger with all rows")
  func whole() throws {
    for number in 0..<300 { try temporary.sort("\(number).jpg") }
    try temporary.ledger.backUp(to: file("copy"))
    #expect(!FileManager.default.fileExists(atPath: file("copy-wal").string))
    let mode = try FileManager.default.attributesOfItem(atPath: file("copy").string)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let copy = try Ledger(path: file("copy"))
    try copy.quickCheck()
    #expect(try copy.counts()["camera"]?[.sorted] == 300)
    #expect(try copy.picture(id: 1) == temporary.ledger.picture(id: 1))
  }

  @Test("a file that is there is not written over, and an unfinished backup does not stay")
  func refusals() throws {
    try Data("mine".utf8).write(to: URL(fileURLWithPath: file("copy").string))
    #expect(throws: WinnowError.self) { try temporary.ledger.backUp(to: file("copy")) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file("copy").string)) == Data("mine".utf8))
    for number in 0..<2000 { try temporary.sort("\(number).jpg") }
    #expect(throws: WinnowError.self) { try temporary.ledger.backUp(to: file("other")) { true } }
    #expect(!FileManager.default.fileExists(atPath: file("other").string))
    // The ledger goes on.
    try temporary.sort("last.jpg")
    try temporary.ledger.quickCheck()
  }

  @Test("what is committed while a backup is made is in it, or not at all, and it is whole")
  func during() throws {
    let ledger = temporary.ledger
    let notes = (0..<4000).map { number in
      PictureNote(
        picture: Sample.picture(ledger.nextPictureID(), name: "\(number).jpg"), outcome: .sorted, by: "winnowd", run: 1)
    }
    try ledger.commit(LedgerBatch(notes: notes))
    let turns = Mutex(0)
    try ledger.backUp(to: file("copy")) {
      // Between two turns, as the mover would.
      let number = turns.withLock {
        $0 += 1
        return $0
      }
      _ = try? temporary.sort("during-\(number).jpg")
      return false
    }
    let count = turns.withLock { $0 }
    try #require(count > 1, "it took more than one turn")
    let copy = try Ledger(path: file("copy"))
    try copy.quickCheck()
    #expect(try copy.counts()["camera"]?[.sorted] == 4000 + count)
    try ledger.quickCheck()
  }

  @Test("a restored backup has its history, gives no number twice, and keeps the ledger that was there")
  func restore() throws {
    for number in 0..<20 { try temporary.sort("\(number).jpg") }
    try temporary.ledger.backUp(to: file("copy"), adding: [LedgerRestoration.addedPrefix + "a": [1, 2]])
    let (state, later) = try laterLedger(from: file("copy"), more: 30)
    let restored = try restore(file("copy"), into: state)
    #expect(restored.pictures == 20)
    #expect(restored.settings == [LedgerRestoration.addedPrefix + "a": [1, 2]])
    let kept = try #require(restored.kept)
    let ledger = try Ledger(path: state)
    #expect(try ledger.counts()["camera"]?[.sorted] == 20)
    #expect(ledger.nextPictureID() > later)
    #expect(try ledger.setting(LedgerRestoration.addedPrefix + "a") == nil)
    #expect(try ledger.text(LedgerMending.adoptionKey) != nil)
    try ledger.quickCheck()
    #expect(try Ledger(path: kept).counts()["camera"]?[.sorted] == 50)
  }

  @Test("where the present ledger cannot be read, numbers that it may have given are left out")
  func restoreOverDamage() throws {
    try temporary.sort()
    try temporary.ledger.backUp(to: file("copy"))
    let state = try newFolder().appending("ledger.sqlite")
    _ = try Ledger.open(mending: state, fileSystemIsNetwork: false, at: Sample.time(0))
    try Data("no ledger at all".utf8).write(to: URL(fileURLWithPath: state.string))
    _ = try restore(file("copy"), into: state)
    #expect(try Ledger(path: state).nextPictureID() > 1000)
  }

  @Test("what is no backup, is damaged or cut off is refused, and the ledger stays as it is")
  func refusedRestore() throws {
    for number in 0..<400 { try temporary.sort("\(number).jpg") }
    try temporary.ledger.backUp(to: file("copy"))
    let state = try newFolder().appending("ledger.sqlite")
    let (ledger, _) = try Ledger.open(mending: state, fileSystemIsNetwork: false, at: Sample.time(0))
    try ledger.set("here", toText: "still")
    let whole = try Data(contentsOf: URL(fileURLWithPath: file("copy").string))
    var overwritten = whole
    overwritten.replaceSubrange(40_000..<60_000, with: Data(repeating: 0xA5, count: 20_000))
    for bytes in [Data(), Data("text".utf8), whole.prefix(50_000), overwritten] {
      try bytes.write(to: URL(fileURLWithPath: file("bad").string))
      let error = #expect(throws: WinnowError.self) { try restore(file("bad"), into: state) }
      #expect(error?.code == .ledgerBroken)
      #expect(error?.remedy != nil)
    }
    let again = try FileManager.default.contentsOfDirectory(atPath: state.removingLastComponent().string)
    #expect(again.allSatisfy { !$0.contains("restore") }, "\(again)")
    #expect(try ledger.text("here") == "still")
  }

  @Test("open moves of a backup count as begun after everything, so that no file is taken for one that came since")
  func openIntents() throws {
    try temporary.begin("open.jpg")
    try temporary.ledger.backUp(to: file("copy"))
    let state = try newFolder().appending("ledger.sqlite")
    _ = try restore(file("copy"), into: state)
    let intents = try Ledger(path: state).openIntents()
    #expect(intents.map(\.begun.nanoseconds) == [.max])
  }

  private func day(_ number: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + number * 86_400) }

  @Test("daily copies: one a day while something happens, the last three kept")
  func daily() throws {
    let backups = LedgerBackups(ofLedger: temporary.path)
    #expect(try backups.isDue(for: temporary.ledger, at: day(0)), "the first has the settings at least")
    for number in Int64(0)..<5 {
      try temporary.sort("\(number).jpg")
      try backups.make(of: temporary.ledger, adding: [:], at: day(number))
      #expect(try !backups.isDue(for: temporary.ledger, at: day(number)))
    }
    #expect(backups.newestFirst.count == 3)
    #expect(try !backups.isDue(for: temporary.ledger, at: day(6)), "nothing happened")
    try temporary.sort("changed.jpg")
    #expect(try backups.isDue(for: temporary.ledger, at: day(6)))
    #expect(try Ledger(path: backups.newestFirst[0]).counts()["camera"]?[.sorted] == 5)
  }

  @Test(
    "a clock that is set back, or was years ahead, neither stops the daily copies nor makes an older one the newest")
  func clockSetBack() throws {
    let backups = LedgerBackups(ofLedger: temporary.path)
    for (count, number) in [Int64(10), 9, 4000, 10, 9, 11].enumerated() {
      try temporary.sort("\(count).jpg")
      #expect(try backups.isDue(for: temporary.ledger, at: day(number)))
      try backups.make(of: temporary.ledger, adding: [:], at: day(number))
      let newest = try Ledger(path: backups.newestFirst[0])
      #expect(try newest.counts()["camera"]?[.sorted] == count + 1)
    }
    #expect(backups.newestFirst.count == 3)
  }

  @Test("after a clock was set back a restored backup asks the trees for all that came since its last row")
  func restoredSince() throws {
    try temporary.sort("before.jpg", at: 200_000)
    try temporary.sort("after.jpg", at: 100_000)
    try temporary.ledger.backUp(to: file("copy"))
    let state = try newFolder().appending("ledger.sqlite")
    _ = try restore(file("copy"), into: state)
    let since = try #require(try Ledger(path: state).text(LedgerMending.adoptionKey).flatMap { Int64($0) })
    #expect(since <= Sample.time(100_000).nanoseconds)
    #expect(since > Sample.time(0).nanoseconds)
  }

  @Test("a ledger that is damaged is not copied, so that no good copy gives way to a bad one")
  func damaged() throws {
    for number in 0..<400 { try temporary.sort("\(number).jpg") }
    try temporary.ledger.checkpoint()
    try temporary.ledger.releaseMemory()
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: temporary.path.string))
    let size = try file.seekToEnd()
    try file.seek(toOffset: size / 2 / 4096 * 4096)
    try file.write(contentsOf: Data(repeating: 0x33, count: 8192))
    let backups = LedgerBackups(ofLedger: temporary.path)
    let error = #expect(throws: WinnowError.self) {
      try backups.make(of: temporary.ledger, adding: [:], at: day(0))
    }
    #expect(error?.code == .ledgerBroken)
    #expect(backups.newestFirst.isEmpty)
    let left = try FileManager.default.contentsOfDirectory(atPath: backups.folder.string)
    #expect(left.isEmpty, "\(left)")
  }

  // MARK: - Parts

  private func newFolder() throws -> FilePath {
    let folder = file(UUID().uuidString)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }

  private func restore(_ backup: FilePath, into ledger: FilePath) throws -> LedgerRestoration {
    let descriptor = try FileDescriptor.open(backup, .readOnly)
    defer { try? descriptor.close() }
    return try LedgerRestoration.run(reading: descriptor, into: ledger, at: Sample.time(100))
  }

  /// A state folder whose ledger went on from a backup, and the last picture's number.
  private func laterLedger(from backup: FilePath, more: Int) throws -> (FilePath, last: Int64) {
    let path = try newFolder().appending("ledger.sqlite")
    try FileManager.default.copyItem(atPath: backup.string, toPath: path.string)
    let (ledger, _) = try Ledger.open(mending: path, fileSystemIsNetwork: false, at: Sample.time(50))
    var last: Int64 = 0
    for number in 0..<more {
      let picture = Sample.picture(ledger.nextPictureID(), name: "later-\(number).jpg")
      last = picture.id
      try ledger.commit(
        LedgerBatch(notes: [PictureNote(picture: picture, outcome: .sorted, by: "winnowd", run: 1)]))
    }
    return (path, last)
  }
}
