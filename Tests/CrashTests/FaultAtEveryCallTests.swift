import Glibc
import Testing
import WinnowTestSupport

@Suite("A fault at every call")
struct FaultAtEveryCallTests {
  enum Manner: String, CaseIterable { case once, lostAnswer, lasting }

  @Test(
    "fails cleanly, or is brought to an end later, and no promise is broken",
    arguments: MoveScenario.all, Manner.allCases)
  func fault(scenario: MoveScenario, manner: Manner) throws {
    let fresh = try SortingRun(scenario)
    // A lost answer is one of the network's.
    let errnos = manner == .lostAnswer ? [EIO] : [EIO, ENOSPC, EACCES, EDQUOT, EROFS]
    for errno in errnos {
      everyCall { call in
        let run = SortingRun(copying: fresh)
        let event: DiskScript.Event =
          switch manner {
          case .once: .fail(errno: errno)
          case .lostAnswer: .failAfterwards(errno: errno)
          case .lasting: .failFromHere(errno: errno)
          }
        run.disk.follow(DiskScript([call: event]))
        run.sort()
        let calls = run.disk.calls
        let log = run.disk.log
        let problems = run.problems() + run.problemsToTheEnd()
        #expect(problems.isEmpty, "call \(call) fails with errno \(errno)\n\(log)")
        return problems.isEmpty && calls >= call
      }
    }
  }
}

/// Calls `body` with 1, 2, 3 … until it says that call N was not reached, or failed.
func everyCall(_ body: (Int) -> Bool) {
  var call = 1
  while body(call) { call += 1 }
  // A run without any call tests nothing.
  #expect(call > 5)
}
