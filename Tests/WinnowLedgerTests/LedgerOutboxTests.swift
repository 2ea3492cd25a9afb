import Synchronization
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("The outbox")
struct LedgerOutboxTests {
  private func waiting(_ ledger: Ledger, _ target: HookTarget, inbox: String = "camera") throws -> [HistoryRow] {
    try ledger.waitingEvents(for: target, inbox: inbox, limit: 100)
  }

  @Test("without hooks nothing is put aside")
  func withoutHooks() throws {
    let temporary = try TemporaryLedger()
    try temporary.sort()
    #expect(try temporary.ledger.outboxCount(of: .webhook) == OutboxCount())
    temporary.ledger.tell([.webhook])
    #expect(try waiting(temporary.ledger, .webhook) == [])
  }

  @Test("an outcome and its events are one commit, which a crash leaves whole")
  func withTheOutcome() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    let intent = try temporary.begin()
    #expect(try temporary.afterCrash().outboxCount(of: .webhook).waiting == 0)
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    let reopened = try temporary.afterCrash()
    for target in HookTarget.allCases {
      #expect(try waiting(reopened, target) == (try temporary.rows()))
      #expect(try reopened.outboxCount(of: target) == OutboxCount(waiting: 1, aside: 0, oldest: Sample.time(10)))
    }
  }

  @Test("the program hears of pictures alone, the web address of what goes with them too")
  func companions() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    let lead = try temporary.sort()
    var companion = Sample.picture(temporary.ledger.nextPictureID(), name: "a.xmp")
    companion.companionOf = lead
    let intent = temporary.intent(for: companion, to: Sample.sorted("daisy/a.xmp"), outcome: .sorted)
    try temporary.ledger.commit(LedgerBatch(pictures: [companion], intents: [intent]))
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(try waiting(temporary.ledger, .program).map(\.picture) == [lead])
    #expect(try waiting(temporary.ledger, .webhook).map(\.picture) == [lead, companion.id])
  }

  @Test("a note that is no news is in the history, and no hook hears of it")
  func noNews() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    let picture = Sample.picture(temporary.ledger.nextPictureID(), place: Sample.sorted("daisy/a.jpg"))
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: picture, outcome: .sorted, by: "winnowd", run: 1, isNews: false)]))
    #expect(try temporary.rows().map(\.picture) == [picture.id])
    for target in HookTarget.allCases { #expect(try waiting(temporary.ledger, target) == []) }
  }

  @Test("a commit that fails puts nothing aside and wakes nobody")
  func failedCommit() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook])
    let signals = Atomic(0)
    temporary.ledger.onNewEvents { signals.add(1, ordering: .relaxed) }
    let intent = try temporary.begin()
    var stray = intent
    stray.picture = 999
    stray.id = temporary.ledger.nextIntentID()
    #expect(throws: WinnowError.self) {
      try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [stray])
    }
    #expect(try temporary.ledger.outboxCount(of: .webhook).waiting == 0)
    #expect(signals.load(ordering: .relaxed) == 0)
    try temporary.ledger.commit(outcomes: [Sample.arrival(of: intent)], intents: [])
    #expect(signals.load(ordering: .relaxed) == 1)
    try temporary.begin("b.jpg")
    #expect(signals.load(ordering: .relaxed) == 1)
  }

  @Test("the program hears of sorted pictures alone, the webhook of all that happens")
  func wishes() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    let first = try temporary.sort("a.jpg", at: 1)
    try temporary.sort("b.jpg", to: Sample.sorted("_review/b.jpg"), outcome: .review, at: 2)
    try temporary.move(first, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 3)
    let left = Sample.picture(temporary.ledger.nextPictureID(), name: "left.txt")
    try temporary.ledger.commit(
      LedgerBatch(notes: [PictureNote(picture: left, outcome: .left, by: "winnowd", run: temporary.run)]))
    #expect(try waiting(temporary.ledger, .webhook).map(\.outcome) == [.sorted, .review, .corrected, .left])
    #expect(try waiting(temporary.ledger, .program).map(\.outcome) == [.sorted])
  }

  @Test("what is delivered is gone for this target and for no other, also after a crash")
  func delivered() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    for number in 0..<3 { try temporary.sort("\(number).jpg", at: Int64(number)) }
    let events = try waiting(temporary.ledger, .webhook).map(\.id)
    try temporary.ledger.delivered(Array(events.prefix(2)), to: .webhook)
    for ledger in [temporary.ledger, try temporary.afterCrash()] {
      #expect(try waiting(ledger, .webhook).map(\.id) == Array(events.suffix(1)))
      #expect(try waiting(ledger, .program).map(\.id) == events)
      #expect(try ledger.outboxCount(of: .webhook) == OutboxCount(waiting: 1, aside: 0, oldest: Sample.time(2)))
    }
    try temporary.ledger.delivered(events, to: .webhook)
    #expect(try temporary.ledger.waitingInboxes(for: .webhook) == [])
    #expect(try temporary.ledger.waitingInboxes(for: .program) == ["camera"])
  }

  @Test("after a commit that did not wait for the disk, commits do again")
  func durable() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook])
    try temporary.sort()
    try temporary.ledger.delivered(try waiting(temporary.ledger, .webhook).map(\.id), to: .webhook)
    #expect(try temporary.ledger.isDurable())
  }

  @Test("inboxes wait apart from each other")
  func inboxes() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook])
    for (index, inbox) in ["camera", "phone", "camera"].enumerated() {
      let picture = Sample.picture(temporary.ledger.nextPictureID(), name: "\(index).jpg", inbox: inbox)
      try temporary.ledger.commit(
        LedgerBatch(notes: [PictureNote(picture: picture, outcome: .left, by: "winnowd", run: temporary.run)]))
    }
    #expect(try Set(temporary.ledger.waitingInboxes(for: .webhook)) == ["camera", "phone"])
    #expect(try waiting(temporary.ledger, .webhook, inbox: "phone").map(\.inbox) == ["phone"])
    #expect(try waiting(temporary.ledger, .webhook).map(\.id).count == 2)
    #expect(try waiting(temporary.ledger, .webhook, inbox: "nobody's") == [])
  }

  @Test("an event that is set aside no longer waits, and is delivered like any other")
  func aside() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook])
    for number in 0..<2 { try temporary.sort("\(number).jpg", at: Int64(number)) }
    let events = try waiting(temporary.ledger, .webhook).map(\.id)
    try temporary.ledger.setAside(events[0], for: .webhook)
    try temporary.ledger.setAside(9999, for: .webhook)
    #expect(try waiting(temporary.ledger, .webhook).map(\.id) == [events[1]])
    #expect(try temporary.ledger.eventsAside(for: .webhook, limit: 10).map(\.id) == [events[0]])
    #expect(try temporary.ledger.outboxCount(of: .webhook) == OutboxCount(waiting: 1, aside: 1, oldest: Sample.time(1)))
    try temporary.ledger.delivered(events, to: .webhook)
    #expect(try temporary.ledger.outboxCount(of: .webhook) == OutboxCount())
  }

  @Test("what waits for a target that is no more is forgotten, a slice at a time")
  func forgotten() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook, .program])
    for number in 0..<3 { try temporary.sort("\(number).jpg") }
    #expect(try temporary.ledger.forgetEvents(of: .webhook, limit: 2) == 2)
    #expect(try temporary.ledger.forgetEvents(of: .webhook, limit: 2) == 1)
    #expect(try temporary.ledger.forgetEvents(of: .webhook, limit: 2) == 0)
    #expect(try temporary.ledger.outboxCount(of: .webhook) == OutboxCount())
    #expect(try temporary.ledger.outboxCount(of: .program).waiting == 3)
  }

  @Test("pruning keeps rows that a hook is still to be told of")
  func pruning() throws {
    let temporary = try TemporaryLedger()
    temporary.ledger.tell([.webhook])
    let picture = try temporary.sort(at: 1)
    try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 2)
    let events = try waiting(temporary.ledger, .webhook).map(\.id)
    let limits = PruneLimits(olderThan: Sample.time(100), keepBytes: nil)
    #expect(try temporary.ledger.prune(limits).removed == 0)
    try temporary.ledger.delivered(events, to: .webhook)
    #expect(try temporary.ledger.prune(limits).removed == 1)
    try temporary.ledger.quickCheck()
  }
}
