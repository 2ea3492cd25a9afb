import SystemPackage
public import WinnowCore

/// Moves files so that at every instant each is whole in its old place or in its new one, and afterwards in exactly
/// one. The only code in Winnow that renames, links or unlinks a picture.
///
/// The order, for one batch:
/// 1. `check`: the name is opened and found to be the settled file; a free name is chosen at the destination.
/// 2. The caller commits the intents to the ledger.
/// 3. `carryOut`: checked again, renamed without replacing, what arrived compared with the open file, data and
///    folders synced. Across file systems see `CrossFileSystemMove`.
/// 4. The caller commits the outcomes, together with the next batch's intents.
///
/// After a crash `resolve` finds out from both places what became of an intent. One owner, one thread.
public final class DurableMove {
  /// What became of a batch.
  public struct Report {
    public var outcomes: [MoveOutcome] = []
    /// Moves that were begun and could not be brought to an end now, as when a sync failed. Their intents stay open;
    /// hand them to `resolve` later.
    public var unresolved: [(intent: MoveIntent, error: WinnowError)] = []

    fileprivate func hasArrived(_ intent: Int64) -> Bool {
      guard let last = outcomes.last, last.intent.id == intent, case .arrived = last.result else { return false }
      return true
    }
  }

  let fileSystem: any FileSystem
  let roots: RootTable
  let journal: any MoveJournal
  let now: () -> Timestamp
  private let randomWord: () -> UInt64
  /// From so many moves to one file system on, one syncfs takes the place of a sync for each.
  let wholeSyncFrom: Int

  private var folders: [Place: SharedFolder] = [:]
  /// Names given out in this batch and not yet on the disk.
  var reserved: Set<Place> = []
  /// Where counting stopped for a name, so that ten thousand equal names cost ten thousand looks and not their square.
  private var lastNumbers: [Place: Int] = [:]

  public init(
    on fileSystem: any FileSystem, roots: RootTable, journal: any MoveJournal,
    now: @escaping () -> Timestamp, randomWord: @escaping () -> UInt64 = { UInt64.random(in: .min ... .max) },
    wholeSyncFrom: Int = 24
  ) {
    self.fileSystem = fileSystem
    self.roots = roots
    self.journal = journal
    self.now = now
    self.randomWord = randomWord
    self.wholeSyncFrom = wholeSyncFrom
  }

  // MARK: - Before the intent

  /// Opens source and destination and finds the source to be the settled file.
  ///
  /// - Parameters:
  ///   - statusChanged: the ctime the file had when it was read. If it is another now, though size and modification
  ///     time are the same, the bytes are hashed again before they count as the same.
  ///   - sidecar: what is to be written where the intent's action is `tag`.
  /// - Returns: the move with the name chosen for it, or why it cannot happen.
  public func check(
    _ intent: MoveIntent, statusChanged: Timestamp? = nil, sidecar: [UInt8] = []
  ) -> Result<CheckedMove, MoveOutcomeError> {
    do throws(MoveStop) {
      return .success(try checked(intent, statusChanged: statusChanged, sidecar: sidecar))
    } catch {
      return .failure(MoveOutcomeError(outcome: abandoned(intent, error)))
    }
  }

  func checked(
    _ intent: MoveIntent, statusChanged: Timestamp?, sidecar: [UInt8] = [], group: GroupName? = nil,
    lead: CheckedMove? = nil
  ) throws(MoveStop) -> CheckedMove {
    if intent.takesAway { return try checkedTakingAway(intent, rehash: statusChanged != nil, lead: lead) }
    var intent = intent
    let source = try folder(intent.source.folder)
    let file = try open(intent.source, in: source)
    let status = try fault(intent.source) { () throws(SystemFault) in try fileSystem.status(of: file.raw) }
    guard try isFile(file.raw, status, intent.fingerprint, intent.digest, at: intent.source) else {
      throw .changed(intent.source)
    }
    if let statusChanged, status.changed != statusChanged, let digest = intent.digest {
      guard try fault(intent.source, { () throws(SystemFault) in try fileSystem.digest(of: file.raw) }) == digest
      else { throw .changed(intent.source) }
    }
    let (destination, made) = try makeFolder(intent.destination.folder)
    let wanted = intent.destination
    intent.destination = try freePlace(for: wanted, intent, group, in: destination)
    if intent.rights != nil {
      intent.rightsBefore = FileRights(mode: status.mode, owner: status.owner, group: status.group)
    }
    return CheckedMove(
      intent: intent, wanted: wanted, made: made, sourceFolder: source, destinationFolder: destination, file: file,
      status: status, sidecar: sidecar, group: group, lead: lead)
  }

