internal import GRDB
internal import SystemPackage
internal import WinnowCore

/// A row of history about to be written; what else it says is copied from the picture as it is now.
struct NewHistoryRow {
  var picture: Int64
  var run: Int64
  var outcome: HistoryOutcome
  var from: Place
  var to: Place?
  var moved: Bool
  var reason: String
  var time: Timestamp
  var by: String
  var undoes: Int64?
  /// The class that a person gave with it.
  var label: String?
  var action = PlacingAction.move
  var rightsBefore: FileRights?
  var isNews = true
}

/// Rows of `history`.
extension LedgerConnection {
  /// Begins every query that `historyRow` decodes; `h` is the row.
  static let historyColumns = """
    SELECT h.id, h.picture, h.inbox, s.path, h.from_name, h.from_root_length, d.path, h.to_name, h.to_root_length,
      h.moved, h.outcome, h.reason, h.class, h.probability, h.model, h.model_version, h.time, h.digest, h.run,
      h.asked_by, h.undoes, h.undone_by, h.label, h.action,
      h.rights_before
    FROM history h JOIN folder s ON s.id = h.from_folder LEFT JOIN folder d ON d.id = h.to_folder
    """

  func historyRow(_ row: StoredRow) throws -> HistoryRow {
    let to: Place? =
      try row.optionalBytes(6).map {
        try StoredPlace.place(folder: $0, name: row.bytes(7), rootLength: row.integer(8))
      }
    return HistoryRow(
      id: try row.integer(0),
      picture: try row.integer(1),
      inbox: try word(row.integer(2)),
      from: try StoredPlace.place(folder: row.bytes(3), name: row.bytes(4), rootLength: row.integer(5)),
      to: to,
      moved: try row.flag(9),
      outcome: try row.word(10, as: HistoryOutcome.self),
      reason: try row.text(11),
      className: try row.optionalInteger(12).map(word),
      probability: row.optionalReal(13),
      model: try model(row, at: 14),
      time: Timestamp(nanoseconds: try row.integer(16)),
      digest: try row.optionalBytes(17).map(digest),
      run: try row.integer(18),
      by: try word(row.integer(19)),
      undoes: row.optionalInteger(20),
      undoneBy: row.optionalInteger(21),
      label: try row.optionalInteger(22).map(word),
      action: try PlacingAction(stored: row.optionalText(23)),
      rightsBefore: try row.optionalBytes(24).map(StoredRights.decode))
  }

  @discardableResult
  func addHistory(_ new: NewHistoryRow) throws -> Int64 {
    let from = try StoredPlace(new.from)
    let to = try new.to.map { try StoredPlace($0) }
    let picture = try first(
      "SELECT inbox, top, model, model_version, digest, companion_of FROM picture WHERE id = ?", [new.picture]
    ) { row in
      (
        inbox: try row.integer(0), best: try StoredScores.decode(row.optionalBytes(1) ?? [], limit: 1).first,
        model: row.optionalInteger(2), version: row.optionalInteger(3), digest: row.optionalBytes(4),
        isCompanion: row.optionalInteger(5) != nil
      )
    }
    guard let picture else { throw LedgerDamage(description: "picture \(new.picture) is missing") }
    let arguments: [(any DatabaseValueConvertible)?] = [
      new.picture, new.run, picture.inbox, new.time.nanoseconds, new.outcome.rawValue, new.moved, new.undoes,
      try number(ofFolder: from.folder), from.name.blob, from.rootLength,
      try to.map { try number(ofFolder: $0.folder) }, to?.name.blob, to?.rootLength, new.reason, picture.best?.label,
      picture.best?.probability, picture.model, picture.version, picture.digest?.blob, try number(ofWord: new.by),
      try new.label.map(number(ofWord:)), new.action.stored,
      new.rightsBefore.map { StoredRights.encode($0).blob },
    ]
    let row = try insert(
      """
      INSERT INTO history (picture, run, inbox, time, outcome, moved, undoes, from_folder, from_name, from_root_length,
        to_folder, to_name, to_root_length, reason, class, probability, model, model_version, digest, asked_by, label,
        action, rights_before)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, StatementArguments(arguments))
    if new.isNews { try tell(of: row, new.outcome, inbox: picture.inbox, isCompanion: picture.isCompanion) }
    return row
  }

  /// Whether the newest row of the picture says just that already.
  func lastRow(of picture: Int64, says outcome: HistoryOutcome, reason: String) throws -> Bool {
    try first(
      "SELECT outcome, reason FROM history WHERE picture = ? ORDER BY id DESC LIMIT 1", [picture]
    ) { try $0.text(0) == outcome.rawValue && $0.text(1) == reason } ?? false
  }

  func history(_ query: HistoryQuery) throws -> HistoryPage {
    var conditions: [String] = []
    var arguments: [(any DatabaseValueConvertible)?] = []
    if let path = query.path {
      guard let pictures = try pictures(everAt: path) else { return HistoryPage(rows: [], next: nil) }
      conditions.append("h.picture IN (\(pictures.sql))")
      arguments += pictures.arguments
    }
    if let inbox = query.inbox {
      guard let number = try existingNumber(ofWord: inbox) else { return HistoryPage(rows: [], next: nil) }
      conditions.append("h.inbox = ?")
      arguments.append(number)
    }
    if let run = query.run {
      conditions.append("h.run = ?")
      arguments.append(run)
    }
    if let since = query.since {
      conditions.append("h.time >= ?")
      arguments.append(since.nanoseconds)
    }
    if let after = query.after {
      conditions.append("(h.time, h.id) \(query.newestFirst ? "<" : ">") (?, ?)")
      arguments += [after.time.nanoseconds, after.id]
    }
    let limit = max(1, query.limit)
    arguments.append(limit)
    let direction = query.newestFirst ? "DESC" : "ASC"
    let rows = try all(
      """
      \(Self.historyColumns)
      WHERE \(conditions.isEmpty ? "1" : conditions.joined(separator: " AND "))
      ORDER BY h.time \(direction), h.id \(direction) LIMIT ?
      """, StatementArguments(arguments), historyRow)
    let isLast = rows.count < limit
    return HistoryPage(rows: rows, next: isLast ? nil : rows.last.map { HistoryCursor(time: $0.time, id: $0.id) })
  }

  /// A query for the numbers of all pictures that ever were at the absolute path; nil when none can have been.
  func pictures(everAt path: FilePath) throws -> (sql: String, arguments: [(any DatabaseValueConvertible)?])? {
    guard let place = StoredPlace(absolute: path), let folder = try existingNumber(ofFolder: place.folder) else {
      return nil
    }
    return (
      """
      SELECT picture FROM history WHERE from_folder = ? AND from_name = ?
      UNION SELECT picture FROM history WHERE to_folder = ? AND to_name = ?
      UNION SELECT id FROM picture WHERE folder = ? AND name = ? AND gone = 0
      """, [folder, place.name.blob, folder, place.name.blob, folder, place.name.blob]
    )
  }
}
