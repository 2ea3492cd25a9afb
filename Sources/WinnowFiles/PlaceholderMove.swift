import SystemPackage
import WinnowCore

/// The last way of placing a file, where a file system can neither rename without replacing nor link, and only where
/// the configuration allows it: an empty placeholder takes the name, is found to be empty and ours, and is renamed
/// over. What another process writes into the placeholder in that moment would be lost.
extension DurableMove {
  /// Renames `name` to the move's destination, over a placeholder.
  ///
  /// - Parameter status: of the file under `name`.
  /// - Returns: nil when it stands there; an error when how it ended cannot be told now.
  func placeOverPlaceholder(
    _ name: FilePath, in folder: SharedFolder, of status: FileStatus, _ move: CheckedMove
  ) throws(MoveStop) -> WinnowError? {
    guard move.intent.placeholder != .forbidden else { throw cannotMoveSafely(move) }
    move.intent.placeholder = .used
    try amend(move)
    while true {
      var placeholder: FileStatus?
      do throws(SystemFault) {
        let made = try makePlaceholder(for: move)
        placeholder = made
        try recheck(move)
        guard try isUntouched(made, at: move) else {
          throw SystemFault("rename", errno: SystemFault.takenErrno)
        }
        try fileSystem.renameReplacing(
          name, in: folder.raw, to: move.destinationName, in: move.destinationFolder.raw)
        return nil
      } catch {
        if error.isTaken {
          // Somebody else's from the start, or written into since: left alone.
          try takeNextName(move)
          continue
        }
        switch whatStands(at: move, instead: error, of: status) {
        case .ours: return nil
        case .nothing: throw stop(for: error, moving: move)
        case .unknown(let unknown):
          guard let placeholder,
            (try? removePlaceholder(placeholder, of: move.intent, in: move.destinationFolder)) != nil
          else { return unknown }
          throw stop(for: error, moving: move)
        }
      }
    }
  }

  private func makePlaceholder(for move: CheckedMove) throws(SystemFault) -> FileStatus {
    let file = OwnedDescriptor(
      try fileSystem.createFile(move.destinationName, in: move.destinationFolder.raw, mode: 0o600), of: fileSystem)
    return try fileSystem.status(of: file.raw)
  }

  private func isUntouched(_ placeholder: FileStatus, at move: CheckedMove) throws(SystemFault) -> Bool {
    let there = try fileSystem.statusIfPresent(of: move.destinationName, in: move.destinationFolder.raw)
    return there.map { $0.isSameFile(as: placeholder) && $0.size == 0 } ?? false
  }

  /// Takes away a placeholder that was not renamed over, unless somebody wrote into it.
  func removePlaceholder(
    _ placeholder: FileStatus, of intent: MoveIntent, in folder: SharedFolder
  ) throws(SystemFault) {
    guard let hidden = intent.retiredName else { preconditionFailure("a placeholder is removed under a durable name") }
    _ = try retire(
      FilePath(bytes: intent.destination.name), at: intent.destination, in: folder, as: hidden, expecting: placeholder)
    try fileSystem.sync(folder.raw)
  }
}
