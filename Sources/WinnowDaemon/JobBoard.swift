import FoundationEssentials
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger

/// Long pieces of work as rows of the ledger, with whoever follows them. Lives on the pipeline's queue.
final class JobBoard {
  typealias Follower = RecordStream<WinnowControlAPI.JobRecord>

  private let ledger: Ledger
  /// The rows of jobs that run now; each change goes to the ledger, small progress not at once.
  private var running: [Int64: WinnowLedger.JobRecord] = [:]
  private var cancels: [Int64: () -> Void] = [:]
  private var followers: [Int64: [Follower]] = [:]
  private var lastWritten: [Int64: ContinuousClock.Instant] = [:]
  /// Lines of the log that the ledger does not have yet.
  private var unwritten: [Int64: String] = [:]
  /// Hears of each job that begins or ends.
  private let changed: (Job) -> Void

  init(ledger: Ledger, changed: @escaping (Job) -> Void) {
    self.ledger = ledger
    self.changed = changed
  }

  /// Marks the jobs that the last daemon did not bring to an end.
  ///
  /// - Returns: those among them that go on by themselves, oldest first; others have lost their caller.
  func takeUp() throws(WinnowError) -> [WinnowLedger.JobRecord] {
    var left: [WinnowLedger.JobRecord] = []
    // Opening the ledger has marked those that ran; what ended in order says when.
    for var job in try ledger.jobs(states: [.queued, .running, .interrupted]) where job.finished == nil {
      job.state = .interrupted
      job.finished = Timestamp.now()
      // Where it cannot be written now, the next start does it.
      try? ledger.update(job)
      if Self.goesOn(job.kind) { left.append(job) }
    }
    return left.reversed()
  }

  /// Whether a job of this kind is taken up again by the next daemon: what keeps a checkpoint.
  private static func goesOn(_ kind: String) -> Bool { kind == ControlDesk.trainingKind }

  /// Begins a job.
  ///
  /// - Parameter cancel: how to end it early.
  func begin(
    kind: String, spec: some Encodable, by: String, cancel: @escaping () -> Void
  ) throws(WinnowError) -> Int64 {
    var job = WinnowLedger.JobRecord(
      id: 0, kind: kind, spec: Self.json(spec), state: .running, progress: 0, text: "", result: nil, error: nil,
      created: Timestamp.now(), started: Timestamp.now(), finished: nil, by: by)
    job.id = try ledger.insert(job)
    running[job.id] = job
    cancels[job.id] = cancel
    changed(Self.job(job))
    return job.id
  }

  /// The number of a job of this kind that runs now, nil where none does.
  func running(kind: String) -> Int64? { running.values.first { $0.kind == kind }?.id }

  /// Tells how far a running job is.
  func progress(_ id: Int64, _ fraction: Double?, _ text: String?) {
    guard var job = running[id] else { return }
    if let fraction { job.progress = min(max(fraction, 0), 1) }
    if let text {
      if text != job.text { unwritten[id, default: ""] += Self.logLine(text) }
      job.text = text
    }
    running[id] = job
    tell(job)
    // A row a second is enough for somebody who looks later.
    let now = ContinuousClock.now
    if let last = lastWritten[id], now - last < .seconds(1) { return }
    lastWritten[id] = now
    try? ledger.update(job, log: unwritten.removeValue(forKey: id) ?? "")
  }

  private static func logLine(_ text: String) -> String {
    "\(Timestamp.now().rfc3339)\t\(text.replacing("\n", with: " "))\n"
  }

  /// The last lines of what a job said.
  ///
  /// - Throws: `.notFound`.
  func log(of id: Int64) throws(WinnowError) -> JobLogReply {
    _ = try show(id)
    let text = (try ledger.log(ofJob: id) ?? "") + (unwritten[id] ?? "")
    let lines = text.split(separator: "\n").compactMap { line -> JobLogReply.Line? in
      let parts = line.split(separator: "\t", maxSplits: 1)
      // The log's beginning may be cut off.
      guard parts.count == 2, let time = Timestamp(rfc3339: String(parts[0])) else { return nil }
      return JobLogReply.Line(time: time, text: String(parts[1]))
    }
    return JobLogReply(lines: lines.suffix(500))
  }

