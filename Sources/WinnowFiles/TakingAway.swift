import SystemPackage
import WinnowCore

/// The undo of a copy, a link or a sidecar: it goes, once the picture it was placed for is found to stand where it stayed.
extension DurableMove {
  /// Opens the picture that stays and finds what was placed to be what Winnow placed.
  ///
  /// - Parameter rehash: whether the bytes of both are compared with the intent's digest.
  func checkedTakingAway(
    _ intent: MoveIntent, rehash: Bool, lead: CheckedMove?
  ) throws(MoveStop) -> CheckedMove {
    let placed = try folder(intent.source.folder)
    let stays = try folder(intent.destination.folder)
    guard let expected = intent.original else { throw originalIsMissing(intent) }
    let original = try openOriginal(of: intent, in: stays)
    let originalStatus = try fault(intent.destination) { () throws(SystemFault) in
      try fileSystem.status(of: original.raw)
    }
    guard try isFile(original.raw, originalStatus, expected, intent.digest, at: intent.destination) else {
      throw originalIsMissing(intent)
    }
    let status = try placedStatus(of: intent, in: placed, beside: original, rehash: rehash)
    return CheckedMove(
      intent: intent, wanted: intent.destination, made: [], sourceFolder: placed, destinationFolder: stays,
      file: original, status: status, lead: lead)
  }

  private func openOriginal(of intent: MoveIntent, in folder: SharedFolder) throws(MoveStop) -> OwnedDescriptor {
    do throws(MoveStop) {
      return try open(intent.destination, in: folder)
    } catch {
      throw error.fate == .startAnew ? originalIsMissing(intent) : error
    }
  }

  private func placedStatus(
    of intent: MoveIntent, in folder: SharedFolder, beside original: borrowing OwnedDescriptor, rehash: Bool
  ) throws(MoveStop) -> FileStatus {
    let name = FilePath(bytes: intent.source.name)
    if intent.action == .symlink {
      let status = try fault(intent.source) { () throws(SystemFault) in
        try symbolicLink(at: name, in: folder, names: intent.destination.absolute)
      }
      guard let status else { throw .changed(intent.source) }
      return status
    }
    let file = try open(intent.source, in: folder)
    let status = try fault(intent.source) { () throws(SystemFault) in try fileSystem.status(of: file.raw) }
    guard try isFile(file.raw, status, intent.fingerprint, intent.digest, at: intent.source) else {
      throw .changed(intent.source)
    }
    guard rehash, let digest = intent.digest, intent.action != .tag else { return status }
    // What goes has the bytes that were placed, and they are not the only ones.
    let digests = try fault(intent.source) { () throws(SystemFault) in
      (try fileSystem.digest(of: file.raw), try fileSystem.digest(of: original.raw))
    }
    guard digests.0 == digest else { throw .changed(intent.source) }
    guard digests.1 == digest else { throw originalIsMissing(intent) }
    return status
  }

  private func originalIsMissing(_ intent: MoveIntent) -> MoveStop {
    MoveStop(
      WinnowError(
        .fileChanged,
        "\(intent.destination) is no longer the file that \(intent.source) was placed for, so that stays",
        remedy: "remove it by hand if it is not needed"), .refuse)
  }

  func takeAway(_ move: CheckedMove, _ report: inout Report) throws(MoveStop) {
    let hidden = hiddenName()
    move.intent.retiredName = hidden
    try amend(move)
    do throws(SystemFault) {
      // What stays is durable before the other goes.
      try fileSystem.syncData(move.file.raw)
      try fileSystem.sync(move.destinationFolder.raw)
      let retirement = try retire(
        move.sourceName, at: move.intent.source, in: move.sourceFolder, as: hidden, expecting: move.status
      ) { () throws(SystemFault) in
        let stays = try fileSystem.statusIfPresent(of: move.destinationName, in: move.destinationFolder.raw)
        let open = try fileSystem.status(of: move.file.raw)
        guard let stays, let original = move.intent.original else { return false }
        return stays.isSameFile(as: open) && stays.hasContentMarks(of: original)
      }
      try fileSystem.sync(move.sourceFolder.raw)
      switch retirement {
      case .done: report.outcomes.append(arrived(move.intent, try fileSystem.fingerprint(of: move.file.raw)))
      case .missing, .refused: report.outcomes.append(abandoned(move.intent, .changed(move.intent.source)))
      }
    } catch {
      report.unresolved.append((move.intent, error.about("\(move.intent.source)")))
    }
  }

  /// What became of taking something away that a crash or a failed sync left open.
  func resolveTakingAway(_ intent: MoveIntent) throws -> MoveOutcome {
    let placed = try folderIfPresent(intent.source.folder)
    let stays = try folderIfPresent(intent.destination.folder)
    let original = try look(at: intent.destination.name, in: stays, for: intent)
    let stands =
      original.map { found in
        intent.original.map { isFile(found, $0) && found.fingerprint.hasSameContentMarks(as: $0) } ?? false
      } ?? false
    if let placed, let hidden = intent.retiredName, let left = try look(at: hidden, in: placed) {
      let name = FilePath(bytes: hidden)
      if stands, let stays, isPlaced(left, by: intent) {
        try fileSystem.sync(stays.raw)
        try fileSystem.unlink(name, in: placed.raw)
      } else {
        _ = try moveBack(name, in: placed, to: intent.source, in: placed)
      }
    }
    if let placed { try fileSystem.sync(placed.raw) }
    if let left = try look(at: intent.source.name, in: placed), isPlaced(left, by: intent) {
      return abandoned(intent, .changed(intent.source))
    }
    guard stands, let original else { return abandoned(intent, .changed(intent.destination)) }
    return arrived(intent, original.fingerprint)
  }

  private func isPlaced(_ found: Found, by intent: MoveIntent) -> Bool {
    let fingerprint = found.fingerprint
    return fingerprint.hasSameContentMarks(as: intent.fingerprint)
      && (fingerprint.isSameFile(as: intent.fingerprint) || !fingerprint.hasIdentity
        || fingerprint.handle.isEmpty && fingerprint.inode == intent.fingerprint.inode)
  }
}
