import SystemPackage
import WinnowCore

/// How a name goes for good: never by its own name, since another file may stand there by then. It is renamed to a
/// hidden name that the intent holds, compared, and only then unlinked, or renamed back.
extension DurableMove {
  enum Retirement {
    /// The source's name is gone.
    case done
    /// Another file stands under the name, or the file has changed; it lies under its own name, or does again.
    case refused
    /// There was nothing under the name.
    case missing
  }

  /// Removes `name`, if what it names is the file of `status` with its size and modification time, or, where it is a
  /// second name, if the file has another one.
  ///
  /// - Parameter mayGo: asked last of all, before the name goes for good.
  func retire(
    _ name: FilePath, at place: Place, in folder: SharedFolder, as hidden: [UInt8], expecting status: FileStatus,
    isSecondName: Bool = false, mayGo: () throws(SystemFault) -> Bool = { true }
  ) throws(SystemFault) -> Retirement {
    func isExpected(_ found: FileStatus) -> Bool {
      found.isSameFile(as: status)
        && (isSecondName ? found.links > 1 : found.size == status.size && found.modified == status.modified)
    }
    let hiddenName = FilePath(bytes: hidden)
    guard let named = try fileSystem.statusIfPresent(of: name, in: folder.raw) else { return .missing }
    // What is another's already is not touched at all.
    guard isExpected(named) else { return .refused }
    do throws(SystemFault) {
      try hide(name, as: hiddenName, in: folder)
    } catch {
      if error.isMissing { return .missing }
      throw error
    }
    guard isExpected(try fileSystem.status(of: hiddenName, in: folder.raw)), try mayGo() else {
      _ = try moveBack(hiddenName, in: folder, to: place, in: folder)
      return .refused
    }
    try fileSystem.unlink(hiddenName, in: folder.raw)
    return .done
  }

  private func hide(_ name: FilePath, as hidden: FilePath, in folder: SharedFolder) throws(SystemFault) {
    do throws(SystemFault) {
      try fileSystem.renameWithoutReplacing(name, in: folder.raw, to: hidden, in: folder.raw)
    } catch {
      guard error.errno == SystemFault.cannotPromiseErrno else { throw error }
      // 128 random bits are nobody else's name.
      try fileSystem.renameReplacing(name, in: folder.raw, to: hidden, in: folder.raw)
    }
  }

  /// Retires the source while nobody has it open for writing.
  func retireSource(_ move: CheckedMove) throws(SystemFault) -> Retirement {
    try retire(
      move.sourceName, at: move.intent.source, in: move.sourceFolder, open: move.file.raw,
      as: move.intent.retiredName, expecting: move.status)
  }

  /// The same for a source that is open as `descriptor`.
  func retire(
    _ name: FilePath, at place: Place, in folder: SharedFolder, open descriptor: Int32, as hidden: [UInt8]?,
    expecting status: FileStatus
  ) throws(SystemFault) -> Retirement {
    guard let hidden else { preconditionFailure("a source is retired under a durable name") }
    var retirement = Retirement.missing
    try fileSystem.withoutWriters(of: descriptor) { () throws(SystemFault) in
      retirement = try retire(name, at: place, in: folder, as: hidden, expecting: status)
    }
    return retirement
  }

  /// Takes away what a move placed at its destination: a copy, or a second name of a file that has another one.
  func retireDestination(
    of intent: MoveIntent, in folder: SharedFolder, expecting status: FileStatus
  ) throws(SystemFault) {
    guard let hidden = intent.temporaryName ?? intent.retiredName else {
      preconditionFailure("a destination is retired under a durable name")
    }
    _ = try retire(
      FilePath(bytes: intent.destination.name), at: intent.destination, in: folder, as: hidden, expecting: status,
      isSecondName: intent.temporaryName == nil)
  }
}