  /// Whether an open file is the one of a fingerprint, with its size and modification time.
  func isFile(
    _ descriptor: Int32, _ status: FileStatus, _ expected: FileFingerprint, _ digest: ContentDigest?, at place: Place
  ) throws(MoveStop) -> Bool {
    let found = status.fingerprint(handle: fileSystem.handle(of: descriptor))
    guard status.hasContentMarks(of: expected) else { return false }
    if found.handle == expected.handle, found.inode == expected.inode { return true }
    // Of a companion nobody has read the bytes: size and time are what there is to go by.
    if !found.hasIdentity, digest == nil { return true }
    return try fault(place) { () throws(SystemFault) in try bytes(of: descriptor, found, are: digest) }
  }

  /// Whether a file of which the file system keeps no identity is known by its bytes.
  func bytes(
    of descriptor: Int32, _ fingerprint: FileFingerprint, are digest: ContentDigest?
  ) throws(SystemFault) -> Bool {
    guard !fingerprint.hasIdentity, let digest else { return false }
    return try fileSystem.digest(of: descriptor) == digest
  }

  func open(_ place: Place, in folder: SharedFolder) throws(MoveStop) -> OwnedDescriptor {
    do throws(SystemFault) {
      return OwnedDescriptor(
        try fileSystem.openFile(FilePath(bytes: place.name), in: folder.raw), of: fileSystem)
    } catch {
      throw error.isMissing || error.errno == SystemFault.irregularFileErrno
        ? .changed(place) : MoveStop(error, about: "\(place)")
    }
  }

  /// The first of `NAME`, `NAME-2`, `NAME-3` … that is neither there nor given out in this batch.
  private func freePlace(
    for wanted: Place, _ intent: MoveIntent, _ group: GroupName?, in folder: SharedFolder
  ) throws(MoveStop) -> Place {
    var number = 1
    while true {
      let name = group?.numbered(number) ?? TakenName.numbered(wanted.name, number)
      let place = wanted.folder.appending(name: name)
      let isFree = try fault(place) { () throws(SystemFault) in
        for name in [name] + (group?.claimed(number) ?? []) {
          if reserved.contains(wanted.folder.appending(name: name)) { return false }
          if try fileSystem.statusIfPresent(of: FilePath(bytes: name), in: folder.raw) != nil { return false }
        }
        return true
      }
      if isFree {
        reserved.insert(place)
        remember(number, for: wanted)
        return place
      }
      guard intent.numbersTakenNames else { throw taken(place) }
      // Names become free again, so the first two are always looked at.
      number = number == 2 ? max(3, lastNumbers[wanted, default: 3]) : number + 1
    }
  }

  private func remember(_ number: Int, for place: Place) {
    guard number > 1 else { return }
    // Forgetting costs looks, nothing else; 1,024 is chosen, not measured.
    if lastNumbers.count >= 1024 { lastNumbers.removeAll(keepingCapacity: true) }
    lastNumbers[place] = number
  }

  private func taken(_ place: Place) -> MoveStop {
    MoveStop(
      WinnowError(.alreadyExists, "\(place) is already there", remedy: "move it aside and try again"), .refuse)
  }

  // MARK: - After the intent is durable

  /// Carries out moves whose intents are durable, and makes the result durable.
  public func carryOut(_ moves: [CheckedMove]) -> Report {
    defer {
      folders.removeAll(keepingCapacity: true)
      reserved.removeAll(keepingCapacity: true)
    }
    var report = Report()
    var renamed: [CheckedMove] = []
    /// Intents of pictures that have moved, so that their companions may.
    var placed: Set<Int64> = []
    for move in moves {
      do throws(MoveStop) {
        if let lead = move.lead {
          guard placed.contains(lead.intent.id) else { throw .changed(lead.intent.source) }
          try follow(lead, move)
        }
        switch try place(move) {
        case .renamed: renamed.append(move)
        case .linked: try finishLinked(move, &report)
        case .linkedSymbolically: finishSymbolicLink(move, &report)
        case .crossesFileSystems: try crossFileSystems(move, &report)
        case .isCopied: try finishCopy(move, &report)
        case .isTakenAway: try takeAway(move, &report)
        case .unresolved(let error): report.unresolved.append((move.intent, error))
        }
        if renamed.last === move || report.hasArrived(move.intent.id) { placed.insert(move.intent.id) }
      } catch {
        report.outcomes.append(abandoned(move.intent, error))
      }
    }
    makeDurable(renamed, &report)
    return report
  }

