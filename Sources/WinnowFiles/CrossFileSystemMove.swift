import SystemPackage
import WinnowCore

/// The move from one file system to another: a whole and durable copy under a hidden name in the destination folder,
/// published without replacing, and only then the source retired. A copy that is placed beside its picture is made in the
/// same way, and so is a sidecar.
extension DurableMove {
  func crossFileSystems(_ move: CheckedMove, _ report: inout Report) throws(MoveStop) {
    guard let copied = try placeCopy(of: move, &report) else { return }
    endRetirement(of: move, copied: copied, &report)
  }

  /// Places what the action asks for beside the picture that stays.
  func finishCopy(_ move: CheckedMove, _ report: inout Report) throws(MoveStop) {
    guard try placeCopy(of: move, &report) != nil, let copied = move.intent.copied else { return }
    report.outcomes.append(arrived(move.intent, copied))
  }

  /// - Returns: the status of the copy that stands at the destination, durable; nil where how it ended cannot be told
  ///   now, which `report` then holds.
  private func placeCopy(of move: CheckedMove, _ report: inout Report) throws(MoveStop) -> FileStatus? {
    move.intent.temporaryName = hiddenName()
    move.intent.retiredName = hiddenName()
    try amend(move)
    var copied: FileStatus?
    do throws(MoveStop) {
      let status = try copy(move)
      copied = status
      try amend(move)
      let isLinked: Bool
      switch try publish(move, status) {
      case .renamed: isLinked = false
      case .linked: isLinked = true
      case .unresolved(let error):
        report.unresolved.append((move.intent, error))
        return nil
      }
      do throws(SystemFault) {
        // The name is random and the intent's: nobody else's file can stand there.
        if isLinked { try fileSystem.unlink(temporaryName(of: move), in: move.destinationFolder.raw) }
        try fileSystem.sync(move.destinationFolder.raw)
      } catch {
        report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
        return nil
      }
      return status
    } catch {
      do throws(SystemFault) {
        try removeTemporary(move, isComplete: copied != nil)
      } catch _ {
        report.unresolved.append((move.intent, error.error))
        return nil
      }
      throw error
    }
  }

  private func temporaryName(of move: CheckedMove) -> FilePath { FilePath(bytes: move.intent.temporaryName ?? []) }

  /// Copies contents and metadata under the hidden name; the copy is whole, compared and durable on return, and its
  /// fingerprint stands in the intent.
  private func copy(_ move: CheckedMove) throws(MoveStop) -> FileStatus {
    do throws(SystemFault) {
      // A sidecar may be read by whoever may read the picture, and written to by its owner.
      let mode = move.intent.action == .tag ? move.status.mode & 0o666 | 0o600 : 0o600
      let target = OwnedDescriptor(
        try fileSystem.createFile(temporaryName(of: move), in: move.destinationFolder.raw, mode: mode),
        of: fileSystem)
      try fill(target.raw, with: move)
      giveRights(to: target.raw, &move.intent)
      try fileSystem.sync(target.raw)
      if move.intent.action != .tag { try compare(target.raw, with: move) }
      let status = try fileSystem.status(of: target.raw)
      move.intent.copied = status.fingerprint(handle: fileSystem.handle(of: target.raw))
      return status
    } catch {
      if error.operation == "share", SystemFault.sharingMissingErrnos.contains(error.errno) {
        throw cannotPlaceSo(move)
      }
      throw stop(for: error, moving: move)
    }
  }

  private func compare(_ target: Int32, with move: CheckedMove) throws(SystemFault) {
    let source = try fileSystem.digest(of: move.file.raw)
    guard source == move.intent.digest ?? source else {
      throw SystemFault("move", errno: SystemFault.changedErrno)
    }
    // Nobody has read a companion before. Where a file system keeps no identity, its bytes are what a recovery knows it by.
    move.intent.digest = source
    guard try fileSystem.digest(of: target) != source else { return }
    // Written to while it was copied, or else it is the copy that is wrong.
    try recheck(move)
    throw SystemFault("compare the copy of", errno: SystemFault.differsErrno)
  }

  private func fill(_ target: Int32, with move: CheckedMove) throws(SystemFault) {
    switch move.intent.action {
    case .tag: return try fileSystem.writeContents(move.sidecar, to: target)
    case .reflink: try fileSystem.shareContents(of: move.file.raw, with: target)
    case .move, .copy, .hardlink, .symlink: try fileSystem.copyContents(of: move.file.raw, to: target)
    }
    try fileSystem.copyMetadata(of: move.file.raw, to: target)
  }

  private enum Publication {
    case renamed
    /// The copy stands under its hidden name as well.
    case linked
    case unresolved(WinnowError)
  }

  private func publish(_ move: CheckedMove, _ copied: FileStatus) throws(MoveStop) -> Publication {
    while true {
      var isLinked = false
      do throws(SystemFault) {
        try recheck(move)
        do throws(SystemFault) {
          try fileSystem.renameWithoutReplacing(
            temporaryName(of: move), in: move.destinationFolder.raw, to: move.destinationName,
            in: move.destinationFolder.raw)
        } catch {
          guard error.errno == SystemFault.cannotPromiseErrno else { throw error }
          isLinked = true
          try fileSystem.link(
            temporaryName(of: move), in: move.destinationFolder.raw, to: move.destinationName,
            in: move.destinationFolder.raw)
        }
        return isLinked ? .linked : .renamed
      } catch {
        if isLinked, SystemFault.linksMissingErrnos.contains(error.errno) {
          let unknown = try placeOverPlaceholder(temporaryName(of: move), in: move.destinationFolder, of: copied, move)
          return unknown.map { .unresolved($0) } ?? .renamed
        }
        if case .ours = whatStands(at: move, instead: error, of: copied) { return isLinked ? .linked : .renamed }
        guard error.isTaken else { throw stop(for: error, moving: move) }
        try takeNextName(move)
      }
    }
  }

  /// The copy was not published: it goes, durably.
  ///
  /// - Parameter isComplete: whether it stood whole under its hidden name. If it is not there any more, it was published
  ///   after all; that is `resolve`'s.
  private func removeTemporary(_ move: CheckedMove, isComplete: Bool) throws(SystemFault) {
    do throws(SystemFault) {
      try fileSystem.unlink(temporaryName(of: move), in: move.destinationFolder.raw)
    } catch {
      if error.isMissing && !isComplete { return }
      throw error
    }
    try fileSystem.sync(move.destinationFolder.raw)
  }
}

extension SystemFault {
  /// What file systems without hard links answer.
  static let linksMissingErrnos: Set<Int32> = [notPermittedErrno, notSupportedErrno, noSystemCallErrno]
  /// What file systems answer that cannot let two files share their bytes.
  static let sharingMissingErrnos: Set<Int32> = [
    notSupportedErrno, noSystemCallErrno, crossesFileSystemsErrno, cannotPromiseErrno, notATerminalErrno,
  ]
}
