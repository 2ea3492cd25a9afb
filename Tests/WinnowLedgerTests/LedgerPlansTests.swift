import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("What shadow mode would do")
struct LedgerPlansTests {
  private let plan = ShadowPlan(destination: Sample.sorted("daisy/a.jpg"), outcome: .sorted, reason: "daisy 93.0%")

  private func decide(_ picture: PictureRecord, _ temporary: TemporaryLedger) throws {
    try temporary.ledger.commit(
      LedgerBatch(notes: [
        PictureNote(picture: picture, outcome: .left, by: "winnowd", run: temporary.run, plan: plan)
      ]))
  }

  @Test("a plan is found by its inbox, and counts there alone")
  func found() throws {
    let temporary = try TemporaryLedger()
    let picture = Sample.picture(temporary.ledger.nextPictureID())
    try decide(picture, temporary)
    let found = try temporary.ledger.plans(inbox: "camera")
    #expect(found.map(\.picture.id) == [picture.id] && found.map(\.plan) == [plan])
    #expect(try temporary.ledger.plans(inbox: nil).count == 1)
    #expect(try temporary.ledger.plans(inbox: "scanner").isEmpty)
    #expect(try temporary.ledger.planCount(inbox: "camera") == 1)
    #expect(try temporary.ledger.planCount(inbox: "scanner") == 0)
  }

  @Test("a plan about other contents at the same place is revised, however the file came to be another")
  func revised() throws {
    for isSameFile in [true, false] {
      let temporary = try TemporaryLedger()
      let first = Sample.picture(temporary.ledger.nextPictureID())
      try decide(first, temporary)
      var second = isSameFile ? first : Sample.picture(temporary.ledger.nextPictureID())
      if isSameFile { second.fingerprint.size += 1 }
      try decide(second, temporary)
      let found = try temporary.ledger.plans(inbox: nil)
      #expect(found.map(\.picture.id) == [second.id])
      #expect(found.first?.plan.isRevised == true)
      try decide(second, temporary)
      #expect(try temporary.ledger.plans(inbox: nil).first?.plan.isRevised == true, "once revised, always")
    }
  }

  @Test("deciding about the same file once more revises nothing")
  func same() throws {
    let temporary = try TemporaryLedger()
    let picture = Sample.picture(temporary.ledger.nextPictureID())
    try decide(picture, temporary)
    try decide(picture, temporary)
    #expect(try temporary.ledger.plans(inbox: nil).map(\.plan) == [plan])
  }

  @Test("what is moved, gone or decided about otherwise has no plan any more")
  func ends() throws {
    let temporary = try TemporaryLedger()
    let pictures = try ["a.jpg", "b.jpg", "c.jpg"].map { name in
      let picture = Sample.picture(temporary.ledger.nextPictureID(), name: name)
      try decide(picture, temporary)
      return picture
    }
    try temporary.move(pictures[0].id, to: Sample.sorted("daisy/a.jpg"), outcome: .sorted, at: 20)
    #expect(try temporary.ledger.planCount(inbox: "camera") == 2)
    try temporary.ledger.retire(pictures: [pictures[1].id])
    #expect(try temporary.ledger.planCount(inbox: "camera") == 1)
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: pictures[2], outcome: .left, by: "winnowd", run: temporary.run)]))
    #expect(try temporary.ledger.planCount(inbox: "camera") == 0)
    try temporary.ledger.quickCheck()
  }
}
