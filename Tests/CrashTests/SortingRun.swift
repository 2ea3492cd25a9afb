import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowTestSupport

/// A scenario on a simulated disk, and what moves its pictures: batches, commits and recovery as the daemon does them.
final class SortingRun {
  struct Picture {
    let name: String
    let source: Place
    let destination: Place
    /// What lies at `source`.
    let original: DiskEntry
    let digest: ContentDigest
    /// What has to lie at `destination` in the end; nil for a symbolic link.
    let arriving: [UInt8]?
    /// The picture that stays, where what was placed for it is taken away.
    let staying: FileFingerprint?
  }

  /// What a sidecar says.
  static let sidecar = Array("a sidecar".utf8)

  let scenario: MoveScenario
  let disk: SimulatedDisk
  let journal: JournalDouble
  let expectations: Expectations
  private(set) var pictures: [Picture] = []

  private var mover: DurableMove?
  /// Outcomes that wait for the next commit.
  private(set) var finished: [MoveOutcome] = []
  private var nextIntent: Int64 = 1
  private var starts: UInt64 = 0

  init(_ scenario: MoveScenario) throws {
    self.scenario = scenario
    disk = SimulatedDisk()
    journal = JournalDouble(on: disk)
    expectations = Expectations()
    try disk.mount("/photos", scenario.inbox)
    if let output = scenario.output { try disk.mount("/archive", output) }
    try disk.makeFolders(MoveScenario.inboxRoot.appending("day"))
    try disk.makeFolders("/photos/elsewhere")
    try disk.makeFolders(scenario.outputRoot)
    if scenario.hasFolder { try disk.makeFolders(scenario.outputRoot.appending("rose")) }
    let bystanders =
      [MoveScenario.inboxRoot.appending("bystander.jpg"), MoveScenario.inboxRoot.appending("day/bystander.jpg")]
      + scenario.taken.map { scenario.outputRoot.pushing($0) }
    for path in bystanders {
      try disk.makeFolders(path.removingLastComponent())
      try disk.makeFile(path, Array("the bytes of \(path)".utf8))
      expectations.add(.init(name: path.string, bytes: [Array("the bytes of \(path)".utf8)], path: path))
    }
    disk.syncAll()
    for (index, picture) in scenario.pictures.enumerated() { try add(picture, number: index) }
    if scenario.hasSyncedPictures { disk.syncAll() }
    start()
  }

  /// One like `fresh`, which was made and not used yet: the quick way to many of a scenario.
  init(copying fresh: SortingRun) {
    scenario = fresh.scenario
    disk = SimulatedDisk(copying: fresh.disk)
    journal = JournalDouble(on: disk)
    expectations = Expectations(copying: fresh.expectations)
    pictures = fresh.pictures
    start()
  }

  private func add(_ picture: MoveScenario.Picture, number: Int) throws {
    let inInbox = Place(root: MoveScenario.inboxRoot, relative: picture.path)
    var placed = Place(root: scenario.outputRoot, relative: picture.folder).appending(name: inInbox.name)
    if scenario.action == .tag { placed = inInbox.folder.appending(name: inInbox.name + Array(".xmp".utf8)) }
    try disk.makeFolders(inInbox.absolute.removingLastComponent())
    let bytes = Array("picture \(number) ".utf8) + (0..<40).map { UInt8(($0 * 7 + number) % 251) }
    let note = ["user.note": Array("\(number)".utf8)]
    try disk.makeFile(inInbox.absolute, bytes, mode: 0o640, attributes: note)
    if scenario.takesAway {
      try disk.makeFolders(placed.folder.absolute)
      switch scenario.action {
      case .move, .copy, .reflink: try disk.makeFile(placed.absolute, bytes, mode: 0o640, attributes: note)
      case .hardlink: try disk.hardLink(inInbox.absolute, to: placed.absolute)
      case .symlink: try disk.makeLink(placed.absolute, to: inInbox.absolute)
      case .tag: try disk.makeFile(placed.absolute, Self.sidecar)
      }
    }
    let (source, destination) = scenario.takesAway ? (placed, inInbox) : (inInbox, placed)
    guard let original = entry(source.absolute) else { return }
    var hasher = ContentHasher()
    hasher.update(bytes)
    let mark: [UInt8]? = scenario.action == .tag ? Self.sidecar : nil
    pictures.append(
      Picture(
        name: "picture \(number)", source: source, destination: destination, original: original,
        digest: hasher.finish(), arriving: scenario.action.placesMark && !scenario.takesAway ? mark : bytes,
        staying: scenario.takesAway ? disk.entry(inInbox.absolute)?.fingerprint : nil))
    let isMarked = scenario.action.placesMark
    expectations.add(
      .init(
        name: "picture \(number)", bytes: [bytes], places: scenario.action == .move || isMarked ? 1...1 : 1...2,
        folders: isMarked
          ? [inInbox.folder.absolute] : [source.folder.absolute, destination.folder.absolute]))
    if scenario.action == .symlink { expectations.allowLinks(to: inInbox.absolute) }
    if scenario.action == .tag, number == 0 {
      expectations.add(.init(name: "the sidecar", bytes: [Self.sidecar], places: 0...scenario.pictures.count))
    }
  }

