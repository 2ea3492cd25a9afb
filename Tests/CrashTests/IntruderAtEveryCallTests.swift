import Testing
import WinnowCore
import WinnowTestSupport

@Suite("An intruder at every call")
struct IntruderAtEveryCallTests {
  private static let scenarios = MoveScenario.all.filter {
    // An intruder's acts are about the picture, which is not what an undo of a mark takes away.
    ($0.takesAway ? !$0.action.placesMark : !$0.testDescription.contains("undo")) && $0.placeholder == .forbidden
  }

  @Test("no byte of any file is lost or misplaced", arguments: scenarios, Intruder.allCases)
  func intruder(scenario: MoveScenario, intruder: Intruder) throws {
    let fresh = try SortingRun(scenario)
    everyCall { call in
      let run = SortingRun(copying: fresh)
      run.disk.follow(DiskScript([call: intruder.event(run)]))
      run.sort()
      let calls = run.disk.calls
      let log = run.disk.log
      run.disk.heal()
      run.recover()
      let problems = run.problems(checkingLedger: false) + run.problemsOfEnd()
      #expect(problems.isEmpty, "call \(call), \(intruder)\n\(log)")
      return problems.isEmpty && calls >= call
    }
  }

  @Test("nor when the process is killed afterwards, at any call", arguments: scenarios, Intruder.allCases)
  func intruderAndKill(scenario: MoveScenario, intruder: Intruder) throws {
    let fresh = try SortingRun(scenario)
    var generator = SeededGenerator(seed: 11)
    everyCall { call in
      for _ in 0..<2 {
        let stop = call + Int.random(in: 1...8, using: &generator)
        let run = SortingRun(copying: fresh)
        run.disk.follow(DiskScript([call: intruder.event(run), stop: .stop]))
        run.sort()
        let wasReached = run.disk.calls >= call
        let log = run.disk.log
        run.restart(after: nil, keepsCommit: stop.isMultiple(of: 2))
        run.recover()
        if intruder.hides, scenario.output != nil || !scenario.inbox.renamesWithoutReplacing {
          run.allowCopies()
        }
        let problems = run.problems(checkingLedger: false) + run.problemsOfEnd()
        #expect(problems.isEmpty, "call \(call), killed at call \(stop), \(intruder)\n\(log)")
        guard problems.isEmpty, wasReached else { return false }
      }
      return true
    }
  }
}
