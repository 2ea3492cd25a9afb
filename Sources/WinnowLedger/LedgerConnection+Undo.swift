internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Which moves can be taken back.
extension LedgerConnection {
  /// A row that an undo can take back: Winnow moved the file, nobody took that back, and it is no undo itself.
  private static let isCandidate = "h.moved = 1 AND h.undone_by IS NULL AND h.outcome <> 'undone'"

  /// A row of a picture, or of a companion whose picture is no more. Other companions go with their pictures.
  private static let isOfLead = """
    NOT EXISTS (SELECT 1 FROM picture c JOIN picture l ON l.id = c.companion_of WHERE c.id = h.picture AND l.gone = 0)
    """

  /// The part of the ledger that an undo is about.
  struct UndoScope {
    var run: Int64?
    var since: Timestamp?

    func contains(_ row: HistoryRow) -> Bool {
      (run.map { $0 == row.run } ?? true) && (since.map { row.time >= $0 } ?? true)
    }
  }

  /// The numbers of the rows that a walk through the scope has to look at; nil where there are none.
  func rows(of scope: UndoScope) throws -> ClosedRange<Int64>? {
    let bounds: (Int64, Int64)?? =
      if let run = scope.run {
        try first("SELECT min(id), max(id) FROM history WHERE run = ?", [run], Self.bounds)
      } else {
        try first("SELECT (SELECT min(id) FROM history), (SELECT max(id) FROM history)", [], Self.bounds)
      }
    return bounds?.map { $0.0...$0.1 }
  }

  private static func bounds(_ row: StoredRow) -> (Int64, Int64)? {
    guard let low = row.optionalInteger(0), let high = row.optionalInteger(1), low <= high else { return nil }
    return (low, high)
  }

  /// Looks at the rows of `slice`, newest first, and adds what they say to `page` until it holds `limit` entries;
  /// `page.next` is then the row to go on from, else nil.
  func collectUndo(_ scope: UndoScope, slice: ClosedRange<Int64>, limit: Int, into page: inout UndoPage) throws {
    let room = limit - page.steps.count - page.refused.count
    // The plus keeps SQLite from going through a whole run for each slice of it.
    let rows = try all(
      """
      \(Self.historyColumns)
      WHERE h.id BETWEEN ?1 AND ?2 AND \(Self.isCandidate) AND \(Self.isOfLead)
        AND (?3 IS NULL OR +h.run = ?3) AND (?4 IS NULL OR +h.time >= ?4)
      ORDER BY h.id DESC LIMIT ?5
      """,
      [
        slice.lowerBound, slice.upperBound, scope.run, scope.since?.nanoseconds, room,
      ], historyRow)
    page.next = nil
    for row in rows {
      page.next = row.id
      // Older moves of a picture go with its newest one in the scope.
      guard let newest = try newestCandidate(of: row.picture), newest.id == row.id || !scope.contains(newest) else {
        continue
      }
      guard let picture = try knownPicture(row.picture)?.record else { continue }
      if let reason = try obstacle(to: row, newest: newest) {
        page.refused.append(UndoRefusal(path: picture.place.absolute, reason: reason))
      } else if var step = try takingAway(try step(from: row, of: picture, scope: scope), into: &page) {
        step.companions = try companionsGoingBack(with: step, into: &page)
        page.steps.append(step)
      }
    }
    if rows.count < room { page.next = nil }
  }

  /// The last move of the picture at `path`, or why it cannot be taken back.
  func undo(path: FilePath, seen: inout Set<Int64>, into page: inout UndoPage) throws {
    guard let named = try picture(namedBy: path), let lead = try lead(of: named),
      let picture = try knownPicture(lead)?.record
    else {
      return page.refused.append(UndoRefusal(path: path, reason: .unknown))
    }
    let id = picture.id
    guard seen.insert(id).inserted else { return }
    guard let row = try newestCandidate(of: id) else {
      let everMoved = try exists("SELECT 1 FROM history WHERE picture = ? AND moved = 1 LIMIT 1", [id])
      return page.refused.append(UndoRefusal(path: path, reason: everMoved ? .alreadyUndone : .neverMoved))
    }
    if let reason = try obstacle(to: row, newest: row) {
      page.refused.append(UndoRefusal(path: path, reason: reason))
    } else if var step = try takingAway(
      UndoStep(row: row, picture: picture, destination: row.from, outcome: .undone), into: &page)
    {
      step.companions = try companionsGoingBack(with: step, into: &page)
      page.steps.append(step)
    }
  }