  /// What a name stands for; a symbolic link for itself.
  private func entry(_ path: FilePath) -> DiskEntry? { disk.entries().first { $0.path == path } }

  // MARK: - The daemon

  private func start() {
    starts += 1
    var generator = SeededGenerator(seed: 0xA110 + starts)
    mover = DurableMove(
      on: disk, roots: RootTable(on: disk), journal: journal, now: { [disk] in disk.now() },
      randomWord: { generator.next() }, wholeSyncFrom: scenario.wholeSyncFrom)
  }

  /// Ends the process, so that every descriptor has to be closed.
  func stop() {
    mover = nil
    finished = []
  }

  /// Ends the process and starts it again.
  ///
  /// - Parameters:
  ///   - loss: what the power failure took; nil when only the process was killed.
  ///   - keepsCommit: what became of a commit that was under way.
  func restart(after loss: PowerLoss?, keepsCommit: Bool) {
    disk.restart(after: loss)
    journal.restart(keepingInterrupted: keepsCommit)
    stop()
    start()
  }

  /// Moves every picture that lies at its source with the bytes it had, in batches. One whose intent is open is not
  /// touched before that is resolved.
  func sort() {
    let open = openPictures()
    let items = pictures.filter {
      !open.contains($0.name) && entry($0.source.absolute)?.bytes == $0.original.bytes && !hasArrived($0)
    }
    for first in stride(from: 0, to: items.count, by: scenario.batchSize) {
      perform(Array(items[first..<min(first + scenario.batchSize, items.count)]))
    }
    commit([])
  }

  /// Whether the ledger has it as arrived; what stays at its source would be placed again otherwise.
  private func hasArrived(_ picture: Picture) -> Bool {
    guard scenario.action != .move else { return false }
    return (journal.outcomes + finished).contains { outcome in
      guard case .arrived = outcome.result else { return false }
      return pictures[Int(outcome.intent.picture)].name == picture.name
    }
  }

  private func perform(_ items: [Picture]) {
    guard let mover else { return }
    var moves: [CheckedMove] = []
    for item in items {
      if case .success(let move) = mover.check(intent(for: item), sidecar: Self.sidecar) { moves.append(move) }
    }
    guard commit(moves.map(\.intent)) else { return mover.drop() }
    finished = mover.carryOut(moves).outcomes
  }

  /// The first run takes the files as they were when they settled; what is tried again was looked at again.
  private func intent(for picture: Picture) -> MoveIntent {
    defer { nextIntent += 1 }
    var fingerprint =
      starts == 1 && nextIntent <= pictures.count
      ? picture.original.fingerprint
      : entry(picture.source.absolute)?.fingerprint ?? picture.original.fingerprint
    if scenario.takesAway, scenario.action == .symlink { fingerprint.handle = [] }
    return MoveIntent(
      id: nextIntent, picture: Int64(pictures.firstIndex { $0.name == picture.name } ?? 0), run: 1,
      source: picture.source, destination: picture.destination, fingerprint: fingerprint, digest: picture.digest,
      outcome: scenario.takesAway ? .undone : .sorted, reason: "rose 99.0%", begun: disk.now(), by: "winnowd",
      numbersTakenNames: scenario.numbersTakenNames, placeholder: scenario.placeholder, action: scenario.action,
      original: picture.staying, rights: scenario.rights)
  }

  @discardableResult
  private func commit(_ intents: [MoveIntent]) -> Bool {
    do throws(WinnowError) {
      try journal.commit(outcomes: finished, intents: intents)
      finished = []
      return true
    } catch {
      return false
    }
  }

  /// As `MoveStage.recover`: every open intent is finished or dropped, what cannot be told yet stays open.
  func recover() {
    guard let mover, let open = try? journal.openIntents() else { return }
    var outcomes: [MoveOutcome] = []
    for intent in open {
      if let outcome = try? mover.resolve(intent) { outcomes.append(outcome) }
    }
    try? journal.commit(outcomes: outcomes, intents: [])
  }

  private func openPictures() -> Set<String> {
    Set(((try? journal.openIntents()) ?? []).map { pictures[Int($0.picture)].name })
  }

