import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("A full disk")
struct LedgerFullDiskTests {
  static let canMount = geteuid() == 0 && FileManager.default.fileExists(atPath: "/bin/mount")

  @Test("a full disk fails the commit alone, and the same commit works once there is space", .enabled(if: canMount))
  func fullDisk() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-full-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try run("/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path)
    defer { try? run("/bin/umount", "-l", folder.path) }

    let ledger = try Ledger(path: FilePath(folder.path).appending("ledger.db"))
    let ballast = folder.appendingPathComponent("ballast")
    try Data(count: 256 << 10).write(to: ballast)
    var committed = 0
    var refused: LedgerBatch?
    while refused == nil {
      let batch = LedgerBatch(
        pictures: (0..<64).map { Sample.picture(ledger.nextPictureID(), name: "\(committed)-\($0).jpg") })
      do {
        try ledger.commit(batch)
        committed += 64
      } catch {
        #expect(error.code == .ledgerFull)
        #expect(error.remedy != nil)
        refused = batch
      }
    }
    let batch = try #require(refused)
    // It goes on failing, and goes on answering, until there is space.
    for _ in 0..<3 { #expect(throws: WinnowError.self) { try ledger.commit(batch) } }
    #expect(try ledger.picture(id: Int64(committed))?.record.id == Int64(committed))
    #expect(try ledger.picture(id: batch.pictures[0].id) == nil)
    try FileManager.default.removeItem(at: ballast)
    try ledger.commit(batch)
    #expect(try ledger.picture(id: batch.pictures[63].id) != nil)
    try ledger.quickCheck()
    #expect(committed > 64)
  }

  private func run(_ program: String, _ arguments: String...) throws {
    let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
