internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// Intents, their outcomes, and notes.
extension LedgerConnection {
  func apply(_ batch: LedgerBatch) throws {
    for outcome in batch.outcomes { try close(outcome) }
    for picture in batch.pictures { try put(picture) }
    for intent in batch.intents { try open(intent) }
    for note in batch.notes { try record(note) }
    for folder in batch.madeFolders { try recordMade(folder) }
  }

  private func open(_ intent: MoveIntent) throws {
    let arguments: [(any DatabaseValueConvertible)?] = [
      intent.id, intent.picture, intent.run, intent.source.root.bytes.blob, intent.source.relative.bytes.blob,
      intent.destination.root.bytes.blob, intent.destination.relative.bytes.blob,
      StoredFingerprint.encode(intent.fingerprint).blob, intent.digest?.bytes.blob, intent.outcome.rawValue,
      intent.reason, intent.begun.nanoseconds, try number(ofWord: intent.by), intent.undoes, intent.numbersTakenNames,
      intent.temporaryName?.blob, intent.copied.map { StoredFingerprint.encode($0).blob }, intent.retiredName?.blob,
      intent.placeholder.rawValue, try intent.label.map(number(ofWord:)), intent.lead, intent.action.stored,
      intent.twin, intent.original.map { StoredFingerprint.encode($0).blob },
      intent.rights.map { StoredRights.encode($0).blob }, intent.rightsBefore.map { StoredRights.encode($0).blob },
    ]
    try run(
      """
      INSERT INTO intent (id, picture, run, source_root, source_path, destination_root, destination_path, fingerprint,
        digest, outcome, reason, begun, asked_by, undoes, numbers_taken_names, temporary_name, copied, retired_name,
        placeholder, label, lead, action, twin, original, rights, rights_before)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, StatementArguments(arguments))
  }

  /// Replaces what can change while an intent is open; an intent that is closed stays closed.
  func amend(_ intent: MoveIntent) throws {
    let arguments: [(any DatabaseValueConvertible)?] = [
      intent.source.root.bytes.blob, intent.source.relative.bytes.blob, intent.destination.root.bytes.blob,
      intent.destination.relative.bytes.blob, StoredFingerprint.encode(intent.fingerprint).blob,
      intent.digest?.bytes.blob, intent.reason, intent.temporaryName?.blob,
      intent.copied.map { StoredFingerprint.encode($0).blob }, intent.retiredName?.blob,
      intent.placeholder.rawValue, intent.id,
    ]
    try run(
      """
      UPDATE intent SET source_root = ?, source_path = ?, destination_root = ?, destination_path = ?, fingerprint = ?,
        digest = ?, reason = ?, temporary_name = ?, copied = ?, retired_name = ?,
        placeholder = ?
      WHERE id = ?
      """, StatementArguments(arguments))
  }

  /// - Parameter id: nil for all.
  func openIntents(only id: Int64? = nil) throws -> [MoveIntent] {
    try all(
      """
      SELECT id, picture, run, source_root, source_path, destination_root, destination_path, fingerprint, digest,
        outcome, reason, begun, asked_by, undoes, numbers_taken_names, temporary_name, copied, retired_name,
        placeholder, label, lead, action, twin, original, rights, rights_before
      FROM intent WHERE ?1 IS NULL OR id = ?1 ORDER BY id
      """, [id]
    ) { row in
      var intent = MoveIntent(
        id: try row.integer(0), picture: try row.integer(1), run: try row.integer(2),
        source: Place(root: FilePath(bytes: try row.bytes(3)), relative: FilePath(bytes: try row.bytes(4))),
        destination: Place(root: FilePath(bytes: try row.bytes(5)), relative: FilePath(bytes: try row.bytes(6))),
        fingerprint: try StoredFingerprint.decode(row.bytes(7)), digest: try row.optionalBytes(8).map(digest),
        outcome: try row.word(9, as: HistoryOutcome.self), reason: try row.text(10),
        begun: Timestamp(nanoseconds: try row.integer(11)), by: try word(row.integer(12)),
        undoes: row.optionalInteger(13), numbersTakenNames: try row.flag(14))
      intent.temporaryName = row.optionalBytes(15)
      intent.copied = try row.optionalBytes(16).map(StoredFingerprint.decode)
      intent.retiredName = row.optionalBytes(17)
      intent.placeholder = PlaceholderUse(rawValue: try row.integer(18)) ?? .forbidden
      intent.label = try row.optionalInteger(19).map(word)
      intent.lead = row.optionalInteger(20)
      intent.action = try PlacingAction(stored: row.optionalText(21))
      intent.twin = row.optionalInteger(22)
      intent.original = try row.optionalBytes(23).map(StoredFingerprint.decode)
      intent.rights = try row.optionalBytes(24).map(StoredRights.decode)
      intent.rightsBefore = try row.optionalBytes(25).map(StoredRights.decode)
      return intent
    }
  }

  private func close(_ outcome: MoveOutcome) throws {
    let intent = outcome.intent
    // Closed already: a replay.
    guard try run("DELETE FROM intent WHERE id = ?", [intent.id]) == 1 else { return }
    switch outcome.result {
    case .arrived(let fingerprint): try arrive(intent, fingerprint: fingerprint, time: outcome.time)
    case .abandoned(let error, .wait): try fail(intent, reason: error.sentence, time: outcome.time)
    case .abandoned(_, .startAnew): try removeIfForgotten(picture: intent.picture)
    case .abandoned(_, .refuse): break
    }
  }

  private func arrive(_ intent: MoveIntent, fingerprint: FileFingerprint, time: Timestamp) throws {
    // A picture that only gets a mark stays.
    let stays = intent.action.placesMark && !intent.takesAway
    let place = try StoredPlace(stays ? intent.source : intent.destination)
    let folder = try number(ofFolder: place.folder)
    let standing = try standing(after: intent)
    let arguments: [(any DatabaseValueConvertible)?] = [
      folder, place.name.blob, place.rootLength, standing.state.rawValue, time.nanoseconds, intent.reason,
      StoredFingerprint.encode(stays ? intent.fingerprint : fingerprint).blob,
      intent.takesAway ? nil : intent.digest?.bytes.blob, intent.picture,
    ]
    try run(
      """
      UPDATE picture SET folder = ?, name = ?, root_length = ?, state = ?, decided = 1, released = 0, gone = 0,
        skipped = 0, time = ?, reason = ?, fingerprint = ?, digest = coalesce(?, digest)
      WHERE id = ?
      """, StatementArguments(arguments))
    try label(intent.picture, standing.label, by: intent.by, time: time)
    try put(nil, ofPicture: intent.picture, isRevised: false)
    try retireOthers(thanPicture: intent.picture, folder: folder, name: place.name)
    if intent.takesAway {
      let taken = try StoredPlace(intent.source)
      try retireOthers(
        thanPicture: intent.picture, folder: try number(ofFolder: taken.folder), name: taken.name)
    } else {
      try putTwin(of: intent, arrived: fingerprint, time: time)
    }
    let row = try addHistory(
      NewHistoryRow(
        picture: intent.picture, run: intent.run, outcome: intent.outcome, from: intent.source,
        to: intent.destination, moved: true, reason: intent.reason, time: time, by: intent.by,
        undoes: intent.undoes, label: intent.outcome == .undone ? nil : standing.label, action: intent.action,
        rightsBefore: intent.rightsBefore))
    if let undoes = intent.undoes { try markUndone(undoes, by: row, picture: intent.picture, outcome: intent.outcome) }
  }

  /// The second file that is there now: the picture that stays where a copy was placed, or the mark that was placed for
  /// it. It is Winnow's own doing, and left alone.
  private func putTwin(of intent: MoveIntent, arrived fingerprint: FileFingerprint, time: Timestamp) throws {
    guard let id = intent.twin, let picture = try knownPicture(intent.picture)?.record else { return }
    let isMark = intent.action.placesMark
    try put(
      PictureRecord(
        id: id, inbox: picture.inbox, place: isMark ? intent.destination : intent.source, state: .left,
        fingerprint: isMark ? fingerprint : intent.fingerprint,
        reason: isMark ? "stands for \(intent.source)" : "it is also at \(intent.destination)",
        digest: isMark ? nil : intent.digest, facts: nil, top: [], model: nil, time: time,
        companionOf: picture.companionOf ?? picture.id))
    try run("UPDATE picture SET decided = 1 WHERE id = ?", [id])
  }

  /// How a picture stands once it has arrived, and the class a person gave it. What an undo brings back to where an
  /// earlier move had put it stands as it did then: in review, it is asked about again. Otherwise it is held.
  private func standing(after intent: MoveIntent) throws -> (state: PictureState, label: String?) {
    guard let undoes = intent.undoes else { return (intent.outcome.state, intent.label) }
    if intent.outcome != .undone {
      let label = try first(
        "SELECT label FROM history WHERE picture = ? AND undone_by = ? ORDER BY id DESC LIMIT 1",
        [intent.picture, undoes]
      ) { try $0.optionalInteger(0).map(word) }
      return (intent.outcome.state, label ?? nil)
    }
    let before = try first(
      """
      \(Self.historyColumns)
      WHERE h.picture = ? AND h.id < ? AND h.undone_by IS NULL AND h.to_folder IS NOT NULL AND h.outcome <> 'undone'
      ORDER BY h.id DESC LIMIT 1
      """, [intent.picture, undoes], historyRow)
    guard let before, before.to?.absolute == intent.destination.absolute else { return (.held, nil) }
    return (before.outcome.state, before.label)
  }

  private func label(_ picture: Int64, _ label: String?, by: String, time: Timestamp) throws {
    try run(
      "UPDATE picture SET label = ?, labelled = ?, labelled_by = ? WHERE id = ?",
      [
        try label.map(number(ofWord:)), label == nil ? nil : time.nanoseconds,
        label == nil ? nil : try number(ofWord: by), picture,
      ])
  }

  /// A redo takes back the one undo it names. An undo takes back the move it names and with it every later one of the
  /// picture: the picture went back to where it was before them all.
  private func markUndone(_ row: Int64, by newRow: Int64, picture: Int64, outcome: HistoryOutcome) throws {
    if outcome == .undone {
      try run(
        """
        UPDATE history SET undone_by = ?
        WHERE picture = ? AND id >= ? AND id < ? AND moved = 1 AND undone_by IS NULL AND outcome <> 'undone'
        """, [newRow, picture, row, newRow])
    } else {
      try run("UPDATE history SET undone_by = ? WHERE id = ? AND picture = ?", [newRow, row, picture])
    }
  }

  /// A move that waits for a fault to pass. One that a person asked for leaves the picture in the state it is in.
  private func fail(_ intent: MoveIntent, reason: String, time: Timestamp) throws {
    if intent.undoes == nil, intent.label == nil {
      try run(
        "UPDATE picture SET state = 'failed', decided = 1, released = 0, reason = ?, time = ? WHERE id = ?",
        [reason, time.nanoseconds, intent.picture])
    }
    guard try !lastRow(of: intent.picture, says: .failed, reason: reason) else { return }
    try addHistory(
      NewHistoryRow(
        picture: intent.picture, run: intent.run, outcome: .failed, from: intent.source, to: nil, moved: false,
        reason: reason, time: time, by: intent.by, undoes: nil))
  }

  private func record(_ note: PictureNote) throws {
    var picture = note.picture
    picture.state = note.outcome.state
    let known = try knownPicture(picture.id)
    let before = known?.record.place
    let isRevised = try note.plan != nil && revisesPlan(picture)
    try put(picture)
    try put(note.plan, ofPicture: picture.id, isRevised: isRevised)
    try run("UPDATE picture SET decided = 1, skipped = ? WHERE id = ?", [note.isSkipped, picture.id])
    let label: String?
    switch note.label {
    case .keep: label = known?.label
    case .set(let given): label = given
    case .clear: label = nil
    }
    if note.label != .keep { try self.label(picture.id, label, by: note.by, time: picture.time) }
    // A person moved it when it lies elsewhere than it did.
    let wasMoved = before.map { $0.absolute != picture.place.absolute } ?? false
    guard try wasMoved || !lastRow(of: picture.id, says: note.outcome, reason: picture.reason) else { return }
    try addHistory(
      NewHistoryRow(
        picture: picture.id, run: note.run, outcome: note.outcome,
        from: wasMoved ? before ?? picture.place : picture.place,
        to: wasMoved ? picture.place : nil, moved: false, reason: picture.reason, time: picture.time, by: note.by,
        undoes: nil, label: label, isNews: note.isNews))
  }
}
