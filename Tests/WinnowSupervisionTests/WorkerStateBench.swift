import Testing
import WinnowCore
import WinnowWire

@testable import WinnowSupervision

extension WorkerStateTests {
  /// A state with a clock of its own.
  struct Bench {
    var state: WorkerState
    var now = ContinuousClock.now

    init(limits: WorkerLimits = WorkerLimits()) {
      state = WorkerState(model: WorkerStateTests.model, limits: limits, seed: 1)
    }

    mutating func see(_ event: WorkerState.Event) -> [WorkerState.Action] { state.observe(event, at: now) }

    mutating func submit(_ ids: ClosedRange<UInt64>) -> [WorkerState.Action] {
      ids.flatMap { see(.submitted($0, allowance: .seconds(30))) }
    }

    mutating func ready(capacity: Int = 4, version: UInt32 = workerProtocolVersion) -> [WorkerState.Action] {
      see(
        .ready(
          WorkerReady(
            protocolVersion: version, device: "CPU", precision: "fp32", classCount: 5, capacity: capacity,
            loadedFromCache: false)))
    }

    /// Lets the clock run to the next moment at which the state wants to be woken.
    mutating func wakeUp() -> [WorkerState.Action] {
      guard let next = state.nextWakeUp else { return [] }
      now = max(now, next)
      return see(.tick)
    }

    /// A worker with `count` pictures in flight.
    static func serving(_ count: UInt64, capacity: Int = 4, limits: WorkerLimits = WorkerLimits()) -> Bench {
      var bench = Bench(limits: limits)
      _ = bench.submit(1...count)
      _ = bench.ready(capacity: capacity)
      return bench
    }

    /// After a death: the time until the restart passes, and the new worker gets ready.
    mutating func restart(capacity: Int = 4) -> [WorkerState.Action] {
      #expect(wakeUp() == [.start])
      return ready(capacity: capacity)
    }
  }
}
