import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Random batches")
struct RandomBatchTests {
  /// Rounds of one test; chosen so that the suite takes seconds.
  private static let rounds = 500

  @Test("of any file systems, names, faults, kills and power failures keep the promises", arguments: 0..<8)
  func faults(series: Int) throws {
    for round in 0..<Self.rounds {
      let seed = UInt64(series * 1_000_000 + round)
      var generator = SeededGenerator(seed: seed)
      let scenario = Self.scenario(&generator)
      let run = try SortingRun(scenario)
      var logs: [String] = []
      for start in 0..<Int.random(in: 1...4, using: &generator) {
        run.disk.follow(DiskScript(Self.events(&generator)))
        if start > 0 { run.recover() }
        run.sort()
        logs.append(run.disk.log)
        if run.disk.isOff || generator.oneIn(2) {
          let loss: PowerLoss? = generator.oneIn(3) ? nil : .some(seed: generator.next())
          run.restart(after: loss, keepsCommit: generator.oneIn(2))
        } else {
          run.disk.heal()
        }
      }
      let problems = run.problemsToTheEnd()
      #expect(problems.isEmpty, "seed \(seed)\n\(logs.joined(separator: "\n-- again\n"))")
      if !problems.isEmpty { return }
    }
  }

  @Test("with an intruder, a fault and a kill lose no byte of any file", arguments: 0..<8)
  func intruders(series: Int) throws {
    for round in 0..<Self.rounds {
      let seed = UInt64(series * 1_000_000 + round)
      var generator = SeededGenerator(seed: seed)
      let scenario = Self.scenario(&generator)
      let run = try SortingRun(scenario)
      let intruder = Intruder.allCases.randomElement(using: &generator) ?? .swapsSource
      var events = generator.oneIn(2) ? Self.events(&generator) : [:]
      events[Int.random(in: 8...40, using: &generator)] = intruder.event(run)
      run.disk.follow(DiskScript(events))
      run.sort()
      let log = run.disk.log
      if run.disk.isOff { run.restart(after: nil, keepsCommit: generator.oneIn(2)) }
      run.disk.heal()
      run.recover()
      run.allowCopies()
      let problems = run.problems(checkingLedger: false) + run.problemsOfEnd()
      #expect(problems.isEmpty, "seed \(seed), \(intruder)\n\(log)")
      if !problems.isEmpty { return }
    }
  }

  private static func events(_ generator: inout SeededGenerator) -> [Int: DiskScript.Event] {
    var events: [Int: DiskScript.Event] = [:]
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let errno = [EIO, ENOSPC, EACCES, EDQUOT, EROFS, ETIMEDOUT, ESTALE].randomElement(using: &generator) ?? EIO
      let call = Int.random(in: 1...80, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0...2: events[call] = .fail(errno: errno)
      case 3: events[call] = .failAfterwards(errno: EIO)
      case 4: events[call] = .failFromHere(errno: errno)
      default: events[call] = .stop
      }
    }
    return events
  }

  private static func scenario(_ generator: inout SeededGenerator) -> MoveScenario {
    func traits() -> MountTraits {
      MountTraits(
        renamesWithoutReplacing: !generator.oneIn(3), handles: !generator.oneIn(4), leases: !generator.oneIn(3),
        longestRead: generator.oneIn(3) ? Int.random(in: 1...20, using: &generator) : nil)
    }
    var scenario = MoveScenario(testDescription: "random", inbox: traits())
    if generator.oneIn(2) { scenario.output = traits() }
    let names: [FilePath] = ["a.jpg", "b.jpg", "c.jpg"]
    let folders: [FilePath] = ["", "day", "day/old", "other"]
    var paths: Set<FilePath> = []
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      let folder = folders.randomElement(using: &generator) ?? ""
      paths.insert(folder.pushing(names.randomElement(using: &generator) ?? "a.jpg"))
    }
    scenario.pictures = paths.sorted { $0.string < $1.string }.map {
      MoveScenario.Picture(path: $0, folder: generator.oneIn(3) ? "rose/red" : "rose")
    }
    let taken: [FilePath] = ["rose/a.jpg", "rose/a-2.jpg", "rose/red/b.jpg"]
    scenario.taken = taken.filter { _ in generator.oneIn(3) }
    scenario.hasFolder = generator.oneIn(2)
    scenario.batchSize = Int.random(in: 1...4, using: &generator)
    return scenario
  }
}
