import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

/// A ledger in a folder of its own that goes with it, and the pictures and moves to fill it.
final class TemporaryLedger {
  let folder: URL
  let ledger: Ledger
  let run: Int64

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    ledger = try Ledger(path: FilePath(folder.path).appending("ledger.db"))
    run = try ledger.beginRun(kind: .daemon, by: "winnowd", at: Sample.time(0))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var path: FilePath { FilePath(folder.path).appending("ledger.db") }

  /// What the next start would find if the machine stopped now: the files as they are, nothing closed.
  func afterCrash() throws -> Ledger {
    let copy = folder.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    for name in ["ledger.db", "ledger.db-wal"] {
      let file = folder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try FileManager.default.copyItem(at: file, to: copy.appendingPathComponent(name))
    }
    return try Ledger(path: FilePath(copy.path).appending("ledger.db"))
  }

  /// A picture that arrived in the inbox and an intent to sort it, committed.
  @discardableResult
  func begin(
    _ name: String = "a.jpg", to destination: Place? = nil, outcome: HistoryOutcome = .sorted, run: Int64? = nil
  ) throws -> MoveIntent {
    let picture = Sample.picture(ledger.nextPictureID(), name: name)
    let intent = self.intent(
      for: picture, to: destination ?? Sample.sorted("daisy/" + name), outcome: outcome, run: run)
    try ledger.commit(LedgerBatch(pictures: [picture], intents: [intent]))
    return intent
  }

  /// A picture that was sorted.
  @discardableResult
  func sort(
    _ name: String = "a.jpg", to destination: Place? = nil, outcome: HistoryOutcome = .sorted, run: Int64? = nil,
    at seconds: Int64 = 10
  ) throws -> Int64 {
    let intent = try begin(name, to: destination, outcome: outcome, run: run)
    try ledger.commit(outcomes: [Sample.arrival(of: intent, at: seconds)], intents: [])
    return intent.picture
  }

  func intent(
    for picture: PictureRecord, to destination: Place, outcome: HistoryOutcome, run: Int64? = nil, undoes: Int64? = nil
  ) -> MoveIntent {
    MoveIntent(
      id: ledger.nextIntentID(), picture: picture.id, run: run ?? self.run, source: picture.place,
      destination: destination, fingerprint: picture.fingerprint, digest: picture.digest, outcome: outcome,
      reason: "as asked", begun: Sample.time(1), by: "winnowd", undoes: undoes, numbersTakenNames: undoes == nil)
  }

  /// Moves the picture on from where it is.
  func move(_ id: Int64, to destination: Place, outcome: HistoryOutcome, run: Int64? = nil, at seconds: Int64) throws {
    let picture = try #require(try ledger.picture(id: id)).record
    let intent = intent(for: picture, to: destination, outcome: outcome, run: run)
    try ledger.commit(outcomes: [], intents: [intent])
    try ledger.commit(outcomes: [Sample.arrival(of: intent, at: seconds)], intents: [])
  }

  /// Carries out every step, as the daemon would.
  func carryOut(_ steps: [UndoStep], run: Int64, at seconds: Int64) throws {
    for step in steps {
      let intent = intent(
        for: step.picture, to: step.destination, outcome: step.outcome, run: run, undoes: step.row.id)
      try ledger.commit(outcomes: [], intents: [intent])
      try ledger.commit(outcomes: [Sample.arrival(of: intent, at: seconds)], intents: [])
    }
  }

  func rows(_ query: HistoryQuery = HistoryQuery(newestFirst: false)) throws -> [HistoryRow] {
    var rows: [HistoryRow] = []
    var query = query
    repeat {
      let page = try ledger.history(query)
      rows += page.rows
      query.after = page.next
    } while query.after != nil
    return rows
  }
}

extension TemporaryLedger {
  /// Bytes of one of the ledger's files.
  func fileSize(_ name: String) throws -> Int64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.appendingPathComponent(name).path)
    return (attributes[.size] as? NSNumber)?.int64Value ?? -1
  }
}
