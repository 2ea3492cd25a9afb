import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("What people say, in the ledger")
struct LedgerCorrectionsTests {
  /// Notes that a person moved the picture.
  private func note(
    _ temporary: TemporaryLedger, _ id: Int64, to path: String, _ outcome: HistoryOutcome, _ label: LabelChange,
    at seconds: Int64
  ) throws {
    var picture = try #require(try temporary.ledger.picture(id: id)).record
    picture.place = Sample.sorted(path)
    picture.time = Sample.time(seconds)
    picture.reason = "a person at \(seconds)"
    try temporary.ledger.commit(
      LedgerBatch(notes: [
        PictureNote(picture: picture, outcome: outcome, by: "somebody", run: temporary.run, label: label)
      ]))
  }

  @Test("a correction stands beside the model's answer, with who and when, and is there to learn from")
  func correction() throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    let picture = try temporary.sort()
    try temporary.sort("b.jpg")
    try note(temporary, picture, to: "rose/a.jpg", .corrected, .set("rose"), at: 20)
    let known = try #require(try ledger.picture(id: picture))
    #expect(known.record.state == .corrected && known.label == "rose" && known.record.top.first?.label == "class 0")
    let labelled = try ledger.labelled()
    #expect(labelled.map(\.record.id) == [picture] && labelled[0].label == "rose" && labelled[0].isCorrection)
    #expect(labelled[0].time == Sample.time(20) && labelled[0].by == "somebody")
    #expect(try ledger.labelled(inbox: "camera").count == 1)
    #expect(try ledger.labelled(inbox: "nobody").isEmpty && ledger.labelled(after: picture).isEmpty)
    let row = try #require(try temporary.rows().last)
    #expect(row.label == "rose" && row.className == "class 0" && row.outcome == .corrected && !row.moved)
    #expect(row.from == Sample.sorted("daisy/a.jpg") && row.to == Sample.sorted("rose/a.jpg"))

