internal import GRDB
internal import WinnowCore

extension LedgerConnection {
  /// Rows that one step looks at; chosen so that it takes some milliseconds.
  private static let stretch: Int64 = 5_000

  func search(_ search: HistorySearch) throws -> HistoryFinding {
    let newest = try first("SELECT coalesce(max(id), 0) FROM history", []) { try $0.integer(0) } ?? 0
    // Numbers that no row has yet would be walked through for ever.
    let end = min(search.before ?? .max, newest + 1)
    var conditions = ["h.id < ?", "h.id >= ?"]
    let start = max(0, end - Self.stretch)
    var arguments: [(any DatabaseValueConvertible)?] = [end, start]
    for (column, word) in [("h.inbox", search.inbox), ("h.class", search.className)] {
      guard let word else { continue }
      guard let number = try existingNumber(ofWord: word) else { return HistoryFinding(rows: [], next: nil) }
      conditions.append("\(column) = ?")
      arguments.append(number)
    }
    if let path = search.path {
      guard let pictures = try pictures(everAt: path) else { return HistoryFinding(rows: [], next: nil) }
      conditions.append("h.picture IN (\(pictures.sql))")
      arguments += pictures.arguments
    }
    if let since = search.since {
      conditions.append("h.time >= ?")
      arguments.append(since.nanoseconds)
    }
    if let outcome = search.outcome {
      conditions.append("h.outcome = ?")
      arguments.append(outcome.rawValue)
    }
    if !search.text.isEmpty {
      conditions.append(
        """
        (instr(lower(CAST(h.from_name AS TEXT)), lower(?)) OR instr(lower(CAST(h.to_name AS TEXT)), lower(?))
          OR h.class IN (SELECT id FROM word WHERE instr(lower(text), lower(?))))
        """)
      arguments += [search.text, search.text, search.text]
    }
    arguments.append(max(1, search.limit))
    let rows = try all(
      "\(Self.historyColumns) WHERE \(conditions.joined(separator: " AND ")) ORDER BY h.id DESC LIMIT ?",
      StatementArguments(arguments), historyRow)
    // A full page may have left some of the stretch unseen.
    if rows.count >= search.limit, let last = rows.last { return HistoryFinding(rows: rows, next: last.id) }
    return HistoryFinding(rows: rows, next: start > 0 ? start : nil)
  }
}
