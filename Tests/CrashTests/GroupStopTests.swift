import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// A picture with two companions, moved as the daemon moves them: one commit, and a look at both places after a crash.
@Suite("A group at a stop at every call")
struct GroupStopTests {
  private static let names: [FilePath] = ["a.jpg", "a.NEF", "a.NEF.xmp"]
  private static let inbox: FilePath = "/photos/inbox"

  struct Scenario: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var output: FilePath
    var traits = MountTraits()
    var taken: [FilePath] = []
    var numbersTakenNames = true

    static let all = [
      Scenario(testDescription: "rename", output: "/photos/sorted"),
      Scenario(testDescription: "rename, taken", output: "/photos/sorted", taken: ["rose/a.NEF"]),
      Scenario(testDescription: "undo", output: "/photos/sorted", numbersTakenNames: false),
      Scenario(
        testDescription: "link", output: "/photos/sorted", traits: MountTraits(renamesWithoutReplacing: false)),
      Scenario(testDescription: "across", output: "/archive/sorted"),
      Scenario(testDescription: "across, taken", output: "/archive/sorted", taken: ["rose/a.jpg"]),
    ]
  }

  @Test("after a kill and the next start it is whole, in one place or the other", arguments: Scenario.all)
  func stop(scenario: Scenario) throws {
    for keepsCommit in [false, true] {
      var call = 0
      var wasReached = true
      while wasReached {
        call += 1
        let disk = try Self.disk(scenario)
        let journal = JournalDouble(on: disk)
        disk.follow(DiskScript([call: .stop]))
        Self.move(scenario, on: disk, journal)
        wasReached = disk.isOff
        let log = disk.log
        disk.restart(after: nil)
        journal.restart(keepingInterrupted: keepsCommit)
        disk.heal()
        let mover = Self.mover(on: disk, journal)
        try Self.recover(scenario, journal, mover)
        #expect(try journal.openIntents().isEmpty)
        let whole = Self.places(scenario, on: disk)
        #expect(whole.count == 1 && whole.first?.value.count == Self.names.count, "call \(call)\n\(log)")
        if whole.first?.value.count != Self.names.count { return }
      }
      #expect(call > 10)
    }
  }

  private static func disk(_ scenario: Scenario) throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    try disk.mount("/photos", scenario.traits)
    try disk.mount("/archive")
    try disk.makeFolders(inbox)
    try disk.makeFolders(scenario.output.appending("rose"))
    for path in scenario.taken { try disk.makeFile(scenario.output.pushing(path), Array("another".utf8)) }
    for name in names { try disk.makeFile(inbox.pushing(name), Array("\(name)".utf8)) }
    disk.syncAll()
    return disk
  }

  private static func mover(on disk: SimulatedDisk, _ journal: JournalDouble) -> DurableMove {
    var generator = SeededGenerator(seed: 7)
    return DurableMove(
      on: disk, roots: RootTable(on: disk), journal: journal, now: { disk.now() }, randomWord: { generator.next() })
  }

  private static func move(_ scenario: Scenario, on disk: SimulatedDisk, _ journal: JournalDouble) {
    let mover = mover(on: disk, journal)
    let intents = names.enumerated().compactMap { index, name -> MoveIntent? in
      guard let entry = disk.entry(inbox.pushing(name)) else { return nil }
      return MoveIntent(
        id: Int64(index + 1), picture: Int64(index + 1), run: 1, source: Place(root: inbox, relative: name),
        destination: Place(root: scenario.output, relative: FilePath("rose").pushing(name)),
        fingerprint: entry.fingerprint, digest: nil, outcome: .sorted, reason: "", begun: disk.now(), by: "winnowd",
        numbersTakenNames: index == 0 && scenario.numbersTakenNames, lead: index == 0 ? nil : 1)
    }
    guard case .success(let moves) = mover.check(intents[0], companions: Array(intents.dropFirst())),
      (try? journal.commit(outcomes: [], intents: moves.map(\.intent))) != nil
    else { return mover.drop() }
    try? journal.commit(outcomes: mover.carryOut(moves).outcomes, intents: [])
  }

  /// As `MoveStage.recover`: the picture first, its companions by where it is then.
  private static func recover(_ scenario: Scenario, _ journal: JournalDouble, _ mover: DurableMove) throws {
    var lead = Place(root: inbox, relative: names[0])
    for outcome in journal.outcomes where outcome.intent.id == 1 {
      if case .arrived = outcome.result { lead = outcome.intent.destination }
    }
    for intent in try journal.openIntents().sorted(by: { $0.id < $1.id }) {
      let outcome = intent.lead == nil ? try mover.resolve(intent) : try mover.resolve(intent, beside: lead)
      if intent.lead == nil, case .arrived = outcome.result { lead = outcome.intent.destination }
      try journal.commit(outcomes: [outcome], intents: [])
    }
  }

  /// Folder and stem of every name that bears the bytes of a member, with the members there.
  private static func places(_ scenario: Scenario, on disk: SimulatedDisk) -> [String: Set<String>] {
    var places: [String: Set<String>] = [:]
    for entry in disk.entries() {
      let bytes = String(decoding: entry.bytes, as: UTF8.self)
      guard names.contains(where: { "\($0)" == bytes }) else { continue }
      let folder = entry.path.removingLastComponent()
      let stem = String(decoding: CompanionName.stem(of: entry.name), as: UTF8.self)
      places["\(folder)/\(stem)", default: []].insert(bytes)
    }
    return places
  }
}