  /// Ends the batch without carrying anything out, as when its intents could not be committed.
  public func drop() {
    folders.removeAll(keepingCapacity: true)
    reserved.removeAll(keepingCapacity: true)
  }

  enum Placing {
    case renamed, linked, crossesFileSystems
    /// For actions other than a move.
    case linkedSymbolically, isCopied, isTakenAway
    /// Begun, and how it ended cannot be told now.
    case unresolved(WinnowError)
  }

  private func place(_ move: CheckedMove) throws(MoveStop) -> Placing {
    if move.intent.takesAway { return .isTakenAway }
    switch move.intent.action {
    case .move: return try moveAway(move)
    case .copy, .reflink, .tag: return .isCopied
    case .hardlink: return try link(move)
    case .symlink: return try linkSymbolically(move)
    }
  }

  private func moveAway(_ move: CheckedMove) throws(MoveStop) -> Placing {
    while true {
      switch try rename(move) {
      case nil: return try compareArrived(move)
      case let fault? where fault.isTaken: try takeNextName(move)
      case let fault? where fault.errno == SystemFault.crossesFileSystemsErrno: return .crossesFileSystems
      case let fault? where fault.errno == SystemFault.cannotPromiseErrno: return try link(move)
      case let fault?:
        switch whatStands(at: move, instead: fault, of: move.status) {
        case .ours: return try compareArrived(move)
        case .nothing: throw stop(for: fault, moving: move)
        case .unknown(let error): return .unresolved(error)
        }
      }
    }
  }

  /// - Returns: what the rename itself failed with, if it did.
  private func rename(_ move: CheckedMove) throws(MoveStop) -> SystemFault? {
    var answer: SystemFault?
    do throws(SystemFault) {
      try fileSystem.withoutWriters(of: move.file.raw) { () throws(SystemFault) in
        try recheck(move)
        do throws(SystemFault) {
          try fileSystem.renameWithoutReplacing(
            move.sourceName, in: move.sourceFolder.raw, to: move.destinationName, in: move.destinationFolder.raw)
        } catch {
          answer = error
        }
      }
      return answer
    } catch {
      throw stop(for: error, moving: move)
    }
  }

  /// What a call left at the destination that failed, though it may have been carried out all the same: over a network
  /// the answer can get lost.
  enum Standing {
    /// The file that was to be placed there.
    case ours
    case nothing
    /// Another file, or nobody can tell now; both are `resolve`'s.
    case unknown(WinnowError)
  }

  func whatStands(at move: CheckedMove, instead fault: SystemFault, of status: FileStatus) -> Standing {
    do throws(SystemFault) {
      guard
        let there = try fileSystem.statusIfPresent(of: move.destinationName, in: move.destinationFolder.raw)
      else { return .nothing }
      return there.isSameFile(as: status) ? .ours : .unknown(fault.about("\(move.intent.destination)"))
    } catch {
      return .unknown(error.about("\(move.intent.destination)"))
    }
  }

  /// The name still stands for the open file, and the file is as it was when it settled.
  func recheck(_ move: CheckedMove) throws(SystemFault) {
    let named = try fileSystem.status(of: move.sourceName, in: move.sourceFolder.raw)
    guard named.isSameFile(as: move.status), named.kind == .regular, named.hasContentMarks(of: move.intent.fingerprint)
    else { throw SystemFault("move", errno: SystemFault.changedErrno) }
  }

