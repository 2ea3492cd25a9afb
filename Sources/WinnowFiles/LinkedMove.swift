public import WinnowCore

/// The move on file systems that cannot rename without replacing: link, compare, retire the source. A hard link that is
/// placed beside its picture is made in the same way.
extension DurableMove {
  /// Gives the source a second name at the destination.
  func link(_ move: CheckedMove) throws(MoveStop) -> Placing {
    move.intent.retiredName = hiddenName()
    try amend(move)
    while true {
      do throws(SystemFault) {
        try recheck(move)
      } catch {
        throw stop(for: error, moving: move)
      }
      do throws(SystemFault) {
        try fileSystem.link(
          move.sourceName, in: move.sourceFolder.raw, to: move.destinationName, in: move.destinationFolder.raw)
        return .linked
      } catch {
        if move.intent.action == .hardlink, SystemFault.refusesLinks(error) { throw cannotPlaceSo(move) }
        if SystemFault.linksMissingErrnos.contains(error.errno) { return try placeOverPlaceholder(move) }
        switch whatStands(at: move, instead: error, of: move.status) {
        case .ours: return .linked
        case _ where error.isTaken: try takeNextName(move)
        case .nothing: throw stop(for: error, moving: move)
        case .unknown(let error): return .unresolved(error)
        }
      }
    }
  }

  private func placeOverPlaceholder(_ move: CheckedMove) throws(MoveStop) -> Placing {
    if let error = try placeOverPlaceholder(move.sourceName, in: move.sourceFolder, of: move.status, move) {
      return .unresolved(error)
    }
    return try compareArrived(move)
  }

  /// A file system cannot do what the action asks for. Another one is not taken in its place: who asked for links has a
  /// reason.
  func cannotPlaceSo(_ move: CheckedMove) -> MoveStop {
    MoveStop(
      WinnowError(
        .actionUnsupported,
        "the file system of \(move.intent.destination) cannot place \(move.intent.source) by "
          + "`action: \(move.intent.action.rawValue)`",
        remedy: "choose `action: copy`, or an output on a file system that can"), .wait)
  }

  func cannotMoveSafely(_ move: CheckedMove) -> MoveStop {
    MoveStop(
      WinnowError(
        .cannotMoveSafely,
        "the file system of \(move.intent.destination) can neither rename without replacing nor link",
        remedy: "choose an output on another file system, or see `unsafe_placeholder` in the configuration"), .wait)
  }

  /// The linked file is the settled one: the source's name goes. Otherwise another file was swapped in: its second name
  /// goes, its own stays.
  func finishLinked(_ move: CheckedMove, _ report: inout Report) throws(MoveStop) {
    let isSettledFile: Bool
    do throws(SystemFault) {
      let linked = try fileSystem.status(of: move.destinationName, in: move.destinationFolder.raw)
      isSettledFile = linked.isSameFile(as: move.status) && linked.hasContentMarks(of: move.intent.fingerprint)
      if isSettledFile {
        giveRights(to: move.file.raw, &move.intent)
        try syncPlaced(move.file.raw, move.intent)
      } else {
        try retireDestination(of: move.intent, in: move.destinationFolder, expecting: linked)
      }
      try fileSystem.sync(move.destinationFolder.raw)
    } catch {
      report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
      return
    }
    guard isSettledFile else { throw .changed(move.intent.source) }
    guard move.intent.action == .move else {
      do throws(SystemFault) {
        report.outcomes.append(arrived(move.intent, try fileSystem.fingerprint(of: move.file.raw)))
      } catch {
        report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
      }
      return
    }
    endRetirement(of: move, copied: move.status, &report)
  }

  /// Retires the source of a move whose destination stands and is durable; undoes the destination where the source
  /// turns out to have changed meanwhile.
  func endRetirement(of move: CheckedMove, copied: FileStatus, _ report: inout Report) {
    do throws(SystemFault) {
      let retirement = try retireSource(move)
      let source = try fileSystem.status(of: move.file.raw)
      let fingerprint = try fingerprintAtDestination(of: move)
      switch retirement {
      case .done:
        try fileSystem.sync(move.sourceFolder.raw)
        report.outcomes.append(arrived(move.intent, fingerprint))
      case .missing where source.links == (copied.isSameFile(as: move.status) ? 1 : 0):
        // Somebody deleted the source; what arrived is the only one left.
        try fileSystem.sync(move.sourceFolder.raw)
        report.outcomes.append(arrived(move.intent, fingerprint))
      case .missing, .refused:
        // The source lives on, renamed or changed: it is the picture, and what arrived goes.
        try retireDestination(of: move.intent, in: move.destinationFolder, expecting: copied)
        try fileSystem.sync(move.sourceFolder.raw)
        try fileSystem.sync(move.destinationFolder.raw)
        report.outcomes.append(abandoned(move.intent, .changed(move.intent.source)))
      }
    } catch {
      report.unresolved.append((move.intent, error.about("\(move.intent.source)")))
    }
  }

  private func fingerprintAtDestination(of move: CheckedMove) throws(SystemFault) -> FileFingerprint {
    if let copied = move.intent.copied { return copied }
    return try fileSystem.fingerprint(of: move.file.raw)
  }
}

extension SystemFault {
  /// Whether two names of one file cannot be had here.
  static func refusesLinks(_ fault: SystemFault) -> Bool {
    linksMissingErrnos.contains(fault.errno) || fault.errno == crossesFileSystemsErrno
      || fault.errno == tooManyLinksErrno
  }
}

extension WinnowError.Code {
  /// The file systems of a picture and its destination cannot do what `action:` asks for.
  public static let actionUnsupported = Self("action_unsupported")
  /// The file system offers no way to move a file that is safe at every instant.
  public static let cannotMoveSafely = Self("cannot_move_safely")
}
