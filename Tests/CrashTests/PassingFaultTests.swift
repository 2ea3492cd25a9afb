import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Faults that pass")
struct PassingFaultTests {
  private static let pictures = [
    MoveScenario.Picture(path: "a.jpg"), MoveScenario.Picture(path: "b.jpg"), MoveScenario.Picture(path: "c.jpg"),
  ]

  @Test("a disk that fills up takes what fits, and the rest once there is room")
  func full() throws {
    let run = try SortingRun(
      MoveScenario(
        testDescription: "full", output: MountTraits(capacity: 120), pictures: Self.pictures))
    run.sort()
    #expect(run.problems().isEmpty)
    #expect(run.missing().count == 1)
    run.sort()
    #expect(run.problems().isEmpty)
    #expect(run.missing().count == 1)
    try run.disk.changeTraits(ofMountAt: "/archive") { $0.capacity = nil }
    #expect(run.problemsToTheEnd().isEmpty)
  }

  @Test("a file system that turns read-only and back loses nothing")
  func readOnly() throws {
    let run = try SortingRun(
      MoveScenario(testDescription: "read-only", output: MountTraits(), pictures: Self.pictures))
    run.disk.follow(DiskScript([40: .failFromHere(errno: 30)]))
    run.sort()
    run.recover()
    #expect(run.problems().isEmpty)
    #expect(run.problemsToTheEnd().isEmpty)
  }

  @Test(
    "what the ledger says has arrived survives a power failure, though its writer never synced it",
    arguments: [
      (nil, true, 24), (nil, true, 2), (nil, false, 24), (MountTraits(), true, 24), (MountTraits(), false, 24),
    ])
  func unsyncedWriter(output: MountTraits?, renamesWithoutReplacing: Bool, wholeSyncFrom: Int) throws {
    let run = try SortingRun(
      MoveScenario(
        testDescription: "unsynced", inbox: MountTraits(renamesWithoutReplacing: renamesWithoutReplacing),
        output: output, pictures: Self.pictures, hasSyncedPictures: false, wholeSyncFrom: wholeSyncFrom))
    run.sort()
    #expect(run.missing().isEmpty)
    run.restart(after: .everything, keepsCommit: false)
    #expect(run.problems().isEmpty)
    #expect(run.missing().isEmpty)
  }

  @Test("nor when a recovery finished what a kill interrupted", arguments: [nil, MountTraits()], [true, false])
  func unsyncedWriterAndKill(output: MountTraits?, renamesWithoutReplacing: Bool) throws {
    let fresh = try SortingRun(
      MoveScenario(
        testDescription: "unsynced", inbox: MountTraits(renamesWithoutReplacing: renamesWithoutReplacing),
        output: output, pictures: Self.pictures, hasSyncedPictures: false))
    everyCall { call in
      let run = SortingRun(copying: fresh)
      run.disk.follow(DiskScript([call: .stop]))
      run.sort()
      let wasReached = run.disk.isOff
      run.restart(after: nil, keepsCommit: call.isMultiple(of: 2))
      run.recover()
      let problems = run.problemsToTheEnd()
      #expect(problems.isEmpty, "killed at call \(call)")
      return problems.isEmpty && wasReached
    }
  }

  @Test("a picture that somebody has open for writing is moved once it is closed")
  func busy() throws {
    for output in [nil, MountTraits()] {
      let run = try SortingRun(MoveScenario(testDescription: "busy", output: output))
      let source = run.pictures[0].source.absolute
      try run.disk.setWriters(1, of: source)
      run.sort()
      #expect(run.problems().isEmpty)
      #expect(run.disk.entry(source) != nil)
      // A copy may have arrived already; while the writer is there, the source stays.
      run.recover()
      #expect(run.disk.entry(source) != nil)
      try run.disk.setWriters(0, of: source)
      #expect(run.problemsToTheEnd().isEmpty)
    }
  }
}
