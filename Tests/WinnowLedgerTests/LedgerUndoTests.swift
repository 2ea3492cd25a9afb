import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Undo and redo")
struct LedgerUndoTests {
  private func undoRun(_ temporary: TemporaryLedger) throws -> Int64 {
    try temporary.ledger.beginRun(kind: .undo, by: "uid 0 (root)", at: Sample.time(50))
  }

  @Test("what was undone is held where it came from, and the row says by what")
  func undo() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort()
    let page = try temporary.ledger.undoable(.all)
    #expect(page.refused.isEmpty && page.next == nil)
    let step = try #require(page.steps.first)
    #expect(step.destination == Sample.arriving("a.jpg"))
    #expect(step.outcome == .undone)
    try temporary.carryOut(page.steps, run: try undoRun(temporary), at: 51)
    #expect(try temporary.ledger.picture(id: picture)?.record.state == .held)
    #expect(try temporary.ledger.picture(at: "/srv/camera/inbox/a.jpg")?.record.id == picture)
    let rows = try temporary.rows()
    #expect(rows.map(\.outcome) == [.sorted, .undone])
    #expect(rows[0].undoneBy == rows[1].id && rows[1].undoes == rows[0].id)
    #expect(try temporary.ledger.undoable(.all).steps.isEmpty)
    #expect(try temporary.ledger.counts() == ["camera": [.held: 1]])
  }

  @Test("redo, undo and redo again go to and fro for ever")
  func chain() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort(outcome: .review)
    for round in 0..<3 {
      let run = try undoRun(temporary)
      try temporary.carryOut(try temporary.ledger.undoable(.all).steps, run: run, at: Int64(60 + round))
      #expect(try temporary.ledger.picture(id: picture)?.record.state == .held)
      #expect(try temporary.ledger.lastUndoRun()?.id == run)
      let redo = try temporary.ledger.redoable()
      #expect(redo.steps.map(\.outcome) == [.review])
      let redoRun = try temporary.ledger.beginRun(kind: .redo, by: "winnowd", at: Sample.time(70))
      try temporary.carryOut(redo.steps, run: redoRun, at: Int64(70 + round))
      #expect(try temporary.ledger.picture(id: picture)?.record.place == Sample.sorted("daisy/a.jpg"))
      #expect(try temporary.ledger.picture(id: picture)?.record.state == .review)
      #expect(try temporary.ledger.redoable().steps.isEmpty)
      #expect(try temporary.ledger.redoable(run: run).steps.isEmpty)
    }
    #expect(try temporary.rows().count == 7)
    #expect(try temporary.rows().filter { $0.undoneBy == nil }.count == 1)
  }

  @Test("several moves of one picture go back in one step, and redo repeats it")
  func severalMoves() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort(at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 11)
    let page = try temporary.ledger.undoable(.all)
    #expect(page.steps.map(\.destination) == [Sample.arriving("a.jpg")])
    try temporary.carryOut(page.steps, run: try undoRun(temporary), at: 51)
    let rows = try temporary.rows()
    #expect(rows.map(\.undoneBy) == [rows[2].id, rows[2].id, nil])
    #expect(try temporary.ledger.undoable(.all).steps.isEmpty)
    let redo = try temporary.ledger.redoable()
    #expect(redo.steps.map(\.destination) == [Sample.sorted("rose/a.jpg")])
    #expect(redo.steps.map(\.outcome) == [.corrected])
  }

  @Test("by path one move goes back, whichever of its paths is given")
  func byPath() throws {
    for path in ["/srv/camera/inbox/a.jpg", "/srv/camera/sorted/daisy/a.jpg", "/srv/camera/sorted/rose/a.jpg"] {
      let temporary = try TemporaryLedger()
      let picture = try temporary.sort(at: 10)
      try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 11)
      let first = try temporary.ledger.undoable(.paths([FilePath(path), "/srv/camera/inbox/a.jpg"]))
      #expect(first.steps.map(\.destination) == [Sample.sorted("daisy/a.jpg")])
      try temporary.carryOut(first.steps, run: try undoRun(temporary), at: 51)
      let second = try temporary.ledger.undoable(.paths([FilePath(path)]))
      #expect(second.steps.map(\.destination) == [Sample.arriving("a.jpg")])
      try temporary.carryOut(second.steps, run: try undoRun(temporary), at: 52)
      #expect(
        try temporary.ledger.undoable(.paths([FilePath(path)])).refused
          == [UndoRefusal(path: FilePath(path), reason: .alreadyUndone)])
      // Forward again, one by one.
      try temporary.carryOut(try temporary.ledger.redoable().steps, run: temporary.run, at: 53)
      #expect(try temporary.ledger.picture(id: picture)?.record.place == Sample.sorted("daisy/a.jpg"))
    }
  }

  @Test("what cannot be undone is named with the reason")
  func refusals() throws {
    let temporary = try TemporaryLedger()
    let left = Sample.picture(temporary.ledger.nextPictureID(), name: "left.txt")
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: left, outcome: .left, by: "winnowd", run: temporary.run)]))
    let gone = try temporary.sort("gone.jpg")
    try temporary.ledger.retire(pictures: [gone])
    let page = try temporary.ledger.undoable(
      .paths(["/nowhere/x.jpg", "/srv/camera/inbox/left.txt", "/srv/camera/inbox/gone.jpg", "relative"]))
    #expect(page.steps.isEmpty)
    #expect(page.refused.map(\.reason) == [.unknown, .neverMoved, .gone, .unknown])
    #expect(Set(UndoRefusal.Reason.allCases.map { UndoRefusal(path: "/x", reason: $0).text }).count == 7)
  }

  @Test("a run's undo leaves other runs alone and refuses what another run moved on")
  func byRun() throws {
    let temporary = try TemporaryLedger()
    let other = try temporary.ledger.beginRun(kind: .sort, by: "winnowd", at: Sample.time(5))
    let mine = try temporary.sort("a.jpg", run: other, at: 10)
    let movedOn = try temporary.sort("b.jpg", run: other, at: 11)
    try temporary.sort("c.jpg", at: 12)
    try temporary.move(movedOn, to: Sample.sorted("rose/b.jpg"), outcome: .corrected, at: 13)
    let page = try temporary.ledger.undoable(.run(other))
    #expect(page.steps.map(\.picture.id) == [mine])
    #expect(page.refused == [UndoRefusal(path: "/srv/camera/sorted/rose/b.jpg", reason: .movedSince)])
    let nothing = try temporary.ledger.undoable(.run(4711))
    #expect(nothing == UndoPage(steps: [], refused: [], next: nil))
  }

  @Test("since a moment takes back what happened from it on, and nothing before")
  func since() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("a.jpg", at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 20)
    try temporary.sort("b.jpg", at: 10)
    let page = try temporary.ledger.undoable(.since(Sample.time(20)))
    #expect(page.steps.map(\.destination) == [Sample.sorted("daisy/a.jpg")])
    #expect(try temporary.ledger.undoable(.since(Sample.time(21))).steps.isEmpty)
  }

  @Test("pages of any size hold every step once, newest first, carried out or not", arguments: [1, 2, 3, 100])
  func paging(limit: Int) throws {
    let temporary = try TemporaryLedger()
    var pictures: [Int64] = []
    for number in 0..<9 {
      pictures.append(try temporary.sort("\(number).jpg", at: Int64(number)))
      if number % 3 == 0 {
        try temporary.move(
          pictures[number], to: Sample.sorted("rose/\(number).jpg"), outcome: .corrected, at: Int64(number))
      }
    }
    for carriesOut in [false, true] {
      let run = try undoRun(temporary)
      var seen: [Int64] = []
      var after: Int64?
      repeat {
        let page = try temporary.ledger.undoable(.all, after: after, limit: limit)
        #expect(page.steps.count <= limit)
        seen += page.steps.map(\.picture.id)
        if carriesOut { try temporary.carryOut(page.steps, run: run, at: 50) }
        after = page.next
      } while after != nil
      #expect(seen == pictures.reversed())
    }
    #expect(try temporary.ledger.counts() == ["camera": [.held: 9]])
    var redone = 0
    var after: Int64?
    repeat {
      let page = try temporary.ledger.redoable(after: after, limit: limit)
      try temporary.carryOut(page.steps, run: temporary.run, at: 60)
      redone += page.steps.count
      after = page.next
    } while after != nil
    #expect(redone == 9)
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 6, .corrected: 3]])
  }

  /// A picture and what goes with it, sorted together.
  private func sortGroup(_ temporary: TemporaryLedger, run: Int64? = nil) throws -> (lead: Int64, companion: Int64) {
    let lead = try temporary.sort("a.jpg", run: run)
    var companion = Sample.picture(temporary.ledger.nextPictureID(), name: "a.xmp")
    companion.companionOf = lead
    let intent = temporary.intent(for: companion, to: Sample.sorted("daisy/a.xmp"), outcome: .sorted)
    try temporary.ledger.commit(LedgerBatch(pictures: [companion], intents: [intent]))
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    return (lead, companion.id)
  }

  @Test("what goes with a picture is taken back and done again with it, whichever of them is named")
  func companions() throws {
    for selection in [
      UndoSelection.all, .paths(["/srv/camera/inbox/a.xmp"]), .paths(["/srv/camera/sorted/daisy/a.jpg"]),
    ] {
      let temporary = try TemporaryLedger()
      let (lead, companion) = try sortGroup(temporary)
      let page = try temporary.ledger.undoable(selection)
      #expect(page.steps.map(\.picture.id) == [lead], "\(selection)")
      let step = try #require(page.steps.first)
      #expect(step.companions.map(\.picture.id) == [companion])
      #expect(step.companions.map(\.destination) == [Sample.arriving("a.xmp")])
      let run = try undoRun(temporary)
      try temporary.carryOut([step] + step.companions, run: run, at: 51)
      #expect(try temporary.ledger.undoable(.all).steps.isEmpty)
      let redo = try #require(try temporary.ledger.redoable(run: run).steps.first)
      #expect(redo.picture.id == lead)
      #expect(redo.companions.map(\.destination) == [Sample.sorted("daisy/a.xmp")])
    }
  }

  @Test("a companion that came in another run goes back with its picture, and not without it")
  func laterCompanion() throws {
    let temporary = try TemporaryLedger()
    let earlier = try temporary.ledger.beginRun(kind: .daemon, by: "winnowd", at: Sample.time(1))
    let (lead, companion) = try sortGroup(temporary, run: earlier)
    #expect(try temporary.ledger.undoable(.run(temporary.run)).steps.isEmpty)
    let step = try #require(try temporary.ledger.undoable(.run(earlier)).steps.first)
    #expect(step.picture.id == lead)
    #expect(step.companions.map(\.picture.id) == [companion])
  }

  @Test("companions are in no count and no list of pictures, but while they wait for a fault to pass")
  func companionsDoNotCount() throws {
    let temporary = try TemporaryLedger()
    let (_, companion) = try sortGroup(temporary)
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1]])
    #expect(try temporary.ledger.pictures(state: .sorted).map(\.id).contains(companion) == false)
    var record = try #require(try temporary.ledger.picture(id: companion)).record
    record.state = .failed
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: record, outcome: .failed, by: "winnowd", run: temporary.run)]))
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1, .failed: 1]])
    #expect(try temporary.ledger.pictures(state: .failed).map(\.id) == [companion])
    try temporary.ledger.quickCheck()
  }
}
