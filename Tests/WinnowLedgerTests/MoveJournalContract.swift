import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

/// What every `MoveJournal` promises, the ledger and the doubles of tests alike.
///
/// - Parameters:
///   - make: a new, empty journal that knows the pictures with these numbers.
///   - reopened: what the next start finds of the journal when everything stops now.
func journalContract(
  make: (_ pictures: ClosedRange<Int64>) throws -> any MoveJournal,
  reopened: (any MoveJournal) throws -> any MoveJournal
) throws {
  func intent(_ id: Int64) -> MoveIntent {
    var intent = MoveIntent(
      id: id, picture: id, run: 1, source: Sample.arriving("\(id).jpg"), destination: Sample.sorted("daisy/\(id).jpg"),
      fingerprint: Sample.fingerprint(id), digest: Sample.digest(id), outcome: .sorted, reason: "reason \(id)",
      begun: Sample.time(id), by: "winnowd", undoes: id == 2 ? 77 : nil, numbersTakenNames: id != 2)
    if id == 3 {
      intent.action = .copy
      intent.twin = 500
      intent.original = Sample.fingerprint(98)
      intent.rights = FileRights(mode: 0o604, group: 7)
      intent.rightsBefore = FileRights(mode: 0o640, owner: 0, group: .max - 1)
    }
    return intent
  }
  let journal = try make(1...9)
  #expect(try journal.openIntents().isEmpty)

  // Intents come back whole, oldest first, and survive everything.
  try journal.commit(outcomes: [], intents: [intent(2), intent(1)])
  try journal.commit(outcomes: [], intents: [intent(3)])
  #expect(try journal.openIntents() == [intent(1), intent(2), intent(3)])
  #expect(try reopened(journal).openIntents() == [intent(1), intent(2), intent(3)])

  // Amended names are durable.
  var amended = intent(2)
  amended.destination = Sample.sorted("daisy/2-2.jpg")
  amended.temporaryName = Array(".winnow-2".utf8)
  amended.copied = Sample.fingerprint(99)
  amended.retiredName = [0xFF, 0x0A, 0x20]
  amended.placeholder = .used
  try journal.amend([amended])
  #expect(try journal.openIntents() == [intent(1), amended, intent(3)])
  #expect(try reopened(journal).openIntents() == [intent(1), amended, intent(3)])

  // Outcomes close intents, however they ended; one commit closes some and opens others.
  try journal.commit(
    outcomes: [Sample.arrival(of: amended), Sample.abandonment(of: intent(3), .wait)], intents: [intent(4)])
  #expect(try journal.openIntents() == [intent(1), intent(4)])
  try journal.commit(
    outcomes: [Sample.abandonment(of: intent(1), .startAnew), Sample.abandonment(of: intent(4), .refuse)], intents: [])
  #expect(try journal.openIntents().isEmpty)
  #expect(try reopened(journal).openIntents().isEmpty)

  // An outcome that is told again, and an amendment that comes too late, change nothing.
  try journal.commit(outcomes: [Sample.arrival(of: amended), Sample.abandonment(of: intent(1), .wait)], intents: [])
  try journal.amend([amended])
  #expect(try journal.openIntents().isEmpty)

  // Nothing at all may be committed.
  try journal.commit(outcomes: [], intents: [])
  try journal.amend([])
}

@Suite("The ledger as a journal of moves")
struct LedgerJournalTests {
  @Test("the ledger keeps the contract of a move journal")
  func contract() throws {
    var temporary: TemporaryLedger?
    try journalContract(
      make: { pictures in
        let made = try TemporaryLedger()
        temporary = made
        try made.ledger.commit(LedgerBatch(pictures: pictures.map { Sample.picture($0, name: "\($0).jpg") }))
        return made.ledger
      },
      reopened: { _ in try #require(temporary).afterCrash() })
  }
}
