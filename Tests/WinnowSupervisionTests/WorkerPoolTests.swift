import Dispatch
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport
import WinnowWire

@testable import WinnowSupervision

/// A pool over stub workers, with everything that it says written down.
final class PoolBench: Sendable {
  static let model = ModelVersion(name: "flowers", version: 1)
  let queue = DispatchQueue(label: "pool")
  let notices = Mutex<[SupervisionNotice]>([])
  let changes = Mutex<[[WorkerStatus]]>([])
  private let pool: Mutex<Unchecked<WorkerPool>?> = Mutex(nil)
  private let counter = Mutex<UInt64>(0)
  private let onNotice: @Sendable (SupervisionNotice) -> Void

  init(
    mode: String = "sound", limits: WorkerLimits = PoolBench.quick,
    program: FilePath? = StubWorker.program, onNotice: @escaping @Sendable (SupervisionNotice) -> Void = { _ in }
  ) throws {
    self.onNotice = onNotice
    let program = try #require(program)
    let pool = WorkerPool(
      queue: queue, limits: limits,
      launch: { _ in WorkerLaunch(executable: program, arguments: [CommandArgument(mode)]) },
      note: { [weak self] notice in
        self?.notices.withLock { $0.append(notice) }
        onNotice(notice)
      },
      statusChanged: { [weak self] in
        guard let self, let status = self.unguarded?.status else { return }
        changes.withLock { $0.append(status) }
      })
    self.pool.withLock { $0 = Unchecked(pool) }
  }

  /// Restarts follow at once.
  static let quick: WorkerLimits = {
    var limits = WorkerLimits()
    limits.pace.first = .milliseconds(1)
    limits.pace.longest = .milliseconds(20)
    limits.exitGrace = .milliseconds(500)
    return limits
  }()

  private var unguarded: WorkerPool? { pool.withLock { $0?.value } }

  func onQueue<Result>(_ body: (WorkerPool) throws -> Result) rethrows -> Result {
    try queue.sync { try body(unguarded!) }
  }

  func submit(
    _ contents: String, deadline: Duration = .seconds(100), wantsLogits: Bool = false,
    model: ModelVersion = PoolBench.model
  ) throws -> Awaited<ClassifyOutcome> {
    let outcome = Awaited<ClassifyOutcome>()
    let id = counter.withLock { value in
      value += 1
      return value
    }
    try onQueue { pool in
      pool.submit(
        ClassifyJob(
          id: id, model: model, descriptor: try StubWorker.picture(contents), displayName: "\(contents).jpg",
          byteCount: Int64(contents.utf8.count), task: .classify(wantsLogits: wantsLogits), deadline: deadline,
          completion: { outcome.fulfil($0) }))
    }
    return outcome
  }

  func stop() {
    let stopped = Awaited<Bool>()
    onQueue { $0.stop { stopped.fulfil(true) } }
    #expect(stopped.wait() == true)
  }

  var pids: [Int32] {
    notices.withLock { $0.compactMap { if case .started(_, let pid) = $0 { pid } else { nil } } }
  }
}

extension ClassifyOutcome {
  var isClassified: Bool { if case .classified = self { true } else { false } }
  var refusal: Refusal.Kind? { if case .refused(let refusal, _) = self { refusal.kind } else { nil } }
  var postponement: WinnowError.Code? { if case .postponed(let error) = self { error.code } else { nil } }
}

