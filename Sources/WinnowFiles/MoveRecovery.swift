import SystemPackage
public import WinnowCore

/// What a look at both places tells about an intent without an outcome.
extension DurableMove {
  /// Finishes or drops an intent that a crash or a failed sync left open.
  ///
  /// - Returns: the outcome, durable on the disk but not yet in the ledger.
  /// - Throws: why it cannot be told yet: a root is away, or a folder cannot be synced. Try again later.
  public func resolve(_ intent: MoveIntent) throws(WinnowError) -> MoveOutcome {
    defer { drop() }
    do {
      if intent.takesAway { return try resolveTakingAway(intent) }
      let source = try folderIfPresent(intent.source.folder)
      let destination = try folderIfPresent(intent.destination.folder)
      return try resolve(intent, source: source, destination: destination)
    } catch let fault as SystemFault {
      throw fault.about("\(intent.source) or \(intent.destination)")
    } catch {
      throw WinnowError(.systemCall, "cannot find out what became of \(intent.source)", cause: "\(error)")
    }
  }

  /// The same for a companion that moved with a picture: where that one has arrived, it follows.
  ///
  /// - Parameter lead: where the picture is now, once its own intent was resolved.
  public func resolve(_ intent: MoveIntent, beside lead: Place) throws(WinnowError) -> MoveOutcome {
    let outcome = try resolve(intent)
    guard case .abandoned = outcome.result, lead.folder.absolute == intent.destination.folder.absolute else {
      return outcome
    }
    var again = intent
    if !again.takesAway { again.destination = Self.place(ofCompanion: again.source.name, beside: lead) }
    again.numbersTakenNames = false
    again.temporaryName = nil
    again.copied = nil
    again.retiredName = nil
    guard case .success(let move) = check(again) else {
      drop()
      return outcome
    }
    try journal.amend([move.intent])
    let report = carryOut([move])
    if let (_, error) = report.unresolved.first { throw error }
    return report.outcomes.first ?? outcome
  }

  private func resolve(
    _ intent: MoveIntent, source: SharedFolder?, destination: SharedFolder?
  ) throws -> MoveOutcome {
    if intent.action == .symlink { return try resolveSymbolicLink(intent, in: destination) }
    var arrivedFile = try look(at: intent.destination.name, in: destination, for: intent)
    // Of a companion nobody has read the bytes: where its source is gone, what has its size and time is all there is.
    if let found = arrivedFile, !found.fingerprint.hasIdentity, intent.digest == nil,
      try isGone(intent, from: source)
    {
      arrivedFile?.hasBytes = true
    }
    let expected = intent.copied ?? intent.fingerprint
    let crossing = intent.temporaryName != nil
    if let destination, let arrivedFile, !crossing || intent.copied != nil,
      isFile(arrivedFile, expected)
    {
      return try finish(intent, arrivedFile, source: source, destination: destination)
    }
    try removeLeftovers(of: intent, source: source, destination: destination)
    if let destination, let arrivedFile, isPlaceholder(arrivedFile, of: intent) {
      try removePlaceholder(arrivedFile.status, of: intent, in: destination)
      return abandoned(intent, .changed(intent.source))
    }
    if let source, let destination, let arrivedFile, !crossing {
      try takeBackForeign(arrivedFile, intent, source: source, destination: destination)
    }
    return abandoned(intent, .changed(intent.source))
  }

  private func resolveSymbolicLink(_ intent: MoveIntent, in destination: SharedFolder?) throws -> MoveOutcome {
    guard let destination,
      let status = try symbolicLink(
        at: FilePath(bytes: intent.destination.name), in: destination, names: intent.source.absolute),
      status.changed >= intent.begun
    else { return abandoned(intent, .changed(intent.source)) }
    try fileSystem.sync(destination.raw)
    return arrived(intent, status.fingerprint(handle: []))
  }