  func finish(_ id: Int64, result: some Encodable) {
    end(id, .done) { job in
      job.progress = 1
      job.result = Self.json(result)
    }
  }

  func fail(_ id: Int64, _ error: WinnowError) {
    end(id, error.code == .jobCancelled ? .cancelled : .failed) { $0.error = error.description }
  }

  /// The daemon stops: what runs ends with it.
  func interruptAll() {
    for id in Array(running.keys) {
      cancels[id]?()
      // Without an end, the next daemon takes it up.
      end(id, .interrupted) { if Self.goesOn($0.kind) { $0.finished = nil } }
    }
  }

  private func end(_ id: Int64, _ state: JobState, _ change: (inout WinnowLedger.JobRecord) -> Void) {
    guard var job = running.removeValue(forKey: id) else { return }
    cancels[id] = nil
    lastWritten[id] = nil
    job.state = state
    job.finished = Timestamp.now()
    change(&job)
    if let error = job.error { unwritten[id, default: ""] += Self.logLine(error) }
    try? ledger.update(job, log: unwritten.removeValue(forKey: id) ?? "")
    tell(job)
    changed(Self.job(job))
    for follower in followers.removeValue(forKey: id) ?? [] { follower.finish() }
  }

  func cancel(_ id: Int64) throws(WinnowError) -> Job {
    guard let cancel = cancels[id] else {
      let job = try show(id)
      throw WinnowError(.refused, "job \(id) is \(job.state.rawValue) and cannot be cancelled")
    }
    cancel()
    return try show(id)
  }

  func list() throws(WinnowError) -> [Job] { try ledger.jobs(limit: 1000).map { Self.job(running[$0.id] ?? $0) } }

  func show(_ id: Int64) throws(WinnowError) -> Job {
    if let job = running[id] { return Self.job(job) }
    guard let job = try ledger.job(id: id) else {
      throw WinnowError(.notFound, "there is no job \(id)", remedy: "see `winnowctl jobs list`")
    }
    return Self.job(job)
  }

  /// The number in a request.
  static func number(_ text: String) throws(WinnowError) -> Int64 {
    guard let number = Int64(text) else {
      throw WinnowError(.notFound, "there is no job \"\(text)\"", remedy: "see `winnowctl jobs list`")
    }
    return number
  }

  /// Where the job stands now, then each change, up to a final state.
  func follow(_ id: Int64, _ stream: Follower) {
    do throws(WinnowError) {
      let job = try show(id)
      stream.emit(Self.record(of: job))
      if job.state.isFinal { return stream.finish() }
      followers[id, default: []].append(stream)
    } catch {
      stream.fail(error)
    }
  }

  private func tell(_ job: WinnowLedger.JobRecord) {
    guard let streams = followers[job.id] else { return }
    let record = Self.record(of: Self.job(job))
    followers[job.id] = streams.filter { $0.emit(record) }
  }

  private static func job(_ job: WinnowLedger.JobRecord) -> Job {
    Job(
      id: "\(job.id)", kind: job.kind, state: Job.State(rawValue: job.state.rawValue) ?? .failed,
      progress: job.progress, text: job.text.isEmpty ? nil : job.text, created: job.created, started: job.started,
      finished: job.finished, by: job.by, spec: value(job.spec), result: job.result.flatMap(value),
      error: job.error.map { WinnowError(.jobFailed, $0) })
  }

  private static func record(of job: Job) -> WinnowControlAPI.JobRecord {
    WinnowControlAPI.JobRecord(
      id: job.id, state: job.state, progress: job.progress, text: job.text, result: job.result,
      error: job.error.map { WinnowError(.init($0.code), $0.message, remedy: $0.remedy) })
  }

  private static func json(_ value: some Encodable) -> String {
    (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private static func value(_ json: String) -> JSONValue? {
    try? JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
  }
}

extension WinnowError.Code {
  static let jobFailed = Self("job_failed")
  static let jobCancelled = Self("job_cancelled")
}
