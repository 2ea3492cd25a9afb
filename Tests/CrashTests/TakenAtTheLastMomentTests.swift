import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Names taken at the last moment")
struct TakenAtTheLastMomentTests {
  @Test(
    "are followed by the next number of the wanted name",
    arguments: [nil, MountTraits()], [true, false])
  func nextNumber(output: MountTraits?, renamesWithoutReplacing: Bool) throws {
    var traits = output
    traits?.renamesWithoutReplacing = renamesWithoutReplacing
    let run = try SortingRun(
      MoveScenario(
        testDescription: "taken", inbox: MountTraits(renamesWithoutReplacing: renamesWithoutReplacing), output: traits,
        taken: ["rose/a.jpg"]))
    let folder = run.scenario.outputRoot.appending("rose")
    // When the intent is durable, the next two names are taken.
    let commit = try #require(try Self.callOfCommit(run.scenario))
    run.disk.follow(
      DiskScript([
        commit + 1: .intrude { disk in
          for name in ["a-2.jpg", "a-3.jpg"] { try? disk.makeFile(folder.appending(name), Array(name.utf8)) }
        }
      ]))
    run.sort()
    let last = try #require(run.journal.outcomes.last)
    #expect(last.intent.destination.absolute == folder.appending("a-4.jpg"))
    #expect(run.disk.entry(folder.appending("a-2.jpg"))?.bytes == Array("a-2.jpg".utf8))
    #expect(run.disk.entry(folder.appending("a-4.jpg"))?.bytes == run.pictures[0].original.bytes)
  }

  private static func callOfCommit(_ scenario: MoveScenario) throws -> Int? {
    let run = try SortingRun(scenario)
    run.disk.follow(DiskScript())
    run.sort()
    return run.disk.log.split(separator: "\n").firstIndex { $0.contains("commit") }.map { $0 + 1 }
  }
}