  private func isGone(_ intent: MoveIntent, from source: SharedFolder?) throws(SystemFault) -> Bool {
    if let retired = intent.retiredName, try look(at: retired, in: source) != nil { return false }
    return try look(at: intent.source.name, in: source) == nil
  }

  /// Another file lies at the destination. If it was swapped in at the source as the power went, it goes back.
  private func takeBackForeign(
    _ foreign: Found, _ intent: MoveIntent, source: SharedFolder, destination: SharedFolder
  ) throws {
    if let left = try look(at: intent.source.name, in: source) {
      // Linked, and its own name is there: the second one goes.
      guard intent.retiredName != nil, left.status.isSameFile(as: foreign.status) else { return }
      try retireDestination(of: intent, in: destination, expecting: foreign.status)
    } else {
      // The source's name is free: the file goes back there, if it came after the intent.
      guard foreign.status.changed >= intent.begun else { return }
      _ = try moveBack(
        FilePath(bytes: intent.destination.name), in: destination, to: intent.source, in: source)
    }
    try fileSystem.sync(source.raw)
    try fileSystem.sync(destination.raw)
  }

  /// The picture stands at the destination: what is left of the source goes, and both folders are made durable.
  private func finish(
    _ intent: MoveIntent, _ arrivedFile: Found, source: SharedFolder?, destination: SharedFolder
  ) throws -> MoveOutcome {
    var intent = intent
    if let temporary = intent.temporaryName, try look(at: temporary, in: destination) != nil {
      try fileSystem.unlink(FilePath(bytes: temporary), in: destination.raw)
    }
    let file = OwnedDescriptor(
      try fileSystem.openFile(FilePath(bytes: intent.destination.name), in: destination.raw), of: fileSystem)
    giveRights(to: file.raw, &intent)
    try syncPlaced(file.raw, intent)
    // Before the source goes.
    try fileSystem.sync(destination.raw)
    if intent.action == .move, let source {
      guard try finishSource(of: intent, in: source) else {
        // Written to since it was copied or linked: the source is the picture, and what arrived goes.
        try retireDestination(of: intent, in: destination, expecting: arrivedFile.status)
        try fileSystem.sync(source.raw)
        try fileSystem.sync(destination.raw)
        return abandoned(intent, .changed(intent.source))
      }
      try fileSystem.sync(source.raw)
    }
    return arrived(intent, try fileSystem.fingerprint(of: file.raw))
  }

  /// Ends the retirement of the source of a move that arrived.
  ///
  /// - Returns: false when the source has changed since, and stays.
  private func finishSource(of intent: MoveIntent, in source: SharedFolder) throws -> Bool {
    guard let retired = intent.retiredName else { return true }
    if let left = try look(at: retired, in: source, for: intent) {
      if isFile(left, intent.fingerprint), left.fingerprint.hasSameContentMarks(as: intent.fingerprint) {
        try fileSystem.unlink(FilePath(bytes: retired), in: source.raw)
      } else {
        _ = try moveBack(FilePath(bytes: retired), in: source, to: intent.source, in: source)
        if isFile(left, intent.fingerprint) { return false }
      }
    }
    guard let left = try look(at: intent.source.name, in: source, for: intent), isFile(left, intent.fingerprint)
    else { return true }
    guard left.fingerprint.hasSameContentMarks(as: intent.fingerprint) else { return false }
    let file = OwnedDescriptor(
      try fileSystem.openFile(FilePath(bytes: intent.source.name), in: source.raw), of: fileSystem)
    let retirement = try retire(
      FilePath(bytes: intent.source.name), at: intent.source, in: source, open: file.raw, as: retired,
      expecting: left.status)
    // Changed in this very moment: the next look tells.
    if case .refused = retirement { throw SystemFault("move", errno: SystemFault.changedErrno) }
    return true
  }

