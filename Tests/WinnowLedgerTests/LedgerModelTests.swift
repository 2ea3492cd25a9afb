import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

/// Random work on a ledger and on a few dictionaries at once; both must say the same all the time.
@Suite("The ledger against a simple model")
struct LedgerModelTests {
  private struct Picture: Equatable {
    var place: Place
    var state: PictureState
    var isDecided: Bool
  }

  @Test("any sequence of commits, crashes, undos and redos agrees with the model", arguments: 1...6)
  func agreement(seed: UInt64) throws {
    let temporary = try TemporaryLedger()
    let ledger = temporary.ledger
    var random = SeededGenerator(seed: seed)
    var pictures: [Int64: Picture] = [:]
    var open: [MoveIntent] = []
    var rows = 0
    var lastFailure: [Int64: Bool] = [:]

    func outcome(of intent: MoveIntent) -> MoveOutcome {
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        if pictures[intent.picture]?.isDecided == false { pictures[intent.picture] = nil }
        return Sample.abandonment(of: intent, .startAnew)
      case 1:
        return Sample.abandonment(of: intent, .refuse)
      case 2, 3:
        if intent.undoes == nil {
          pictures[intent.picture]?.state = .failed
          pictures[intent.picture]?.isDecided = true
        }
        if lastFailure[intent.picture] != true { rows += 1 }
        lastFailure[intent.picture] = true
        return Sample.abandonment(of: intent, .wait)
      default:
        pictures[intent.picture] = Picture(place: intent.destination, state: intent.outcome.state, isDecided: true)
        rows += 1
        lastFailure[intent.picture] = false
        return Sample.arrival(of: intent)
      }
    }

    for step in 0..<120 {
      var batch = LedgerBatch()
      open.shuffle(using: &random)
      for _ in 0..<Int.random(in: 0...open.count, using: &random) {
        batch.outcomes.append(outcome(of: open.removeLast()))
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        for number in 0..<Int.random(in: 1...5, using: &random) {
          let picture = Sample.picture(ledger.nextPictureID(), name: "\(step)-\(number).jpg")
          pictures[picture.id] = Picture(place: picture.place, state: picture.state, isDecided: false)
          batch.pictures.append(picture)
          open.append(
            temporary.intent(
              for: picture, to: Sample.sorted("daisy/\(step)-\(number).jpg"),
              outcome: [.sorted, .review, .quarantined].randomElement(using: &random) ?? .sorted))
          batch.intents.append(open[open.count - 1])
        }
      case 2:
        let picture = Sample.picture(ledger.nextPictureID(), name: "note \(step)", reason: "no picture")
        pictures[picture.id] = Picture(place: picture.place, state: .left, isDecided: true)
        rows += 1
        batch.notes.append(PictureNote(picture: picture, outcome: .left, by: "winnowd", run: temporary.run))
      default: break
      }
      try ledger.commit(batch)
      // Now and then take back or repeat something of what lies still.
      if step % 3 == 0 {
        let busy = Set(open.map(\.picture))
        let page = try step % 2 == 0 ? ledger.undoable(.all, limit: 5) : redoable(ledger)
        let steps = page.steps.filter { !busy.contains($0.picture.id) }
        let run = try ledger.beginRun(kind: step % 2 == 0 ? .undo : .redo, by: "winnowd", at: Sample.time(1))
        let intents = steps.map {
          temporary.intent(for: $0.picture, to: $0.destination, outcome: $0.outcome, run: run, undoes: $0.row.id)
        }
        for step in steps {
          #expect(pictures[step.picture.id]?.place == step.picture.place)
          #expect(
            step.outcome == .undone ? step.destination.root == Sample.inbox : step.destination.root == Sample.output)
        }
        try ledger.commit(outcomes: [], intents: intents)
        open += intents
      }
      if step % 20 == 19 {
        let found = try temporary.afterCrash()
        try check(found, pictures, open: open, rows: rows)
        try found.quickCheck()
      }
    }
    try check(ledger, pictures, open: open, rows: rows)
    try ledger.quickCheck()
  }

  private func redoable(_ ledger: Ledger) throws -> UndoPage { try ledger.redoable(limit: 5) }

  private func check(_ ledger: Ledger, _ pictures: [Int64: Picture], open: [MoveIntent], rows: Int) throws {
    #expect(try ledger.openIntents() == open.sorted { $0.id < $1.id })
    var counts: [PictureState: Int] = [:]
    for (id, expected) in pictures {
      let known = try #require(try ledger.picture(id: id))
      #expect(known.record.place == expected.place)
      #expect(known.isDecided == expected.isDecided)
      #expect(try ledger.picture(at: expected.place.absolute)?.record.id == id)
      if expected.isDecided {
        #expect(known.record.state == expected.state)
        counts[expected.state, default: 0] += 1
      }
    }
    #expect(try ledger.counts()["camera", default: [:]] == counts)
    #expect(try ledger.history(HistoryQuery(limit: 100_000)).rows.count == rows)
  }
}
