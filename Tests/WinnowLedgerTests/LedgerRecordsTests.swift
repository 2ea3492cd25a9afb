import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Runs, jobs, folders made and settings")
struct LedgerRecordsTests {
  @Test("a run is recorded when it begins and when it ends")
  func runs() throws {
    let temporary = try TemporaryLedger()
    let id = try temporary.ledger.beginRun(
      kind: .sort, by: "uid 1000 (anna)", detail: "/home/anna/pictures", at: Sample.time(1))
    var expected = RunRecord(
      id: id, kind: .sort, by: "uid 1000 (anna)", detail: "/home/anna/pictures", started: Sample.time(1), finished: nil)
    #expect(try temporary.afterCrash().run(id: id) == expected)
    try temporary.ledger.finishRun(id, at: Sample.time(9))
    expected.finished = Sample.time(9)
    #expect(try temporary.ledger.run(id: id) == expected)
    #expect(try temporary.ledger.runs(limit: 1) == [expected])
    #expect(try temporary.ledger.runs(after: id).map(\.id) == [temporary.run])
    #expect(try temporary.ledger.run(id: 4711) == nil)
    #expect(try temporary.ledger.lastUndoRun() == nil)
  }

  @Test("jobs come back as they were told, and what ran at a crash is interrupted")
  func jobs() throws {
    let temporary = try TemporaryLedger()
    var job = JobRecord(id: 0, kind: "sort", spec: #"{"folder":"/x"}"#, created: Sample.time(1), by: "uid 0 (root)")
    job.id = try temporary.ledger.insert(job)
    let queued = try temporary.ledger.insert(job)
    #expect(try temporary.ledger.job(id: job.id) == job)
    job.state = .running
    job.progress = 0.25
    job.text = "25 of 100"
    job.started = Sample.time(2)
    try temporary.ledger.update(job)
    #expect(try temporary.ledger.jobs(states: [.running]) == [job])
    #expect(try temporary.ledger.jobs().map(\.id) == [queued, job.id])
    #expect(try temporary.ledger.jobs(after: queued).map(\.id) == [job.id])
    let next = try temporary.afterCrash()
    #expect(try next.job(id: job.id)?.state == .interrupted)
    #expect(try next.job(id: queued)?.state == .queued)
    job.state = .done
    job.result = "{}"
    job.error = "none"
    job.finished = Sample.time(3)
    try temporary.ledger.update(job)
    #expect(try temporary.afterCrash().job(id: job.id) == job)
    #expect(JobState.allCases.filter { !$0.isFinal } == [.queued, .running])
  }

  @Test("the end of a job's log is kept")
  func log() throws {
    let temporary = try TemporaryLedger()
    var job = JobRecord(id: 0, kind: "sort", spec: "{}", created: Sample.time(1), by: "winnowd")
    let id = try temporary.ledger.insert(job)
    job.id = id
    #expect(try temporary.ledger.log(ofJob: id) == "")
    try temporary.ledger.update(job, log: "first\n")
    try temporary.ledger.update(job, log: "zweite Zeile: ö\n")
    #expect(try temporary.ledger.log(ofJob: id) == "first\nzweite Zeile: ö\n")
    try temporary.ledger.update(job, log: String(repeating: "ö", count: Ledger.jobLogLimit))
    try temporary.ledger.update(job, log: "x")
    let log = try #require(try temporary.ledger.log(ofJob: id))
    #expect(log == String(repeating: "ö", count: Ledger.jobLogLimit / 2 - 1) + "x")
    #expect(try temporary.ledger.log(ofJob: 4711) == nil)
  }

  @Test("folders made are found below a path, deepest first, and never beside it")
  func madeFolders() throws {
    let temporary = try TemporaryLedger()
    let made = ["daisy", "daisy/2024", "daisy/2024/05", "daisy-old", "rose"].map { Sample.sorted($0) }
    try temporary.ledger.recordMadeFolders(made)
    try temporary.ledger.commit(LedgerBatch(madeFolders: [made[0]]))
    #expect(try temporary.ledger.madeFolders(under: "/srv/camera/sorted/daisy") == [made[2], made[1], made[0]])
    #expect(try temporary.ledger.madeFolders(under: "/srv/camera/sorted").count == 5)
    #expect(try temporary.ledger.madeFolders(under: "/").count == 5)
    try temporary.ledger.forgetMadeFolder(made[1])
    #expect(
      try temporary.afterCrash().madeFolders(under: "/srv/camera/sorted/daisy") == [made[2], made[0]])
  }

  @Test("settings are bytes or text, replaced and forgotten")
  func settings() throws {
    let temporary = try TemporaryLedger()
    #expect(try temporary.ledger.setting("paused") == nil)
    try temporary.ledger.set("paused", toText: "since noon")
    try temporary.ledger.set("mount", to: [0, 255, 10])
    try temporary.ledger.set("empty", to: [])
    #expect(try temporary.afterCrash().text("paused") == "since noon")
    #expect(try temporary.ledger.setting("mount") == [0, 255, 10])
    #expect(try temporary.ledger.setting("empty") == [])
    try temporary.ledger.set("paused", toText: nil)
    #expect(try temporary.ledger.text("paused") == nil)
  }
}
