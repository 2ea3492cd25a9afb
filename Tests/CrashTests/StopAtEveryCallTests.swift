import Testing
import WinnowTestSupport

@Suite("A stop at every call")
struct StopAtEveryCallTests {
  /// Of power failures per call, beside a kill and one that loses everything.
  private static let seeds: Range<UInt64> = 0..<6

  private static let losses: [PowerLoss?] = [nil, .everything] + seeds.map { .some(seed: $0) }

  @Test("the next start finishes or drops every intent", arguments: MoveScenario.all)
  func stop(scenario: MoveScenario) throws {
    let fresh = try SortingRun(scenario)
    for (index, loss) in Self.losses.enumerated() {
      everyCall { call in
        let run = SortingRun(copying: fresh)
        run.disk.follow(DiskScript([call: .stop]))
        run.sort()
        let wasReached = run.disk.isOff
        let log = run.disk.log
        run.restart(after: loss, keepsCommit: (call + index).isMultiple(of: 2))
        let problems = run.problemsToTheEnd()
        #expect(
          problems.isEmpty,
          "call \(call), \(loss.map { "\($0)" } ?? "killed")\n\(log)")
        return problems.isEmpty && wasReached
      }
    }
  }

  @Test("a stop of the recovery is recovered from as well", arguments: MoveScenario.all)
  func stopOfRecovery(scenario: MoveScenario) throws {
    let fresh = try SortingRun(scenario)
    everyCall { call in
      for second in 1...200 {
        let run = SortingRun(copying: fresh)
        run.disk.follow(DiskScript([call: .stop]))
        run.sort()
        let wasReached = run.disk.isOff
        let seed = UInt64(call * 1000 + second)
        run.restart(after: second.isMultiple(of: 2) ? nil : .some(seed: seed), keepsCommit: call.isMultiple(of: 2))
        run.disk.follow(DiskScript([second: .stop]))
        run.recover()
        let wasReachedAgain = run.disk.isOff
        let log = run.disk.log
        run.restart(after: .some(seed: seed), keepsCommit: second.isMultiple(of: 2))
        let problems = run.problemsToTheEnd()
        #expect(
          problems.isEmpty,
          "call \(call), then call \(second) of the recovery, seed \(seed)\n\(log)")
        if !problems.isEmpty || !wasReached { return false }
        if !wasReachedAgain { break }
      }
      return true
    }
  }
}
