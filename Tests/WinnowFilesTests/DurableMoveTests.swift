import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// The mover on real file systems; `CrashTests` has its promises on the simulated one.
@Suite("A move on the real file system")
struct DurableMoveTests {
  private let ground: RealPlayground
  private let journal = JournalDouble(on: SimulatedDisk())
  private let mover: DurableMove

  init() throws {
    ground = try RealPlayground()
    mover = DurableMove(
      on: ground.fileSystem, roots: RootTable(on: ground.fileSystem), journal: journal, now: Timestamp.now)
  }

  private func intent(
    _ name: FilePath, to root: FilePath, _ destination: FilePath, numbersTakenNames: Bool = true
  ) throws -> MoveIntent {
    let folder = try Root(opening: ground.root, on: ground.fileSystem)
    let file = try ground.fileSystem.openFile(name, in: folder.raw)
    defer { ground.fileSystem.close(file) }
    return MoveIntent(
      id: 1, picture: 1, run: 1, source: Place(root: ground.root, relative: name),
      destination: Place(root: root, relative: destination),
      fingerprint: try ground.fileSystem.fingerprint(of: file), digest: try ground.fileSystem.digest(of: file),
      outcome: .sorted, reason: "rose 99.0%", begun: Timestamp.now(), by: "winnowd",
      numbersTakenNames: numbersTakenNames)
  }

  private func carryOut(_ intent: MoveIntent) throws -> MoveOutcome {
    let move = try mover.check(intent).get()
    try journal.commit(outcomes: [], intents: [move.intent])
    let report = mover.carryOut([move])
    #expect(report.unresolved.isEmpty)
    return try #require(report.outcomes.first)
  }

  @Test("a picture arrives whole, in a folder made for it, and its fingerprint with it", arguments: [false, true])
  func arrives(across: Bool) throws {
    let output = across ? ground.other : ground.root.appending("sorted")
    try ground.putFolder(output)
    try ground.put(ground.root.appending("a.jpg"), Array("a picture".utf8))
    try ground.putFolder(output.appending("rose"))
    try ground.put(output.appending("rose/a.jpg"), Array("another".utf8))
    let outcome = try carryOut(intent("a.jpg", to: output, "rose/a.jpg"))
    #expect(outcome.intent.destination.relative == "rose/a-2.jpg")
    #expect(ground.bytes(at: output.appending("rose/a-2.jpg")) == Array("a picture".utf8))
    #expect(ground.bytes(at: output.appending("rose/a.jpg")) == Array("another".utf8))
    #expect(ground.bytes(at: ground.root.appending("a.jpg")) == nil)
    guard case .arrived(let fingerprint) = outcome.result else {
      Issue.record("\(outcome.result)")
      return
    }
    let folder = try Root(opening: output.appending("rose"), on: ground.fileSystem)
    let file = try ground.fileSystem.openFile("a-2.jpg", in: folder.raw)
    defer { ground.fileSystem.close(file) }
    #expect(try ground.fileSystem.fingerprint(of: file) == fingerprint)
    #expect(fingerprint.modified == outcome.intent.fingerprint.modified)
  }

  @Test("a file that is being written stays where it is", .timeLimit(.minutes(20)))
  func busy() throws {
    try ground.put(ground.root.appending("a.jpg"), [1])
    let writer = try ShellCommand("exec 9>>\"$1\"; echo open; read line", [ground.root.appending("a.jpg").string])
    #expect(writer.readOutput() == "open\n")
    let outcome = try carryOut(intent("a.jpg", to: ground.root, "rose/a.jpg"))
    guard case .abandoned(let error, .startAnew) = outcome.result else {
      Issue.record("\(outcome.result)")
      return
    }
    #expect(error.code == .fileBusy)
    #expect(ground.bytes(at: ground.root.appending("a.jpg")) == [1])
    writer.finish()
  }