  /// The picture that a companion goes with, while it is there; any other is its own.
  private func lead(of picture: Int64) throws -> Int64? {
    try first(
      """
      SELECT coalesce((SELECT l.id FROM picture l WHERE l.id = p.companion_of AND l.gone = 0), p.id)
      FROM picture p WHERE p.id = ?
      """, [picture]
    ) { try $0.integer(0) }
  }

  /// What came with a picture to where it is and goes back with it. What somebody moved away is refused.
  private func companionsGoingBack(with lead: UndoStep, into page: inout UndoPage) throws -> [UndoStep] {
    var steps: [UndoStep] = []
    for companion in try companions(of: lead.picture.id) {
      guard let newest = try newestCandidate(of: companion.id) else { continue }
      if let reason = try obstacle(to: newest, newest: newest) {
        page.refused.append(UndoRefusal(path: companion.place.absolute, reason: reason))
        continue
      }
      let moves = try all(
        "\(Self.historyColumns) WHERE h.picture = ? AND \(Self.isCandidate) ORDER BY h.id DESC", [companion.id],
        historyRow)
      var oldest = newest
      for earlier in moves.dropFirst() where oldest.action == .move {
        guard oldest.from.folder != lead.destination.folder, earlier.to?.absolute == oldest.from.absolute else { break }
        oldest = earlier
      }
      guard oldest.from.folder.absolute == lead.destination.folder.absolute else { continue }
      let step = UndoStep(row: oldest, picture: companion, destination: oldest.from, outcome: .undone)
      if let step = try takingAway(step, into: &page) { steps.append(step) }
    }
    return steps
  }

  /// The picture that is at the path now, or else the one that was there last.
  private func picture(namedBy path: FilePath) throws -> Int64? {
    guard let place = StoredPlace(absolute: path), let folder = try existingNumber(ofFolder: place.folder) else {
      return nil
    }
    return try first(
      "SELECT id FROM picture WHERE folder = ? AND name = ? AND gone = 0 ORDER BY id DESC LIMIT 1",
      [folder, place.name.blob]
    ) { try $0.integer(0) }
      ?? first(
        """
        SELECT picture FROM (
          SELECT id, picture FROM history WHERE from_folder = ?1 AND from_name = ?2
          UNION ALL SELECT id, picture FROM history WHERE to_folder = ?1 AND to_name = ?2)
        ORDER BY id DESC LIMIT 1
        """, [folder, place.name.blob]
      ) { try $0.integer(0) }
  }

  private func newestCandidate(of picture: Int64) throws -> HistoryRow? {
    try first(
      "\(Self.historyColumns) WHERE h.picture = ? AND \(Self.isCandidate) ORDER BY h.id DESC LIMIT 1", [picture],
      historyRow)
  }

  private func obstacle(to row: HistoryRow, newest: HistoryRow) throws -> UndoRefusal.Reason? {
    if newest.id != row.id { return .movedSince }
    if row.action.placesMark ? try mark(of: row) != nil : try isStill(row.picture, at: row.to) { return nil }
    let wasMoved = try exists(
      "SELECT 1 FROM history WHERE picture = ? AND id > ? AND moved = 0 AND to_folder IS NOT NULL LIMIT 1",
      [row.picture, row.id])
    return wasMoved ? .movedByPerson : .gone
  }

  /// The step, with what it takes away and for what; nil, and a refusal, where that picture is not known to be there.
  private func takingAway(_ step: UndoStep, into page: inout UndoPage) throws -> UndoStep? {
    guard step.row.action != .move else { return step }
    var step = step
    step.action = step.row.action
    if step.action.placesMark {
      step.mark = try mark(of: step.row)
      step.original = step.picture.fingerprint
    } else {
      step.original = try twin(of: step.picture, at: step.destination)?.fingerprint
    }
    if step.original != nil { return step }
    page.refused.append(UndoRefusal(path: step.picture.place.absolute, reason: .originalGone))
    return nil
  }

  /// The mark that a row placed, where the ledger still has it.
  private func mark(of row: HistoryRow) throws -> PictureRecord? {
    guard let picture = try knownPicture(row.picture)?.record, let place = row.to else { return nil }
    return try twin(of: picture, at: place)
  }