@Suite("The worker pool, over real processes", .enabled(if: StubWorker.program != nil, "there is no C compiler"))
struct WorkerPoolTests {
  @Test("a picture goes to the worker and its answer comes back; the status tells of it")
  func classifies() throws {
    let bench = try PoolBench()
    let outcome = try #require(try bench.submit("ok").wait())
    guard case .classified(let facts, let scores, let logits, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(facts.width == 4)
    #expect(scores == [WireScore(index: 1, probability: 0.75)])
    #expect(logits.isEmpty)
    let status = try #require(bench.onQueue { $0.status.first })
    #expect(status.state == .ready)
    #expect(status.device == "CPU")
    #expect(status.precision == "fp32")
    #expect(status.restarts == 0)
    #expect(status.pid == bench.pids.first)
    #expect(bench.onQueue { $0.capacity(for: PoolBench.model) } == 4)
    #expect(bench.changes.withLock { $0.compactMap(\.first?.state) }.starts(with: [.starting, .ready]))
    bench.stop()
    #expect(kill(try #require(status.pid), 0) == -1)
  }

  @Test("logits come when asked for, and a refusal is handed on")
  func logitsAndRefusals() throws {
    let bench = try PoolBench()
    guard case .classified(_, _, let logits, _)? = try bench.submit("ok", wantsLogits: true).wait() else {
      Issue.record("not classified")
      return
    }
    #expect(logits.count == 5)
    #expect(try bench.submit("refuse").wait() == .refused(Refusal(.truncated, "it ends early"), digest: nil))
    bench.stop()
  }

  @Test("several pictures are in flight at once")
  func parallel() throws {
    let bench = try PoolBench()
    // The stub answers none of them before it has all three.
    let outcomes = try (1...3).map { _ in try bench.submit("three") }
    for outcome in outcomes { #expect(outcome.wait()?.isClassified == true) }
    bench.stop()
  }

  @Test(
    "poison is found among good pictures, and its name is noted before each lone try and before the verdict",
    arguments: ["segv", "abort", "exit", "garbage", "oversized", "descriptor", "unknown", "class"])
  func poison(kind: String) throws {
    let bench = try PoolBench()
    let good = try (1...3).map { _ in try bench.submit("ok") }
    let bad = try bench.submit(kind)
    let after = try (1...8).map { _ in try bench.submit("ok") }
    #expect(bad.wait()?.refusal == .poison)
    for outcome in good + after { #expect(outcome.wait()?.isClassified == true) }
    bench.stop()
    let notices = bench.notices.withLock { $0 }
    let tries = notices.filter { if case .retryingAlone(_, "\(kind).jpg", _) = $0 { true } else { false } }
    #expect((1...2).contains(tries.count))
    #expect(notices.contains { if case .convicted(_, "\(kind).jpg", _, _) = $0 { true } else { false } })
    #expect(!notices.contains { if case .convicted(_, "ok.jpg", _, _) = $0 { true } else { false } })
  }

  @Test("a picture that hangs the worker is poison after two deadlines")
  func hangs() throws {
    let bench = try PoolBench()
    #expect(try bench.submit("hang", deadline: .milliseconds(100)).wait()?.refusal == .poison)
    #expect(try bench.submit("ok").wait()?.isClassified == true)
    bench.stop()
  }

  @Test("an answer that the worker gave before it died counts")
  func answerBeforeDeath() throws {
    let bench = try PoolBench()
    #expect(try bench.submit("answer and die").wait()?.isClassified == true)
    #expect(try bench.submit("ok").wait()?.isClassified == true)
    bench.stop()
  }

  @Test("an empty message counts as the end of the conversation, and the worker is killed after a moment")
  func emptyMessage() throws {
    let bench = try PoolBench()
    let outcome = try bench.submit("empty")
    #expect(outcome.wait()?.postponement == .workerKilled)
    bench.stop()
  }

  @Test("SIGKILL from outside costs no picture")
  func killedFromOutside() throws {
    let victims = Counter()
    let bench = try PoolBench { notice in
      // The first two workers are killed as soon as they are ready, with pictures in flight.
      if case .workerReady(_, _, let pid, _) = notice, victims.next() <= 2 {
        kill(pid, SIGKILL)
      }
    }
    let outcomes = try (1...20).map { _ in try bench.submit("ok") }
    for outcome in outcomes { #expect(outcome.wait()?.isClassified == true) }
    let restarts = bench.onQueue { $0.status.first?.restarts }
    #expect(restarts == 2, "\(bench.notices.withLock { $0.map(\.description) })")
    bench.stop()
  }

  @Test("a worker that says what is wrong with it makes the pool degraded with that text")
  func failing() throws {
    let bench = try PoolBench(mode: "fails")
    guard case .postponed(let error)? = try bench.submit("ok").wait() else {
      Issue.record("not postponed")
      return
    }
    #expect(error.code.rawValue == "bundle_broken")
    #expect(error.remedy == "import the model again")
    let status = try #require(bench.onQueue { $0.status.first })
    #expect(status.state == .degraded)
    #expect(status.conditions == [error])
    bench.stop()
  }

  @Test(
    "workers that do not start postpone pictures with a remedy",
    arguments: ["exits", "old", "silent"])
  func notStarting(mode: String) throws {
    var limits = PoolBench.quick
    limits.handshake = .milliseconds(mode == "silent" ? 100 : 90_000)
    let bench = try PoolBench(mode: mode, limits: limits)
    guard case .postponed(let error)? = try bench.submit("ok").wait() else {
      Issue.record("not postponed")
      return
    }
    #expect(error.remedy != nil)
    bench.stop()
  }

  @Test("a missing program postpones pictures and names it")
  func missingProgram() throws {
    let bench = try PoolBench(program: "/no/winnow-worker")
    guard case .postponed(let error)? = try bench.submit("ok").wait() else {
      Issue.record("not postponed")
      return
    }
    #expect(error.message.contains("/no/winnow-worker"))
    bench.stop()
  }

  @Test("an idle worker ends by itself and the next picture starts another")
  func idleExit() throws {
    var limits = PoolBench.quick
    limits.idleExit = .milliseconds(50)
    let ended = Awaited<Bool>()
    let bench = try PoolBench(limits: limits) { notice in
      if case .ended(_, _, .exited(0), expected: true) = notice { ended.fulfil(true) }
    }
    #expect(try bench.submit("ok").wait()?.isClassified == true)
    #expect(ended.wait() == true)
    let status = try #require(bench.onQueue { $0.status.first })
    #expect(status.state == .stopped)
    #expect(status.pid == nil)
    #expect(status.device == "CPU")
    #expect(try bench.submit("ok").wait()?.isClassified == true)
    #expect(bench.pids.count == 2)
    #expect(bench.onQueue { $0.status.first?.restarts } == 0)
    bench.stop()
  }

  @Test("stopping gives pictures in flight back and ends even a stubborn worker")
  func stopping() throws {
    let bench = try PoolBench(mode: "stubborn")
    #expect(try bench.submit("ok").wait()?.isClassified == true)
    let pid = try #require(bench.pids.first)
    let outcome = try bench.submit("three")
    bench.stop()
    #expect(outcome.wait()?.postponement == .workerStopping)
    #expect(kill(pid, 0) == -1)
    #expect(try bench.submit("ok").wait()?.postponement == .workerStopping)
  }

  @Test("a retired model's worker finishes and goes, while another serves")
  func retires() throws {
    let bench = try PoolBench()
    let second = ModelVersion(name: "flowers", version: 2)
    let held = try (1...2).map { _ in try bench.submit("three") }
    bench.onQueue { $0.retire(PoolBench.model) }
    #expect(!bench.onQueue { $0.canAccept(PoolBench.model) })
    #expect(try bench.submit("ok", model: second).wait()?.isClassified == true)
    #expect(held.count == 2)
    bench.stop()
    #expect(bench.onQueue { $0.status }.isEmpty)
  }

  @Test("a full pool refuses, and a completion may submit the next picture")
  func backpressure() throws {
    var limits = PoolBench.quick
    limits.mostJobs = 2
    let bench = try PoolBench(limits: limits)
    let held = try (1...2).map { _ in try bench.submit("three") }
    #expect(!bench.onQueue { $0.canAccept(PoolBench.model) })
    #expect(try bench.submit("ok").wait()?.postponement == .workerUnavailable)
    bench.stop()
    for outcome in held { #expect(outcome.wait()?.postponement == .workerStopping) }
  }

  @Test("a thousand pictures, with the worker killed forty times, all come back")
  func killedForty() throws {
    let victims = Counter()
    let killer = DispatchQueue(label: "killer")
    let bench = try PoolBench { notice in
      if case .workerReady(_, _, let pid, _) = notice, victims.next() <= 40 {
        // Some time into its work, whatever that is: the pictures must come back wherever the kill lands.
        killer.asyncAfter(deadline: .now() + .microseconds(.random(in: 0...3000))) { kill(pid, SIGKILL) }
      }
    }
    var left = 1000
    while left > 0 {
      let outcomes = try (0..<min(left, 50)).map { _ in try bench.submit("ok") }
      for outcome in outcomes {
        switch outcome.wait() {
        case .classified: left -= 1
        // Killed too often in a row: the owner tries again later, and so do we.
        case .postponed(let error): #expect([.workerKilled, .workerUnavailable].contains(error.code))
        case let other: Issue.record("\(String(describing: other))")
        }
      }
    }
    bench.stop()
    #expect(!bench.notices.withLock { $0.contains { if case .convicted = $0 { true } else { false } } })
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock { value in
      value += 1
      return value
    }
  }
}