  @Test("a file that changed since it was looked at is not moved; a chmod is no change")
  func changed() throws {
    try ground.put(ground.root.appending("a.jpg"), [1])
    let before = try intent("a.jpg", to: ground.root, "rose/a.jpg")
    #expect(chmod(ground.root.appending("a.jpg").string, 0o600) == 0)
    // A ctime that no file has makes the mover compare the bytes.
    _ = try mover.check(before, statusChanged: Timestamp(nanoseconds: -1)).get()
    mover.drop()
    var other = before
    other.digest = ContentDigest(bytes: Array(repeating: 0, count: 32))
    #expect(throws: MoveOutcomeError.self) {
      try mover.check(other, statusChanged: Timestamp(nanoseconds: -1)).get()
    }
    #expect(rename(ground.root.appending("a.jpg").string, ground.root.appending("b.jpg").string) == 0)
    try ground.put(ground.root.appending("a.jpg"), [2])
    #expect(throws: MoveOutcomeError.self) { try mover.check(before).get() }
  }

  @Test("an undo onto a taken name is refused")
  func refused() throws {
    try ground.put(ground.root.appending("a.jpg"), [1])
    try ground.put(ground.root.appending("b.jpg"), [2])
    let intent = try intent("a.jpg", to: ground.root, "b.jpg", numbersTakenNames: false)
    let error = #expect(throws: MoveOutcomeError.self) { try mover.check(intent).get() }
    guard case .abandoned(let reason, .refuse)? = error?.outcome.result else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.code == .alreadyExists && reason.message.contains("b.jpg"))
  }

  @Test("no template and no link leads out of the output")
  func noWayOut() throws {
    try ground.put(ground.root.appending("a.jpg"), [1])
    try ground.putFolder(ground.root.appending("sorted"))
    try ground.putLink(ground.root.appending("sorted/rose"), to: ground.other)
    let intent = try intent("a.jpg", to: ground.root.appending("sorted"), "rose/a.jpg")
    let error = #expect(throws: MoveOutcomeError.self) { try mover.check(intent).get() }
    guard case .abandoned(_, .wait)? = error?.outcome.result else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(ground.bytes(at: ground.root.appending("a.jpg")) == [1])
    #expect(ground.bytes(at: ground.other.appending("a.jpg")) == nil)
  }

  @Test("an empty folder that was made goes again, a full one stays")
  func madeFolders() throws {
    try ground.putFolder(ground.root.appending("rose/red"))
    try ground.put(ground.root.appending("rose/a.jpg"), [1])
    #expect(mover.removeIfEmpty(Place(root: ground.root, relative: "rose/red")))
    #expect(!mover.removeIfEmpty(Place(root: ground.root, relative: "rose")))
    #expect(mover.removeIfEmpty(Place(root: ground.root, relative: "gone already")))
    #expect(!mover.removeIfEmpty(Place(root: ground.root, relative: "")))
    #expect(ground.bytes(at: ground.root.appending("rose/a.jpg")) == [1])
  }

  // MARK: - Groups

  /// Moves a picture with what goes with it into `rose`; returns what arrived, by source.
  private func carryOutGroup(
    _ names: [FilePath], numbersTakenNames: Bool = true
  ) throws -> Result<[String: String], MoveOutcomeError> {
    let output = ground.root.appending("sorted")
    var intents: [MoveIntent] = []
    for (index, name) in names.enumerated() {
      var intent = try intent(
        name, to: output, FilePath("rose").pushing(name), numbersTakenNames: index == 0 && numbersTakenNames)
      intent.id = Int64(index + 1)
      intent.lead = index == 0 ? nil : 1
      intents.append(intent)
    }
    return mover.check(intents[0], companions: Array(intents.dropFirst())).map { moves in
      try? journal.commit(outcomes: [], intents: moves.map(\.intent))
      var arrived: [String: String] = [:]
      for outcome in mover.carryOut(moves).outcomes {
        guard case .arrived = outcome.result else { continue }
        arrived[outcome.intent.source.relative.string] = outcome.intent.destination.relative.string
      }
      return arrived
    }
  }

  @Test(
    "a group gets one number, where any of its names is taken", arguments: ["a.jpg", "a.NEF", "a.NEF.xmp", "a.png"])
  func oneNumber(taken: FilePath) throws {
    let rose = ground.root.appending("sorted/rose")
    try ground.putFolder(rose)
    try ground.put(rose.pushing(taken), Array("another".utf8))
    for name in ["a.jpg", "a.NEF", "a.NEF.xmp"] { try ground.put(ground.root.appending(name), Array(name.utf8)) }
    let arrived = try carryOutGroup(["a.jpg", "a.NEF", "a.NEF.xmp"]).get()
    #expect(
      arrived == ["a.jpg": "rose/a-2.jpg", "a.NEF": "rose/a-2.NEF", "a.NEF.xmp": "rose/a-2.NEF.xmp"])
    #expect(ground.bytes(at: rose.pushing(taken)) == Array("another".utf8))
    #expect(ground.bytes(at: rose.appending("a-2.NEF.xmp")) == Array("a.NEF.xmp".utf8))
  }

  @Test("a picture alone is not placed beside what would seem to go with it")
  func nothingForeign() throws {
    let rose = ground.root.appending("sorted/rose")
    try ground.putFolder(rose)
    try ground.put(rose.appending("a.xmp"), Array("another's".utf8))
    try ground.put(ground.root.appending("a.jpg"), Array("a picture".utf8))
    #expect(try carryOutGroup(["a.jpg"]).get() == ["a.jpg": "rose/a-2.jpg"])
  }

  @Test("a companion that has changed stays, and its picture goes")
  func changedCompanion() throws {
    try ground.putFolder(ground.root.appending("sorted/rose"))
    for name in ["a.jpg", "a.xmp"] { try ground.put(ground.root.appending(name), Array(name.utf8)) }
    let output = ground.root.appending("sorted")
    let lead = try intent("a.jpg", to: output, "rose/a.jpg")
    var companion = try intent("a.xmp", to: output, "rose/a.xmp", numbersTakenNames: false)
    companion.id = 2
    companion.lead = 1
    companion.fingerprint.size += 1
    let moves = try mover.check(lead, companions: [companion]).get()
    #expect(moves.map(\.intent.id) == [1])
    mover.drop()
  }

  @Test("what is taken back goes whole or stays whole")
  func wholeOrNot() throws {
    let rose = ground.root.appending("sorted/rose")
    try ground.putFolder(rose)
    try ground.put(rose.appending("a.xmp"), Array("another".utf8))
    for name in ["a.jpg", "a.xmp"] { try ground.put(ground.root.appending(name), Array(name.utf8)) }
    guard case .failure(let refused) = try carryOutGroup(["a.jpg", "a.xmp"], numbersTakenNames: false),
      case .abandoned(let error, .refuse) = refused.outcome.result
    else {
      Issue.record("it was moved in part")
      return
    }
    #expect(error.code == .alreadyExists)
    #expect(ground.bytes(at: ground.root.appending("a.jpg")) != nil)
    #expect(ground.bytes(at: rose.appending("a.jpg")) == nil)
  }
}