  private func twin(of picture: PictureRecord, at place: Place) throws -> PictureRecord? {
    let stored = try StoredPlace(place)
    guard let folder = try existingNumber(ofFolder: stored.folder) else { return nil }
    return try first(
      Self.pictureColumns + " WHERE p.folder = ? AND p.name = ? AND p.gone = 0 AND p.companion_of = ? AND p.id <> ?",
      [folder, stored.name.blob, picture.companionOf ?? picture.id, picture.id], knownPicture)?.record
  }

  private func isStill(_ picture: Int64, at place: Place?) throws -> Bool {
    guard let place = try place.map({ try StoredPlace($0) }) else { return false }
    return try exists(
      "SELECT 1 FROM picture p JOIN folder f ON f.id = p.folder WHERE p.id = ? AND gone = 0 AND f.path = ? AND name = ?",
      [picture, place.folder.blob, place.name.blob])
  }

  /// Takes back `row` and every earlier move in the scope that led without a gap to where `row` began.
  private func step(from row: HistoryRow, of picture: PictureRecord, scope: UndoScope) throws -> UndoStep {
    var oldest = row
    let rows = try Row.fetchCursor(
      database.cachedStatement(
        sql: "\(Self.historyColumns) WHERE h.picture = ? AND h.id < ? AND \(Self.isCandidate) ORDER BY h.id DESC"),
      arguments: [picture.id, row.id])
    while let earlier = try rows.next().map({ try historyRow(StoredRow($0)) }) {
      guard oldest.action == .move, scope.contains(earlier), earlier.to?.absolute == oldest.from.absolute
      else { break }
      oldest = earlier
    }
    return UndoStep(row: oldest, picture: picture, destination: oldest.from, outcome: .undone)
  }

  /// The undos of a run that were not taken back themselves, newest first.
  func redo(run: Int64, after: Int64?, limit: Int) throws -> UndoPage {
    let rows = try all(
      """
      \(Self.historyColumns)
      WHERE h.run = ? AND h.moved = 1 AND h.undone_by IS NULL AND h.outcome = 'undone' AND h.id < ?
        AND \(Self.isOfLead)
      ORDER BY h.id DESC LIMIT ?
      """, [run, after ?? .max, limit], historyRow)
    var page = UndoPage(steps: [], refused: [], next: rows.count < limit ? nil : rows.last?.id)
    for row in rows {
      guard let picture = try knownPicture(row.picture)?.record else { continue }
      if try isStill(row.picture, at: row.to) {
        var step = UndoStep(
          row: row, picture: picture, destination: row.from, outcome: try outcome(undoneBy: row.id))
        step.action = row.action
        step.companions = try companionsGoingAgain(with: step, run: run, into: &page)
        page.steps.append(step)
      } else {
        page.refused.append(UndoRefusal(path: picture.place.absolute, reason: .gone))
      }
    }
    return page
  }

  private func companionsGoingAgain(
    with lead: UndoStep, run: Int64, into page: inout UndoPage
  ) throws -> [UndoStep] {
    var steps: [UndoStep] = []
    for companion in try companions(of: lead.picture.id) {
      let row = try first(
        """
        \(Self.historyColumns)
        WHERE h.picture = ? AND h.run = ? AND h.moved = 1 AND h.undone_by IS NULL AND h.outcome = 'undone'
        ORDER BY h.id DESC LIMIT 1
        """, [companion.id, run], historyRow)
      guard let row else { continue }
      if try isStill(companion.id, at: row.to) {
        var step = UndoStep(
          row: row, picture: companion, destination: row.from, outcome: try outcome(undoneBy: row.id))
        step.action = row.action
        steps.append(step)
      } else {
        page.refused.append(UndoRefusal(path: companion.place.absolute, reason: .gone))
      }
    }
    return steps
  }

  /// What the newest of the rows taken back said; `sorted` where they are pruned.
  private func outcome(undoneBy row: Int64) throws -> HistoryOutcome {
    try first(
      """
      SELECT outcome FROM history
      WHERE picture = (SELECT picture FROM history WHERE id = ?1) AND undone_by = ?1 ORDER BY id DESC LIMIT 1
      """, [row]
    ) { try $0.word(0, as: HistoryOutcome.self) } ?? .sorted
  }
}
