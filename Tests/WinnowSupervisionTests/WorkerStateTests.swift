import Testing
import WinnowCore
import WinnowWire

@testable import WinnowSupervision

@Suite("The supervision of a worker")
struct WorkerStateTests {
  static let model = ModelVersion(name: "flowers", version: 3)

  @Test("the first job starts the worker, and pictures go out up to the capacity it announced")
  func startsAndFills() {
    var bench = Bench()
    #expect(bench.state.nextWakeUp == nil)
    #expect(bench.submit(1...1) == [.start])
    #expect(bench.submit(2...4) == [])
    #expect(bench.state.capacity == nil)
    #expect(bench.ready(capacity: 3) == [.send(1, alone: false), .send(2, alone: false), .send(3, alone: false)])
    #expect(bench.state.capacity == 3)
    #expect(bench.see(.answered(2)) == [.deliver(2), .send(4, alone: false)])
    #expect(bench.state.inFlight == 3)
  }

  @Test("more jobs than the limit are not accepted")
  func isBounded() {
    var limits = WorkerLimits()
    limits.mostJobs = 3
    var bench = Bench(limits: limits)
    _ = bench.submit(1...2)
    #expect(bench.state.canAccept)
    _ = bench.submit(3...3)
    #expect(!bench.state.canAccept)
    _ = bench.ready()
    _ = bench.see(.answered(1))
    #expect(bench.state.canAccept)
  }

  @Test("a worker that announces a huge capacity gets a bounded number of pictures")
  func capacityIsCapped() {
    var bench = Bench.serving(100, capacity: 1_000_000)
    #expect(bench.state.inFlight == 64)
    #expect(bench.see(.answered(1)).count == 2)
  }

  @Test("without work the worker is asked to end, and nothing wakes the daemon afterwards")
  func endsWhenIdle() {
    var bench = Bench.serving(1)
    #expect(bench.see(.answered(1)) == [.deliver(1)])
    let idle = bench.now
    #expect(bench.wakeUp() == [.closeSocket])
    #expect(bench.now == idle + .seconds(60))
    #expect(bench.see(.closed) == [])
    #expect(bench.see(.exited(.exited(0))) == [])
    #expect(bench.state.nextWakeUp == nil)
    #expect(bench.state.restarts == 0)
    #expect(bench.submit(2...2) == [.start])
  }

  @Test("a job that comes while the worker is ending starts the next one")
  func jobDuringEnding() {
    var bench = Bench.serving(1)
    _ = bench.see(.answered(1))
    _ = bench.wakeUp()
    #expect(bench.submit(2...2) == [])
    #expect(bench.see(.exited(.exited(0))) == [.start])
  }

  @Test("a worker that does not end when asked is killed")
  func killedWhenStubborn() {
    var bench = Bench.serving(1)
    _ = bench.see(.answered(1))
    #expect(bench.wakeUp() == [.closeSocket])
    #expect(bench.wakeUp() == [.kill(reason: "it did not end by itself")])
    #expect(bench.state.nextWakeUp == nil)
    #expect(bench.see(.exited(.signalled(9))) == [])
    #expect(bench.state.restarts == 0)
  }

