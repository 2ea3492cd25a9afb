import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Housekeeping")
struct LedgerHousekeepingTests {
  private func prune(_ ledger: Ledger, _ limits: PruneLimits, rows: Int = 3) throws -> Int {
    var removed = 0
    var next: Int64? = 0
    while let after = next {
      let step = try ledger.prune(limits, after: after, rows: rows)
      removed += step.removed
      next = step.next
    }
    return removed
  }

  @Test("pruning by age keeps the last row of every picture that is still there, and all counts")
  func byAge() throws {
    let temporary = try TemporaryLedger()
    let moved = try temporary.sort("a.jpg", at: 10)
    try temporary.move(moved, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 11)
    let still = try temporary.sort("b.jpg", at: 12)
    let left = Sample.picture(temporary.ledger.nextPictureID(), name: "left.txt")
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: left, outcome: .left, by: "winnowd", run: temporary.run)]))
    let gone = try temporary.sort("gone.jpg", at: 13)
    try temporary.ledger.retire(pictures: [gone])
    let young = try temporary.sort("young.jpg", at: 100)
    let counts = try temporary.ledger.counts()
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(9), keepBytes: nil)) == 0)
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(50), keepBytes: nil)) == 3)
    #expect(try temporary.rows().map(\.picture).sorted() == [moved, still, left.id, young])
    #expect(try temporary.rows(HistoryQuery(path: "/srv/camera/sorted/rose/a.jpg")).map(\.outcome) == [.corrected])
    #expect(try temporary.ledger.picture(id: gone) == nil)
    #expect(try temporary.ledger.counts() == counts)
    try temporary.ledger.quickCheck()
  }

  @Test("pruning never touches a picture with an open intent")
  func openIntent() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("a.jpg", at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 11)
    let step = try #require(try temporary.ledger.undoable(.all).steps.first)
    let intent = temporary.intent(
      for: step.picture, to: step.destination, outcome: .undone, undoes: step.row.id)
    try temporary.ledger.commit(outcomes: [], intents: [intent])
    try temporary.ledger.retire(pictures: [picture])
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(50), keepBytes: 0)) == 0)
    #expect(try temporary.ledger.openIntents() == [intent])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .startAnew)], intents: [])
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(50), keepBytes: nil)) == 3)
    #expect(try temporary.ledger.picture(id: picture) == nil)
  }

  @Test("a redo after pruning still knows where to")
  func redoAfterPruning() throws {
    let temporary = try TemporaryLedger()
    try temporary.sort("a.jpg", at: 10)
    let run = try temporary.ledger.beginRun(kind: .undo, by: "winnowd", at: Sample.time(11))
    try temporary.carryOut(try temporary.ledger.undoable(.all).steps, run: run, at: 12)
    try temporary.ledger.finishRun(run, at: Sample.time(13))
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(50), keepBytes: nil)) == 1)
    let redo = try temporary.ledger.redoable()
    #expect(redo.steps.map(\.destination) == [Sample.sorted("daisy/a.jpg")])
    #expect(redo.steps.map(\.outcome) == [.sorted])
  }

  @Test("pruning by size takes the oldest rows until it fits, and vacuuming gives the space back")
  func bySize() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("a.jpg", at: 1)
    for number in 0..<600 {
      let place = Sample.sorted("\(number)/" + String(repeating: "x", count: 200))
      try temporary.move(picture, to: place, outcome: .corrected, at: Int64(number + 2))
    }
    let before = try temporary.ledger.contentBytes()
    let kept = before / 2
    let removed = try prune(temporary.ledger, PruneLimits(olderThan: nil, keepBytes: kept), rows: 20)
    #expect(removed > 100 && removed < 600)
    #expect(try temporary.ledger.contentBytes() <= kept)
    let rows = try temporary.rows()
    #expect(rows.last?.time == Sample.time(601))
    #expect(rows.count == 601 - removed)
    while try temporary.ledger.vacuum(pages: 16) > 0 {}
    try temporary.ledger.checkpoint()
    let size = try temporary.fileSize("ledger.db")
    #expect(size < before)
    #expect(try temporary.fileSize("ledger.db-wal") == 0)
    #expect(try temporary.ledger.contentBytes() == size)
    try temporary.ledger.quickCheck()
  }

  @Test("old jobs and empty runs go by age, unfinished ones stay")
  func work() throws {
    let temporary = try TemporaryLedger()
    let empty = try temporary.ledger.beginRun(kind: .review, by: "winnowd", at: Sample.time(1))
    try temporary.ledger.finishRun(empty, at: Sample.time(2))
    var job = JobRecord(id: 0, kind: "sort", spec: "{}", created: Sample.time(1), by: "winnowd")
    let queued = try temporary.ledger.insert(job)
    job.state = .done
    job.finished = Sample.time(3)
    let done = try temporary.ledger.insert(job)
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: Sample.time(50), keepBytes: nil)) == 2)
    #expect(try temporary.ledger.job(id: done) == nil)
    #expect(try temporary.ledger.job(id: queued) != nil)
    #expect(try temporary.ledger.runs().map(\.id) == [temporary.run])
    #expect(try prune(temporary.ledger, PruneLimits(olderThan: nil, keepBytes: nil)) == 0)
  }
}