  // MARK: - Promises

  /// What is broken now of: exactly one place, nothing overwritten, nothing left over, the ledger agrees with the disk.
  func problems(checkingLedger: Bool = true) -> [String] {
    let open = openPictures()
    let uncommitted = Set(finished.map { pictures[Int($0.intent.picture)].name })
    let entries = disk.entries()
    var problems = expectations.problems(among: entries, usesPlaceholders: scenario.placeholder != .forbidden) {
      open.contains($0) && !uncommitted.contains($0)
    }
    if !disk.wrongCloses.isEmpty { problems.append("closed twice: \(disk.wrongCloses)") }
    guard checkingLedger else { return problems }
    for (index, picture) in pictures.enumerated() {
      if let outcome = (journal.outcomes + finished).last(where: { $0.intent.picture == Int64(index) }),
        !open.contains(picture.name) || uncommitted.contains(picture.name)
      {
        problems += disagreements(outcome, picture)
      }
      // What an undo finds was made by the test.
      for entry in entries
      where !scenario.takesAway && entry.bytes == picture.original.bytes && !HiddenName.isOurs(entry.name) {
        let modes = [picture.original.mode, scenario.rights?.mode ?? picture.original.mode]
        if !modes.contains(entry.mode) || entry.modified != picture.original.modified
          || entry.attributes != picture.original.attributes
        {
          // A copy that is not published yet has no real name, so this one counts.
          problems.append("\(picture.name) lost its mode, time or attributes at \(entry.path)")
        }
      }
    }
    return problems
  }

  private func disagreements(_ outcome: MoveOutcome, _ picture: Picture) -> [String] {
    let source = entry(picture.source.absolute)
    switch outcome.result {
    case .arrived(let fingerprint):
      let path = outcome.intent.destination.absolute
      guard let entry = entry(path),
        picture.arriving.map({ $0 == entry.bytes }) ?? (entry.kind == .symbolicLink)
      else { return ["the ledger says that \(picture.name) arrived at \(path)"] }
      if scenario.takesAway, source != nil { return ["what was placed for \(picture.name) is still there"] }
      if scenario.action != .move, !scenario.takesAway, source?.bytes != picture.original.bytes {
        return ["\(picture.name) did not stay at its source"]
      }
      if let mode = scenario.rights?.mode, entry.mode != mode, !outcome.intent.reason.contains("rights could not be") {
        return ["\(picture.name) did not get its rights"]
      }
      let isSame =
        entry.kind == .symbolicLink
        ? entry.fingerprint.inode == fingerprint.inode : entry.fingerprint == fingerprint
      return isSame ? [] : ["the ledger has another fingerprint of \(path)"]
    case .abandoned(let error, _):
      if scenario.takesAway, disk.entry(picture.destination.absolute)?.bytes != picture.arriving {
        return ["\(picture.name) is not where it stayed: \(error)"]
      }
      guard let source, source.bytes == picture.original.bytes else {
        return ["the ledger says that \(picture.name) is at its source: \(error)"]
      }
      return []
    }
  }

  /// Pictures that have not arrived, though nothing is in their way.
  func missing() -> [String] {
    guard scenario.canMove else { return [] }
    return pictures.filter { picture in
      let isTaken =
        !scenario.numbersTakenNames
        && scenario.taken.contains { scenario.outputRoot.pushing($0) == picture.destination.absolute }
      if isTaken { return false }
      if scenario.action != .move, !scenario.takesAway { return !hasArrived(picture) }
      return entry(picture.source.absolute)?.bytes == picture.original.bytes
    }.map { "\($0.name) has not arrived" }
  }

  /// Heals the disk, recovers, tries again, loses all that is not durable: whatever happened before, all has to be
  /// well at each step and in its place at the end.
  func problemsToTheEnd() -> [String] {
    disk.heal()
    recover()
    var problems = self.problems().map { "after the recovery: \($0)" }
    if (try? journal.openIntents())?.isEmpty != true { problems.append("an intent is still open") }
    sort()
    problems += self.problems().map { "after another try: \($0)" } + missing()
    restart(after: .everything, keepsCommit: false)
    recover()
    problems += self.problems().map { "after a power failure: \($0)" } + missing()
    return problems + problemsOfEnd()
  }

  /// An intruder together with a kill or a fault can hide one of two places, which only the process knew of.
  func allowCopies() {
    for picture in pictures { expectations.change(picture.name) { $0.places = $0.places.lowerBound...3 } }
  }

  /// Ends the process: nothing may be left open.
  func problemsOfEnd() -> [String] {
    stop()
    return disk.openDescriptors == 0 ? [] : ["\(disk.openDescriptors) descriptors are left open"]
  }
}
