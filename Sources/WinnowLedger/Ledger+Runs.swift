internal import GRDB
public import WinnowCore

extension Ledger {
  /// Begins a run, durably, and returns its number.
  public func beginRun(
    kind: RunRecord.Kind, by: String, detail: String = "", at time: Timestamp
  ) throws(WinnowError) -> Int64 {
    let id = nextRunID()
    try record(run: id, kind: kind, by: by, detail: detail, at: time)
    return id
  }

  /// The same for a run that has its number already.
  public func record(
    run id: Int64, kind: RunRecord.Kind, by: String, detail: String = "", at time: Timestamp
  ) throws(WinnowError) {
    try write { connection in
      try connection.run(
        "INSERT INTO run (id, kind, asked_by, detail, started) VALUES (?, ?, ?, ?, ?)",
        [id, kind.rawValue, try connection.number(ofWord: by), detail, time.nanoseconds])
    }
  }

  public func finishRun(_ id: Int64, at time: Timestamp) throws(WinnowError) {
    try write { connection in
      try connection.run("UPDATE run SET finished = ? WHERE id = ?", [time.nanoseconds, id])
    }
  }

  public func run(id: Int64) throws(WinnowError) -> RunRecord? {
    try read { connection in
      try connection.first(LedgerConnection.runColumns + " WHERE id = ?", [id], connection.runRecord)
    }
  }

  /// Runs, newest first.
  ///
  /// - Parameter id: the last number of the page before; nil for the first.
  public func runs(after id: Int64? = nil, limit: Int = 64) throws(WinnowError) -> [RunRecord] {
    try read { connection in
      try connection.all(
        LedgerConnection.runColumns + " WHERE id < ? ORDER BY id DESC LIMIT ?", [id ?? .max, limit],
        connection.runRecord)
    }
  }

  /// The newest undo that moved anything back.
  public func lastUndoRun() throws(WinnowError) -> RunRecord? {
    try read { connection in
      try connection.first(
        LedgerConnection.runColumns + """
           WHERE kind = 'undo' AND EXISTS (SELECT 1 FROM history WHERE run = run.id AND outcome = 'undone')
          ORDER BY id DESC LIMIT 1
          """, [], connection.runRecord)
    }
  }
}

/// Rows of `run`.
extension LedgerConnection {
  fileprivate static let runColumns = "SELECT id, kind, asked_by, detail, started, finished FROM run"

  fileprivate func runRecord(_ row: StoredRow) throws -> RunRecord {
    RunRecord(
      id: try row.integer(0), kind: RunRecord.Kind(try row.text(1)), by: try word(row.integer(2)),
      detail: try row.text(3), started: Timestamp(nanoseconds: try row.integer(4)),
      finished: row.optionalInteger(5).map { Timestamp(nanoseconds: $0) })
  }
}
