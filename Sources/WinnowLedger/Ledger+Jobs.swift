internal import GRDB
public import WinnowCore

extension Ledger {
  /// How much of a job's log is kept, in bytes: its end.
  public static let jobLogLimit = 65_536

  /// Adds a job; its `id` is not used. Jobs that were running when the daemon ended are `interrupted` at the next start.
  ///
  /// - Returns: its number.
  public func insert(_ job: JobRecord) throws(WinnowError) -> Int64 {
    try write { connection in
      try connection.insert(
        """
        INSERT INTO job (kind, spec, state, progress, text, result, error, created, started, finished, asked_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          job.kind, job.spec, job.state.rawValue, job.progress, job.text, job.result, job.error,
          job.created.nanoseconds, job.started?.nanoseconds, job.finished?.nanoseconds,
          try connection.number(ofWord: job.by),
        ])
    }
  }

  /// Records how the job stands; kind, spec, creation and who asked do not change.
  ///
  /// - Parameter log: appended to what the job printed; the last `jobLogLimit` bytes are kept.
  public func update(_ job: JobRecord, log: String = "") throws(WinnowError) {
    try write { connection in
      try connection.run(
        """
        UPDATE job SET state = ?, progress = ?, text = ?, result = ?, error = ?, started = ?, finished = ? WHERE id = ?
        """,
        [
          job.state.rawValue, job.progress, job.text, job.result, job.error, job.started?.nanoseconds,
          job.finished?.nanoseconds, job.id,
        ])
      guard !log.isEmpty else { return }
      try connection.run(
        "UPDATE job SET log = substr(CAST(log || ? AS BLOB), -?) WHERE id = ?",
        [Array(log.utf8).blob, Self.jobLogLimit, job.id])
    }
  }

  public func job(id: Int64) throws(WinnowError) -> JobRecord? {
    try read { connection in
      try connection.first(LedgerConnection.jobColumns + " WHERE id = ?", [id], connection.jobRecord)
    }
  }

  /// Jobs, newest first.
  ///
  /// - Parameters:
  ///   - states: empty for all.
  ///   - id: the last number of the page before; nil for the first.
  public func jobs(
    states: Set<JobState> = [], after id: Int64? = nil, limit: Int = 64
  ) throws(WinnowError) -> [JobRecord] {
    let wanted = states.isEmpty ? Set(JobState.allCases) : states
    let list = "[" + wanted.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",") + "]"
    return try read { connection in
      try connection.all(
        LedgerConnection.jobColumns + """
           WHERE id < ? AND state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?
          """, [id ?? .max, list, limit], connection.jobRecord)
    }
  }

  /// The end of what the job printed; nil where there is no such job.
  public func log(ofJob id: Int64) throws(WinnowError) -> String? {
    try read { connection in
      try connection.first("SELECT log FROM job WHERE id = ?", [id]) { row in
        // The cut may have gone through a character.
        String(decoding: try row.bytes(0).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
      }
    }
  }
}

extension Ledger {
  /// How many jobs stand in each state.
  public func jobCounts() throws(WinnowError) -> [JobState: Int] {
    try read { connection in
      var counts: [JobState: Int] = [:]
      try connection.each("SELECT state, count(*) FROM job GROUP BY state") { row in
        counts[try row.word(0, as: JobState.self)] = Int(try row.integer(1))
      }
      return counts
    }
  }
}

/// Rows of `job`.
extension LedgerConnection {
  fileprivate static let jobColumns = """
    SELECT id, kind, spec, state, progress, text, result, error, created, started, finished, asked_by FROM job
    """

  fileprivate func jobRecord(_ row: StoredRow) throws -> JobRecord {
    JobRecord(
      id: try row.integer(0), kind: try row.text(1), spec: try row.text(2), state: try row.word(3, as: JobState.self),
      progress: try row.real(4), text: try row.text(5), result: row.optionalText(6), error: row.optionalText(7),
      created: Timestamp(nanoseconds: try row.integer(8)),
      started: row.optionalInteger(9).map { Timestamp(nanoseconds: $0) },
      finished: row.optionalInteger(10).map { Timestamp(nanoseconds: $0) }, by: try word(row.integer(11)))
  }
}