  @Test("the pictures of a dead worker go alone, one after another; then parallel service goes on")
  func retriesAlone() {
    var bench = Bench.serving(6, capacity: 3)
    #expect(bench.see(.exited(.signalled(11))) == [])
    #expect(bench.restart(capacity: 3) == [.send(1, alone: true)])
    #expect(bench.see(.answered(1)) == [.deliver(1), .send(2, alone: true)])
    #expect(bench.see(.answered(2)) == [.deliver(2), .send(3, alone: true)])
    #expect(
      bench.see(.answered(3)) == [
        .deliver(3), .send(4, alone: false), .send(5, alone: false), .send(6, alone: false),
      ])
    #expect(bench.state.restarts == 1)
  }

  @Test(
    "a picture that twice ended the worker by its own fault while alone is poison; the others are not",
    arguments: [
      ChildExit.signalled(11), .signalled(7), .signalled(6), .signalled(4), .signalled(8), .signalled(31),
      .signalled(5), .exited(1), .exited(12), .exited(0),
    ])
  func convicts(exit: ChildExit) {
    var bench = Bench.serving(3)
    _ = bench.see(.exited(exit))
    #expect(bench.restart() == [.send(1, alone: true)])
    #expect(bench.see(.answered(1)) == [.deliver(1), .send(2, alone: true)])
    #expect(bench.see(.exited(exit)) == [])
    #expect(bench.restart() == [.send(2, alone: true)])
    #expect(bench.see(.exited(exit)) == [.convict(2, reason: "\(exit)")])
    #expect(bench.restart() == [.send(3, alone: true)])
    #expect(bench.see(.answered(3)) == [.deliver(3)])
    #expect(bench.state.jobCount == 0)
  }

  @Test("a picture that was the only one in flight by chance needs a second death too")
  func aloneByChance() {
    var bench = Bench.serving(1)
    #expect(bench.see(.exited(.signalled(11))) == [])
    #expect(bench.restart() == [.send(1, alone: true)])
    #expect(bench.see(.exited(.signalled(11))) == [.convict(1, reason: "\(ChildExit.signalled(11))")])
  }

  @Test("one death alone and one good answer leave a picture unharmed")
  func oneDeathIsForgiven() {
    var bench = Bench.serving(1)
    _ = bench.see(.exited(.signalled(11)))
    _ = bench.restart()
    #expect(bench.see(.answered(1)) == [.deliver(1)])
  }

  @Test("a worker that does not answer in time is killed by us, and that counts as its own fault")
  func deadline() {
    var bench = Bench.serving(1)
    #expect(bench.wakeUp() == [.kill(reason: "it did not answer in time")])
    #expect(bench.state.nextWakeUp == nil)
    #expect(bench.see(.answered(1)) == [])
    _ = bench.see(.exited(.signalled(9)))
    #expect(bench.restart() == [.send(1, alone: true)])
    #expect(bench.wakeUp() == [.kill(reason: "it did not answer in time")])
    #expect(bench.see(.exited(.signalled(9))) == [.convict(1, reason: "it did not answer in time")])
  }

  @Test("a deadline missed with several in flight lowers their number, and a good while raises it again")
  func deadlineLowersFlights() {
    var bench = Bench.serving(4, capacity: 4)
    _ = bench.wakeUp()
    _ = bench.see(.exited(.signalled(9)))
    _ = bench.restart(capacity: 4)
    for id in UInt64(1)...4 { _ = bench.see(.answered(id)) }
    #expect(bench.state.capacity == 2)
    bench.now += .seconds(59)
    _ = bench.submit(5...5)
    bench.now += .seconds(2)
    _ = bench.see(.answered(5))
    #expect(bench.state.capacity == 4)
  }

  @Test("signals from outside count against no picture", arguments: [Int32(9), 15, 1, 2, 3])
  func outsideSignals(signal: Int32) {
    var bench = Bench.serving(1)
    for _ in 1...4 {
      #expect(bench.see(.exited(.signalled(signal))) == [])
      bench.now += .seconds(60)
      #expect(bench.see(.tick) == [.start])
      #expect(bench.ready() == [.send(1, alone: true)])
    }
    #expect(bench.see(.answered(1)) == [.deliver(1)])
    #expect(bench.state.status(pid: nil, announced: nil, at: bench.now).conditions.isEmpty)
  }

  @Test("a picture whose worker is ended from outside again and again is postponed, not retried for ever")
  func outsideForEver() {
    var bench = Bench.serving(1)
    for _ in 1...4 {
      #expect(bench.see(.exited(.signalled(9))) == [])
      _ = bench.restart()
    }
    #expect(bench.see(.exited(.signalled(9))) == [.postpone(1, .workerKilled(Self.model))])
    #expect(bench.state.jobCount == 0)
  }

  @Test("repeated ends from outside raise a condition, lower the number in flight, and are forgotten in time")
  func outsideCondition() {
    var bench = Bench.serving(8, capacity: 8)
    // An answer before each end, so that no start is fruitless.
    for round in UInt64(1)...5 {
      while let flight = bench.state.flights.first { _ = bench.see(.answered(flight.id)) }
      _ = bench.submit(round * 8 + 1...round * 8 + 8)
      _ = bench.see(.exited(.signalled(9)))
      if round < 5 { _ = bench.restart(capacity: 8) }
    }
    let conditions = bench.state.status(pid: nil, announced: nil, at: bench.now).conditions
    #expect(conditions.map(\.code) == [.workerKilled])
    _ = bench.restart(capacity: 8)
    #expect(bench.state.capacity == 4)
    #expect(bench.state.status(pid: nil, announced: nil, at: bench.now + .seconds(601)).conditions.isEmpty)
  }

  @Test("a worker that never gets ready becomes degraded after five starts, ever later ones")
  func degradedAfterStarts() {
    var bench = Bench()
    #expect(bench.submit(1...2) == [.start])
    var pauses: [Duration] = []
    for _ in 1...4 {
      #expect(bench.see(.exited(.signalled(11))) == [])
      let before = bench.now
      #expect(bench.wakeUp() == [.start])
      pauses.append(bench.now - before)
    }
    #expect(pauses == pauses.sorted())
    let error = WinnowError.workerDidNotStart(Self.model, .signalled(11))
    #expect(bench.see(.exited(.signalled(11))) == [.postpone(1, error), .postpone(2, error)])
    let status = bench.state.status(pid: nil, announced: nil, at: bench.now)
    #expect(status.state == .degraded)
    #expect(status.conditions == [error])
    #expect(status.restarts == 5)
    #expect(bench.state.nextWakeUp == nil)
  }

  @Test("a degraded worker postpones jobs until its pause is over; the next job tries again, an answer heals it")
  func degradedHeals() {
    var bench = Bench()
    _ = bench.submit(1...1)
    let error = WinnowError(.programMissing, "winnow-worker is missing")
    #expect(bench.see(.launchFailed(error)) == [.postpone(1, error)])
    #expect(bench.submit(2...2) == [.postpone(2, error)])
    #expect(bench.state.nextWakeUp == nil)
    bench.now += .seconds(1)
    #expect(bench.submit(3...3) == [.start])
    #expect(bench.ready() == [.send(3, alone: false)])
    #expect(bench.state.status(pid: 1, announced: nil, at: bench.now).state == .degraded)
    #expect(bench.see(.answered(3)) == [.deliver(3)])
    #expect(bench.state.status(pid: 1, announced: nil, at: bench.now).state == .ready)
  }

  @Test("a handshake that takes too long ends in degraded")
  func slowHandshake() {
    var bench = Bench()
    _ = bench.submit(1...1)
    let error = WinnowError.workerSlowToStart(Self.model, .seconds(90))
    #expect(bench.wakeUp() == [.kill(reason: error.message)])
    #expect(bench.ready() == [])
    #expect(bench.see(.exited(.signalled(9))) == [.postpone(1, error)])
  }

  @Test("a worker of another protocol version is refused with the remedy")
  func otherVersion() {
    var bench = Bench()
    _ = bench.submit(1...1)
    let error = WinnowError.workerVersion(7, model: Self.model)
    #expect(bench.ready(version: 7) == [.kill(reason: error.message)])
    #expect(bench.see(.exited(.signalled(9))) == [.postpone(1, error)])
    #expect(error.remedy != nil)
  }

  @Test("a worker that says it cannot go on blames no picture")
  func gaveUp() {
    var bench = Bench.serving(2)
    let error = WinnowError(.init("bundle_broken"), "the self-check failed")
    #expect(bench.see(.gaveUp(error)) == [])
    #expect(bench.see(.exited(.exited(1))) == [.postpone(1, error), .postpone(2, error)])
    #expect(bench.state.status(pid: nil, announced: nil, at: bench.now).conditions == [error])
  }

  @Test(
    "what no sound worker sends gets it killed, as its own fault",
    arguments: [
      WorkerState.Event.misbehaved("sent a descriptor"), .answered(99),
      .ready(WorkerReady(device: "CPU", precision: "fp32", classCount: 5, capacity: 4, loadedFromCache: true)),
    ])
  func misbehaves(event: WorkerState.Event) {
    var bench = Bench.serving(1)
    let first = bench.see(event)
    guard case .kill(let reason)? = first.first, first.count == 1 else {
      Issue.record("expected to be killed, not \(first)")
      return
    }
    #expect(bench.see(event) == [])
    #expect(bench.see(.exited(.signalled(9))) == [])
    #expect(bench.restart() == [.send(1, alone: true)])
    #expect(bench.see(event) == [.kill(reason: reason)])
    #expect(bench.see(.exited(.signalled(9))) == [.convict(1, reason: reason)])
  }

  @Test("a worker that closes its socket has a moment to end by itself")
  func closesSocket() {
    var bench = Bench.serving(1)
    #expect(bench.see(.closed) == [])
    #expect(bench.wakeUp() == [.kill(reason: "it did not end by itself")])
    #expect(bench.see(.exited(.signalled(9))) == [])
    #expect(bench.state.jobCount == 1)
  }

  @Test("when every picture ends the worker, the worker is to blame and no further picture is set aside")
  func faultyWorker() {
    var bench = Bench()
    _ = bench.submit(1...8)
    _ = bench.ready(capacity: 1)
    var convicted: [UInt64] = []
    var postponed: [UInt64] = []
    while bench.state.jobCount > 0 {
      for action in bench.see(.exited(.signalled(31))) {
        switch action {
        case .convict(let id, _): convicted.append(id)
        case .postpone(let id, let error):
          #expect(error.code == .workerFaulty)
          postponed.append(id)
        default: break
        }
      }
      guard bench.state.jobCount > 0 else { break }
      _ = bench.restart(capacity: 1)
    }
    #expect(convicted == [1, 2, 3, 4, 5])
    #expect(postponed == [6, 7, 8])
  }

  @Test("a folder full of poison does not slow the restarts down")
  func poisonDoesNotSlowDown() {
    var limits = WorkerLimits()
    limits.convictionsInARow = .max
    var bench = Bench.serving(50, capacity: 1, limits: limits)
    let start = bench.now
    while bench.state.jobCount > 0 {
      _ = bench.see(.exited(.signalled(11)))
      if bench.state.jobCount > 0 { _ = bench.restart(capacity: 1) }
    }
    #expect(bench.now - start < .seconds(50))
  }

  @Test("a request that did not get into the socket postpones that picture alone")
  func notSent() {
    var bench = Bench.serving(2, capacity: 2)
    let error = WinnowError(.systemCall, "cannot send")
    #expect(bench.see(.notSent(1, error)) == [.postpone(1, error)])
    #expect(bench.see(.answered(2)) == [.deliver(2)])
  }

  @Test("a retired worker finishes what it has, takes no more, and ends")
  func retires() {
    var bench = Bench.serving(2, capacity: 1)
    #expect(bench.see(.retire) == [])
    #expect(!bench.state.canAccept)
    #expect(bench.submit(9...9) == [.postpone(9, .workerStopping(Self.model))])
    #expect(bench.see(.answered(1)) == [.deliver(1), .send(2, alone: false)])
    #expect(bench.see(.answered(2)) == [.deliver(2), .closeSocket])
    #expect(bench.see(.exited(.exited(0))) == [.ended])
    #expect(bench.see(.tick) == [])
  }

  @Test("a retired worker that dies is started once more for what is left")
  func retiredDies() {
    var bench = Bench.serving(1)
    _ = bench.see(.retire)
    #expect(bench.see(.exited(.signalled(9))) == [])
    #expect(bench.restart() == [.send(1, alone: true)])
    #expect(bench.see(.answered(1)) == [.deliver(1), .closeSocket])
  }

  @Test("stopping gives every job back and ends the process")
  func stops() {
    var bench = Bench.serving(3, capacity: 1)
    let error = WinnowError.workerStopping(Self.model)
    #expect(bench.see(.stop) == [.postpone(1, error), .postpone(2, error), .postpone(3, error), .closeSocket])
    #expect(bench.see(.answered(1)) == [])
    #expect(bench.see(.exited(.exited(0))) == [.ended])
  }

  @Test("stopping without a process is over at once")
  func stopsAbsent() {
    var bench = Bench()
    #expect(bench.see(.stop) == [.ended])
  }
}