    try note(temporary, picture, to: "rose/b2.jpg", .corrected, .keep, at: 21)
    #expect(try ledger.picture(id: picture)?.label == "rose")
    try note(temporary, picture, to: "daisy/a.jpg", .sorted, .set("daisy"), at: 22)
    #expect(try ledger.labelled(correctionsOnly: true).isEmpty)
    #expect(try ledger.labelled().map(\.label) == ["daisy"], "a person's yes is worth learning from too")
    try note(temporary, picture, to: "_review/a.jpg", .review, .clear, at: 23)
    #expect(try ledger.labelled().isEmpty)
    try note(temporary, picture, to: "rose/a.jpg", .corrected, .set("rose"), at: 24)
    try ledger.retire(pictures: [picture])
    #expect(try ledger.labelled().isEmpty, "what is gone teaches nothing")
  }

  @Test("undo of a picture that a person moved is refused, and possible again once it is put back")
  func undo() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort()
    try note(temporary, picture, to: "rose/a.jpg", .corrected, .set("rose"), at: 20)
    for path: FilePath in ["/srv/camera/sorted/rose/a.jpg", "/srv/camera/inbox/a.jpg"] {
      let page = try temporary.ledger.undoable(.paths([path]))
      #expect(page.steps.isEmpty && page.refused.map(\.reason) == [.movedByPerson])
    }
    #expect(try temporary.ledger.undoable(.all).refused.map(\.reason) == [.movedByPerson])
    try note(temporary, picture, to: "daisy/a.jpg", .sorted, .set("daisy"), at: 21)
    #expect(try temporary.ledger.undoable(.all).steps.map(\.destination) == [Sample.arriving("a.jpg")])
  }

  @Test("a decision in review carries its class; its undo brings the question back, and redo the answer")
  func review() throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    let id = try temporary.sort(to: Sample.sorted("_review/a.jpg"), outcome: .review)
    let picture = try #require(try ledger.picture(id: id)).record
    var intent = temporary.intent(for: picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected)
    intent.label = "rose"
    intent.by = "uid 1000 (anna)"
    try ledger.commit(outcomes: [], intents: [intent])
    #expect(try ledger.openIntents().map(\.label) == ["rose"])
    try ledger.commit(outcomes: [Sample.arrival(of: intent, at: 20)], intents: [])
    #expect(try ledger.labelled().map(\.by) == ["uid 1000 (anna)"])

    let run = try ledger.beginRun(kind: .undo, by: "uid 0 (root)", at: Sample.time(50))
    try temporary.carryOut(try ledger.undoable(.paths(["/srv/camera/sorted/rose/a.jpg"])).steps, run: run, at: 51)
    #expect(try ledger.picture(id: id)?.record.state == .review)
    #expect(try ledger.pictures(state: .review).map(\.id) == [id])
    #expect(try ledger.labelled().isEmpty)
    try temporary.carryOut(try ledger.redoable().steps, run: temporary.run, at: 52)
    #expect(try ledger.picture(id: id)?.record.state == .corrected)
    #expect(try ledger.labelled().map(\.label) == ["rose"])
  }

  @Test("a decision that cannot be carried out now leaves the picture in review")
  func failedDecision() throws {
    let temporary = try TemporaryLedger()
    let id = try temporary.sort(to: Sample.sorted("_review/a.jpg"), outcome: .review)
    let picture = try #require(try temporary.ledger.picture(id: id)).record
    var intent = temporary.intent(for: picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected)
    intent.label = "rose"
    try temporary.ledger.commit(outcomes: [], intents: [intent])
    try temporary.ledger.commit(outcomes: [Sample.abandonment(of: intent, .wait)], intents: [])
    #expect(try temporary.ledger.picture(id: id)?.record.state == .review)
    #expect(try temporary.ledger.picture(id: id)?.label == nil)
  }

  @Test("what was skipped is listed apart, until something else happens to it")
  func skipped() throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    let first = try temporary.sort("a.jpg", to: Sample.sorted("_review/a.jpg"), outcome: .review)
    let second = try temporary.sort("b.jpg", to: Sample.sorted("_review/b.jpg"), outcome: .review)
    var picture = try #require(try ledger.picture(id: first)).record
    picture.reason = "skipped"
    try ledger.commit(
      LedgerBatch(notes: [
        PictureNote(picture: picture, outcome: .review, by: "anna", run: temporary.run, isSkipped: true)
      ]))
    #expect(try ledger.pictures(state: .review, skipped: false).map(\.id) == [second])
    #expect(try ledger.pictures(state: .review, skipped: true).map(\.id) == [first])
    #expect(try ledger.pictures(state: .review).map(\.id) == [first, second])
    try note(temporary, first, to: "_review/c.jpg", .review, .clear, at: 30)
    #expect(try ledger.pictures(state: .review, skipped: false).map(\.id) == [first, second])
  }

  @Test("names of classes are kept for each inbox, and survive")
  func classNames() throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    try ledger.name("red", as: "crimson", inbox: "camera")
    try ledger.name("red", as: "scarlet", inbox: "camera")
    try ledger.name("red", as: "rouge", inbox: "phone")
    #expect(try temporary.afterCrash().classNames(inbox: "camera") == ["red": "scarlet"])
    try ledger.name("red", as: nil, inbox: "camera")
    #expect(try ledger.classNames(inbox: "camera").isEmpty && ledger.classNames(inbox: "unknown").isEmpty)
    #expect(try ledger.classNames(inbox: "phone") == ["red": "rouge"])
  }

  @Test("pictures are found by place, inode, size, bytes and folder, and not while they are on their way")
  func finding() throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    var ids: [Int64] = []
    for number in 0..<5 {
      ids.append(
        try temporary.sort("\(number).jpg", to: Sample.sorted("\(number < 3 ? "daisy" : "daisyx")/\(number).jpg")))
    }
    let left = Sample.picture(ledger.nextPictureID(), name: "left.txt")
    try ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: left, outcome: .left, by: "winnowd", run: temporary.run)]))
    let record = try #require(try ledger.picture(id: ids[0])).record
    #expect(try ledger.placed(at: "/srv/camera/sorted/daisy/0.jpg")?.id == ids[0])
    #expect(try ledger.placed(at: "/srv/camera/sorted/daisy/0.jpg")?.fingerprint == record.fingerprint)
    #expect(try ledger.placed(at: "/srv/camera/sorted/daisy/9.jpg") == nil)
    #expect(try ledger.pictures(inode: record.fingerprint.inode).map(\.record.id) == [ids[0]])
    #expect(try ledger.placed(size: record.fingerprint.size).map(\.id) == [ids[0]])
    #expect(try ledger.placed(size: 1).isEmpty)
    #expect(try ledger.pictures(digest: try #require(record.digest)).map(\.record.id) == [ids[0]])
    #expect(try ledger.placed(below: "/srv/camera/sorted/daisy").map(\.id) == Array(ids[..<3]))
    #expect(try ledger.placed(below: "/srv/camera/sorted").map(\.id) == ids)
    #expect(try ledger.placed(after: ids[1], limit: 2).map(\.id) == Array(ids[2..<4]))
    #expect(try ledger.sortedPlace(ofPicture: ids[0]) == Sample.sorted("daisy/0.jpg"))

    // Another picture takes the place of one before it is known where that went to.
    try note(temporary, ids[1], to: "daisy/2.jpg", .sorted, .keep, at: 30)
    let displaced = try #require(try ledger.picture(id: ids[2])).record.fingerprint.inode
    #expect(try ledger.pictures(inode: displaced).isEmpty)
    #expect(try ledger.pictures(inode: displaced, displaced: true).map(\.record.id) == [ids[2]])
    try note(temporary, ids[2], to: "rose/2.jpg", .corrected, .set("rose"), at: 31)
    #expect(try ledger.pictures(inode: displaced).map(\.record.id) == [ids[2]])

    let intent = temporary.intent(for: record, to: Sample.sorted("rose/0.jpg"), outcome: .corrected)
    try ledger.commit(outcomes: [], intents: [intent])
    #expect(try ledger.pictures(inode: record.fingerprint.inode).isEmpty)
    #expect(try ledger.placed(after: 0).map(\.id) == Array(ids[1...]))
    #expect(try ledger.isOnItsWay(at: "/srv/camera/sorted/rose/0.jpg"))
    #expect(try ledger.isOnItsWay(at: "/srv/camera/sorted/daisy/0.jpg"))
    #expect(try !ledger.isOnItsWay(at: "/srv/camera/sorted/daisy/1.jpg"))
  }
}
