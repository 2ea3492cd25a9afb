import SystemPackage
import WinnowCore

/// The move from one file system to another: a whole and durable copy under a hidden name in the destination folder,
/// published without replacing, and only then the source retired.
extension DurableMove {
  func crossFileSystems(_ move: CheckedMove, _ report: inout Report) throws(MoveStop) {
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
        return
      }
      do throws(SystemFault) {
        // The name is random and the intent's: nobody else's file can stand there.
        if isLinked { try fileSystem.unlink(temporaryName(of: move), in: move.destinationFolder.raw) }
        try fileSystem.sync(move.destinationFolder.raw)
      } catch {
        report.unresolved.append((move.intent, error.about("\(move.intent.destination)")))
        return
      }
      endRetirement(of: move, copied: status, &report)
    } catch {
      do throws(SystemFault) {
        try removeTemporary(move, isComplete: copied != nil)
      } catch _ {
        report.unresolved.append((move.intent, error.error))
        return
      }
      throw error
    }
  }

  private func temporaryName(of move: CheckedMove) -> FilePath { FilePath(bytes: move.intent.temporaryName ?? []) }

  /// Copies contents and metadata under the hidden name; the copy is whole, compared and durable on return, and its
  /// fingerprint stands in the intent.
  private func copy(_ move: CheckedMove) throws(MoveStop) -> FileStatus {
    do throws(SystemFault) {
      let target = OwnedDescriptor(
        try fileSystem.createFile(temporaryName(of: move), in: move.destinationFolder.raw, mode: 0o600),
        of: fileSystem)
      try fileSystem.copyContents(of: move.file.raw, to: target.raw)
      try fileSystem.copyMetadata(of: move.file.raw, to: target.raw)
      try fileSystem.sync(target.raw)
      let source = try fileSystem.digest(of: move.file.raw)
      guard source == move.intent.digest ?? source else {
        throw SystemFault("move", errno: SystemFault.changedErrno)
      }
      if try fileSystem.digest(of: target.raw) != source {
        // Written to while it was copied, or else it is the copy that is wrong.
        try recheck(move)
        throw SystemFault("compare the copy of", errno: SystemFault.differsErrno)
      }
      let status = try fileSystem.status(of: target.raw)
      move.intent.copied = status.fingerprint(handle: fileSystem.handle(of: target.raw))
      return status
    } catch {
      throw stop(for: error, moving: move)
    }
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
}