  /// Nothing arrived: an unfinished copy goes, a retired source gets its name back.
  private func removeLeftovers(of intent: MoveIntent, source: SharedFolder?, destination: SharedFolder?) throws {
    if let destination, let temporary = intent.temporaryName, try look(at: temporary, in: destination) != nil {
      try fileSystem.unlink(FilePath(bytes: temporary), in: destination.raw)
      try fileSystem.sync(destination.raw)
    }
    guard let retired = intent.retiredName else { return }
    if let destination, intent.temporaryName != nil, let left = try look(at: retired, in: destination),
      isPlaceholder(left, of: intent)
    {
      try fileSystem.unlink(FilePath(bytes: retired), in: destination.raw)
      try fileSystem.sync(destination.raw)
    }
    if let source, try look(at: retired, in: source) != nil {
      _ = try moveBack(FilePath(bytes: retired), in: source, to: intent.source, in: source)
      try fileSystem.sync(source.raw)
    }
    // A link on its way out: the file's second name, unless somebody took the first.
    if let source, let destination, intent.temporaryName == nil, let left = try look(at: retired, in: destination) {
      if left.status.links > 1 || isPlaceholder(left, of: intent) {
        try fileSystem.unlink(FilePath(bytes: retired), in: destination.raw)
      } else {
        _ = try moveBack(FilePath(bytes: retired), in: destination, to: intent.source, in: source)
        try fileSystem.sync(source.raw)
      }
      try fileSystem.sync(destination.raw)
    }
  }

  struct Found {
    let status: FileStatus
    let fingerprint: FileFingerprint
    /// Whether it has the bytes of the picture that was looked for; where the file system keeps an identity nobody looks.
    var hasBytes = false
  }

  /// What a name stands for; nil where there is nothing. Of what is no regular file, only the status is known.
  ///
  /// - Parameter intent: whose picture it may be, for file systems that keep no identity.
  func look(
    at name: [UInt8], in folder: SharedFolder?, for intent: MoveIntent? = nil
  ) throws(SystemFault) -> Found? {
    guard let folder else { return nil }
    let name = FilePath(bytes: name)
    do throws(SystemFault) {
      let file = OwnedDescriptor(try fileSystem.openFile(name, in: folder.raw), of: fileSystem)
      let status = try fileSystem.status(of: file.raw)
      let fingerprint = status.fingerprint(handle: fileSystem.handle(of: file.raw))
      let isCandidate = intent.map {
        status.hasContentMarks(of: $0.fingerprint) || $0.copied.map(status.hasContentMarks) ?? false
      }
      return Found(
        status: status, fingerprint: fingerprint,
        hasBytes: isCandidate == true ? try bytes(of: file.raw, fingerprint, are: intent?.digest) : false)
    } catch {
      if error.isMissing { return nil }
      guard error.errno == SystemFault.irregularFileErrno else { throw error }
      return try fileSystem.statusIfPresent(of: name, in: folder.raw).map {
        Found(status: $0, fingerprint: $0.fingerprint(handle: []))
      }
    }
  }

  /// An empty file that came after the intent, which announced one: nobody has written into it.
  private func isPlaceholder(_ found: Found, of intent: MoveIntent) -> Bool {
    intent.placeholder == .used && found.status.kind == .regular && found.status.size == 0
      && found.status.changed >= intent.begun && !isFile(found, intent.fingerprint)
  }

  /// By handle or birth; where a file system has neither, by size and modification time with the inode number, or with
  /// the bytes: the number may be another since the last mount.
  func isFile(_ found: Found, _ expected: FileFingerprint) -> Bool {
    let fingerprint = found.fingerprint
    guard found.status.kind == .regular else { return false }
    return fingerprint.isSameFile(as: expected)
      || fingerprint.handle.isEmpty && (fingerprint.inode == expected.inode || found.hasBytes)
        && fingerprint.hasSameContentMarks(as: expected)
  }

  /// A folder that may have gone; a root that is away is an error.
  func folderIfPresent(_ place: Place) throws -> SharedFolder? {
    let root = try roots.root(place.root)
    do {
      return SharedFolder(place: place, descriptor: try root.openFolder(place.relative))
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }
}
