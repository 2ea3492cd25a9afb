import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Commits of moves and notes")
struct LedgerMovesTests {
  @Test("a picture with its first intent counts in no state and has no history")
  func undecided() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    let known = try #require(try temporary.ledger.picture(at: intent.source.absolute))
    #expect(!known.isDecided)
    #expect(known.record.id == intent.picture)
    #expect(try temporary.ledger.counts() == [:])
    #expect(try temporary.rows() == [])
  }

  @Test("an arrival moves the picture, writes one row with the best class, and closes the intent")
  func arrival() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    let known = try #require(try temporary.ledger.picture(at: intent.destination.absolute))
    var expected = Sample.picture(intent.picture)
    expected.place = intent.destination
    expected.fingerprint = Sample.fingerprint(intent.picture + 1000)
    expected.reason = "as asked"
    expected.time = Sample.time(10)
    #expect(known == KnownPicture(record: expected, isReleased: false, isDecided: true))
    #expect(try temporary.ledger.picture(at: intent.source.absolute) == nil)
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1]])
    let row = try #require(try temporary.rows().first)
    #expect(
      row
        == HistoryRow(
          id: row.id, picture: intent.picture, inbox: "camera", from: intent.source, to: intent.destination,
          moved: true, outcome: .sorted, reason: "as asked", className: "class 0", probability: 0.5,
          model: ModelVersion(name: "flowers", version: 3), time: Sample.time(10),
          digest: Sample.digest(intent.picture), run: temporary.run, by: "winnowd", undoes: nil, undoneBy: nil))
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(try temporary.rows().count == 1)
  }

  @Test("an arrival under an amended name is recorded under that name")
  func amendedName() throws {
    let temporary = try TemporaryLedger()
    var intent = try temporary.begin()
    intent.destination = Sample.sorted("daisy/a-2.jpg")
    try temporary.ledger.amend([intent])
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(try temporary.ledger.picture(at: "/srv/camera/sorted/daisy/a-2.jpg") != nil)
    #expect(try temporary.ledger.picture(at: "/srv/camera/sorted/daisy/a.jpg") == nil)
  }

  @Test("a new picture whose move starts anew leaves no trace, one with history stays as it was")
  func startAnew() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .startAnew)], intents: [])
    #expect(try temporary.ledger.picture(id: intent.picture) == nil)
    let sorted = try temporary.sort("b.jpg")
    let before = try #require(try temporary.ledger.picture(id: sorted))
    let again = temporary.intent(for: before.record, to: Sample.sorted("rose/b.jpg"), outcome: .corrected)
    try temporary.ledger.commit(outcomes: [], intents: [again])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: again, .startAnew)], intents: [])
    #expect(try temporary.ledger.picture(id: sorted) == before)
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1]])
  }

  @Test("a move that waits makes the picture failed, with one row however often it fails in the same way")
  func waiting() throws {
    let temporary = try TemporaryLedger()
    var intent = try temporary.begin()
    for attempt in 0..<3 {
      try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .wait, at: Int64(attempt))], intents: [])
      intent.id = temporary.ledger.nextIntentID()
      try temporary.ledger.commit(outcomes: [], intents: [intent])
    }
    let known = try #require(try temporary.ledger.picture(id: intent.picture))
    #expect(known.record.state == .failed)
    #expect(known.record.reason == "the disk is full")
    #expect(known.record.place == intent.source)
    #expect(try temporary.ledger.counts() == ["camera": [.failed: 1]])
    #expect(try temporary.rows().map(\.outcome) == [.failed])
    #expect(try temporary.rows().map(\.to) == [nil])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .wait, "the share is away")], intents: [])
    #expect(try temporary.rows().map(\.reason) == ["the disk is full", "the share is away"])
  }

  @Test("an undo that waits leaves the picture sorted")
  func waitingUndo() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort()
    let step = try #require(try temporary.ledger.undoable(.all).steps.first)
    let intent = temporary.intent(
      for: step.picture, to: step.destination, outcome: .undone, undoes: step.row.id)
    try temporary.ledger.commit(outcomes: [], intents: [intent])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .wait)], intents: [])
    #expect(try temporary.ledger.picture(id: picture)?.record.state == .sorted)
    #expect(try temporary.rows().map(\.outcome) == [.sorted, .failed])
    #expect(try temporary.ledger.undoable(.all).steps.map(\.picture.id) == [picture])
  }

  @Test("a refused move leaves the picture as it was")
  func refused() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort()
    let before = try temporary.ledger.picture(id: picture)
    let intent = temporary.intent(
      for: try #require(before).record, to: Sample.arriving("a.jpg"), outcome: .undone, undoes: 1)
    try temporary.ledger.commit(outcomes: [], intents: [intent])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .refuse)], intents: [])
    #expect(try temporary.ledger.picture(id: picture) == before)
    #expect(try temporary.ledger.openIntents().isEmpty)
    #expect(try temporary.rows().count == 1)
  }

  @Test("a file left alone gets one row, and a second only for another reason")
  func notes() throws {
    let temporary = try TemporaryLedger()
    var picture = Sample.picture(temporary.ledger.nextPictureID(), reason: "no picture")
    picture.top = []
    picture.model = nil
    picture.facts = nil
    for _ in 0..<2 {
      try temporary.ledger.commit(
        LedgerBatch(notes: [PictureNote(picture: picture, outcome: .left, by: "winnowd", run: temporary.run)]))
    }
    #expect(try temporary.rows().map(\.outcome) == [.left])
    #expect(try temporary.rows().first?.className == nil)
    #expect(try temporary.rows().first?.digest == picture.digest)
    picture.reason = "truncated"
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: picture, outcome: .failed, by: "winnowd", run: temporary.run)]))
    #expect(try temporary.rows().map(\.outcome) == [.left, .failed])
    #expect(try temporary.ledger.counts() == ["camera": [.failed: 1]])
    picture.state = .failed
    #expect(try temporary.ledger.picture(id: picture.id)?.record == picture)
  }

  @Test("a person's move is a row from the old place to the new, and no move of ours")
  func correction() throws {
    let temporary = try TemporaryLedger()
    let id = try temporary.sort()
    var picture = try #require(try temporary.ledger.picture(id: id)).record
    picture.place = Sample.sorted("rose/a.jpg")
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: picture, outcome: .corrected, by: "somebody", run: temporary.run)]))
    let row = try #require(try temporary.rows().last)
    #expect(row.from == Sample.sorted("daisy/a.jpg"))
    #expect(row.to == Sample.sorted("rose/a.jpg"))
    #expect(!row.moved)
    #expect(try temporary.ledger.counts() == ["camera": [.corrected: 1]])
    #expect(try temporary.ledger.undoable(.all).steps.isEmpty)
  }

  @Test("a batch with one impossible part changes nothing at all")
  func allOrNothing() throws {
    let temporary = try TemporaryLedger()
    let open = try temporary.begin()
    var stray = open
    stray.id = temporary.ledger.nextIntentID()
    stray.picture = 4711
    let batch = LedgerBatch(
      outcomes: [Sample.arrival(of: open)],
      pictures: [Sample.picture(temporary.ledger.nextPictureID(), name: "new folder/b.jpg", inbox: "new inbox")],
      intents: [stray])
    let error = #expect(throws: WinnowError.self) { try temporary.ledger.commit(batch) }
    #expect(error?.code == .invalidInput)
    #expect(try temporary.ledger.openIntents() == [open])
    #expect(try temporary.ledger.picture(at: "/srv/camera/inbox/new folder/b.jpg") == nil)
    // The names that the batch added went with it and are given anew.
    _ = try temporary.sort("new folder/b.jpg")
    try temporary.ledger.commit(
      LedgerBatch(pictures: [Sample.picture(temporary.ledger.nextPictureID(), name: "c.jpg", inbox: "new inbox")]))
    try temporary.ledger.quickCheck()
  }

  @Test("numbers are never given twice, not even after a restart that finds nothing")
  func identifiers() throws {
    let temporary = try TemporaryLedger()
    let intent = try temporary.begin()
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .startAnew)], intents: [])
    let next = try temporary.afterCrash()
    #expect(next.nextPictureID() > intent.picture)
    #expect(next.nextIntentID() > intent.id)
    #expect(next.nextRunID() > temporary.run)
  }

  @Test("of two pictures at one path the later is there and the earlier is gone")
  func superseded() throws {
    let temporary = try TemporaryLedger()
    let first = try temporary.sort("a.jpg")
    let second = try temporary.sort("b.jpg", to: Sample.sorted("daisy/a.jpg"))
    #expect(try temporary.ledger.picture(at: "/srv/camera/sorted/daisy/a.jpg")?.record.id == second)
    #expect(try temporary.ledger.counts() == ["camera": [.sorted: 1]])
    #expect(try temporary.rows(HistoryQuery(path: "/srv/camera/inbox/a.jpg")).map(\.picture) == [first])
    #expect(
      try temporary.ledger.undoable(.all).refused == [
        UndoRefusal(path: "/srv/camera/sorted/daisy/a.jpg", reason: .gone)
      ])
  }
}