  /// What lies at the destination now is the open file, unchanged. Otherwise another file was swapped in at the last
  /// moment: it goes back, durably, before the move is given up.
  func compareArrived(_ move: CheckedMove) throws(MoveStop) -> Placing {
    let arrived: FileStatus?
    do throws(SystemFault) {
      arrived = try fileSystem.statusIfPresent(of: move.destinationName, in: move.destinationFolder.raw)
    } catch {
      return .unresolved(error.about("\(move.intent.destination)"))
    }
    guard let arrived else { throw .changed(move.intent.destination) }
    if arrived.isSameFile(as: move.status), arrived.hasContentMarks(of: move.intent.fingerprint) { return .renamed }
    let back: Place
    do throws(SystemFault) {
      back = try moveBack(
        move.destinationName, in: move.destinationFolder, to: move.intent.source, in: move.sourceFolder)
      try fileSystem.sync(move.sourceFolder.raw)
      try fileSystem.sync(move.destinationFolder.raw)
    } catch {
      return .unresolved(error.about("\(move.intent.destination) back to \(move.intent.source)"))
    }
    throw MoveStop(
      WinnowError(
        .fileChanged, "another file took the place of \(move.intent.source) as it was moved; it lies at \(back) again",
        remedy: "it is looked at anew"), .startAnew)
  }

  /// Chooses the next free name and makes it durable before it is used.
  func takeNextName(_ move: CheckedMove) throws(MoveStop) {
    guard move.intent.numbersTakenNames else { throw taken(move.intent.destination) }
    reserved.insert(move.intent.destination)
    move.intent.destination = try freePlace(for: move.wanted, move.intent, move.group, in: move.destinationFolder)
    try amend(move)
  }

  func amend(_ move: CheckedMove) throws(MoveStop) {
    do throws(WinnowError) {
      try journal.amend([move.intent])
    } catch {
      throw MoveStop(error, .wait)
    }
  }

  /// A hidden name that nobody else has: `.winnow-` and 32 hexadecimal digits.
  func hiddenName() -> [UInt8] {
    let digits = [randomWord(), randomWord()].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return HiddenName.prefix + Array(digits.joined().utf8)
  }

  // MARK: - Shared with the other ways of moving

  func arrived(_ intent: MoveIntent, _ fingerprint: FileFingerprint) -> MoveOutcome {
    MoveOutcome(intent: intent, result: .arrived(fingerprint), time: now())
  }

  func abandoned(_ intent: MoveIntent, _ stop: MoveStop) -> MoveOutcome {
    MoveOutcome(intent: intent, result: .abandoned(stop.error, stop.fate), time: now())
  }

  func stop(for fault: SystemFault, moving move: CheckedMove) -> MoveStop {
    switch fault.errno {
    case SystemFault.changedErrno: .changed(move.intent.source)
    case SystemFault.busyErrno where fault.operation == "lease":
      MoveStop(
        WinnowError(.fileBusy, "\(move.intent.source) is still open for writing", remedy: "it is sorted once closed"),
        .startAnew)
    case _ where fault.isMissing: .changed(move.intent.source)
    default: MoveStop(fault, about: "\(move.intent.source) to \(move.intent.destination)")
    }
  }

  /// Runs `body`; a fault becomes a stop about `place`.
  func fault<Value>(
    _ place: Place, _ body: () throws(SystemFault) -> Value
  ) throws(MoveStop) -> Value {
    do throws(SystemFault) {
      return try body()
    } catch {
      throw MoveStop(error, about: "\(place)")
    }
  }

  func folder(_ place: Place) throws(MoveStop) -> SharedFolder {
    if let folder = folders[place] { return folder }
    do throws(SystemFault) {
      let folder = SharedFolder(place: place, descriptor: try roots.root(place.root).openFolder(place.relative))
      folders[place] = folder
      return folder
    } catch {
      throw MoveStop(error, about: "\(place)")
    }
  }

  private func makeFolder(_ place: Place) throws(MoveStop) -> (SharedFolder, made: [Place]) {
    if let folder = folders[place] { return (folder, []) }
    do throws(SystemFault) {
      var made: [Place] = []
      let folder = SharedFolder(
        place: place, descriptor: try roots.root(place.root).openFolder(making: place.relative, made: &made))
      folders[place] = folder
      return (folder, made)
    } catch {
      // A file in the way, a link, a missing root: a person has to look, and until then the picture waits.
      throw MoveStop(error.about("\(place)"), .wait)
    }
  }
}

/// The outcome of a move that was not even begun.
public struct MoveOutcomeError: Error {
  public let outcome: MoveOutcome
}
