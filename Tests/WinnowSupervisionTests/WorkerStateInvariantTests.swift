import Testing
import WinnowCore
import WinnowWire

@testable import WinnowSupervision

@Suite("Random histories of a worker")
struct WorkerStateInvariantTests {
  /// A worker that does what the dice say, and a ledger of what became of each job.
  struct History {
    var state = WorkerState(model: ModelVersion(name: "m", version: 1), seed: 7)
    var now = ContinuousClock.now
    var random: SeededGenerator
    var submitted: UInt64 = 0
    var open: Set<UInt64> = []
    var inFlight: [UInt64] = []
    var deathsAlone: [UInt64: Int] = [:]
    var isRunning = false
    var hasClosed = false
    var announced = 0
    var blameIsOurs = false
    var problems: [String] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func see(_ event: WorkerState.Event) {
      for action in state.observe(event, at: now) {
        switch action {
        case .start:
          if isRunning { problems.append("a second worker beside the first") }
          isRunning = true
          hasClosed = false
          blameIsOurs = false
          announced = 0
        case .send(let id, let alone):
          if !isRunning || hasClosed || announced == 0 { problems.append("\(id) sent to nobody") }
          if !open.contains(id) { problems.append("\(id) sent after its outcome") }
          if alone, !inFlight.isEmpty { problems.append("\(id) is not alone") }
          inFlight.append(id)
          if inFlight.count > min(announced, 64) { problems.append("\(inFlight.count) in flight of \(announced)") }
        case .deliver(let id): settle(id)
        case .convict(let id, _):
          if deathsAlone[id, default: 0] < 2 { problems.append("\(id) convicted after \(deathsAlone[id] ?? 0)") }
          settle(id)
        case .postpone(let id, _): settle(id)
        case .closeSocket: hasClosed = true
        case .kill: blameIsOurs = true
        case .ended: if isRunning || !open.isEmpty { problems.append("ended too early") }
        }
      }
    }

    mutating func settle(_ id: UInt64) {
      if open.remove(id) == nil { problems.append("\(id) has a second outcome") }
      inFlight.removeAll { $0 == id }
    }

    mutating func exit(_ exit: ChildExit) {
      let ours = exit.isOwnFault || blameIsOurs
      if ours, announced > 0, inFlight.count == 1 { deathsAlone[inFlight[0], default: 0] += 1 }
      inFlight = []
      isRunning = false
      see(.exited(exit))
    }

    mutating func step() {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<25 where state.canAccept:
        submitted += 1
        open.insert(submitted)
        see(.submitted(submitted, allowance: .seconds(30)))
      case 25..<40 where isRunning && announced == 0:
        announced = Int.random(in: 1...6, using: &random)
        let version: UInt32 = Int.random(in: 0..<30, using: &random) == 0 ? 9 : workerProtocolVersion
        let ready = WorkerReady(
          protocolVersion: version, device: "CPU", precision: "fp32", classCount: 2, capacity: announced,
          loadedFromCache: false)
        see(.ready(ready))
      case 40..<70:
        if let id = inFlight.randomElement(using: &random) { see(.answered(id)) }
      case 70..<76 where isRunning: exit(.signalled([9, 15, 11, 6].randomElement(using: &random)!))
      case 76 where isRunning: exit(.exited(1))
      case 77 where isRunning: see(.misbehaved("sent nonsense"))
      case 78 where isRunning: see(.answered(1_000_000))
      case 79 where isRunning: see(.closed)
      case 80 where isRunning: see(.gaveUp(WinnowError(.malformed, "broken")))
      case 81: if let id = inFlight.first { see(.notSent(id, WinnowError(.systemCall, "no room"))) }
      default:
        if let next = state.nextWakeUp, Bool.random(using: &random) { now = max(now, next) } else { now += .seconds(1) }
        see(.tick)
      }
    }
  }

  @Test("every job gets exactly one outcome, whatever happens", arguments: UInt64(1)...60)
  func oneOutcome(seed: UInt64) {
    var history = History(seed: seed)
    for _ in 0..<3000 { history.step() }
    #expect(history.problems == [], "seed \(seed)")
    #expect(history.state.jobCount == history.open.count, "seed \(seed)")

    // From here on the worker is sound: everything must come to an end by itself.
    var steps = 0
    while !history.open.isEmpty, steps < 10_000 {
      steps += 1
      if !history.isRunning || (history.announced > 0 && history.inFlight.isEmpty && history.hasClosed) {
        if history.isRunning { history.exit(.exited(0)) }
        if let next = history.state.nextWakeUp { history.now = max(history.now, next) }
        history.see(.tick)
      } else if history.blameIsOurs || history.hasClosed {
        history.exit(.signalled(9))
      } else if history.announced == 0 {
        history.announced = 4
        history.see(
          .ready(WorkerReady(device: "CPU", precision: "fp32", classCount: 2, capacity: 4, loadedFromCache: true)))
      } else if let id = history.inFlight.first {
        let before = history.open.count
        history.see(.answered(id))
        if history.open.count == before { history.exit(.exited(0)) }
      } else {
        history.exit(.exited(0))
      }
    }
    #expect(history.open == [], "seed \(seed)")
    #expect(history.problems == [], "seed \(seed)")

    history.see(.stop)
    if history.isRunning { history.exit(.exited(0)) }
    #expect(history.state.nextWakeUp == nil, "seed \(seed)")
  }
}
