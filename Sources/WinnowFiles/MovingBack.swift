import SystemPackage
import WinnowCore

/// The way back for a file that should not have been moved.
extension DurableMove {
  /// Renames a file back to where it came from, as `NAME-2.ext` if the name was taken meanwhile. Not durable until
  /// both folders are synced.
  func moveBack(
    _ name: FilePath, in folder: SharedFolder, to place: Place, in original: SharedFolder
  ) throws(SystemFault) -> Place {
    var number = 1
    while true {
      let target = place.folder.appending(name: TakenName.numbered(place.name, number))
      let targetName = FilePath(bytes: target.name)
      do throws(SystemFault) {
        try renameSafely(name, in: folder, to: targetName, in: original)
        return target
      } catch {
        guard error.isTaken else { throw error }
        if try isSameFile(name, in: folder, as: targetName, in: original) {
          // Linked there already, by an attempt that did not come to its unlink.
          try fileSystem.unlink(name, in: folder.raw)
          return target
        }
        number += 1
      }
    }
  }

  /// Renames without replacing; by link and unlink where the file system cannot promise that; by a look and a rename
  /// what cannot be linked: a folder, or anything on a file system without links.
  private func renameSafely(
    _ name: FilePath, in folder: SharedFolder, to target: FilePath, in targetFolder: SharedFolder
  ) throws(SystemFault) {
    do throws(SystemFault) {
      return try fileSystem.renameWithoutReplacing(name, in: folder.raw, to: target, in: targetFolder.raw)
    } catch {
      guard error.errno == SystemFault.cannotPromiseErrno else { throw error }
    }
    do throws(SystemFault) {
      try fileSystem.link(name, in: folder.raw, to: target, in: targetFolder.raw)
      return try fileSystem.unlink(name, in: folder.raw)
    } catch {
      guard SystemFault.linksMissingErrnos.contains(error.errno) else { throw error }
    }
    // Between the look and the rename somebody could take the name. To leave the file under a hidden name, where nobody
    // finds it, would be worse.
    if try fileSystem.statusIfPresent(of: target, in: targetFolder.raw) != nil {
      throw SystemFault("rename", errno: SystemFault.takenErrno)
    }
    try fileSystem.renameReplacing(name, in: folder.raw, to: target, in: targetFolder.raw)
  }

  private func isSameFile(
    _ name: FilePath, in folder: SharedFolder, as other: FilePath, in otherFolder: SharedFolder
  ) throws(SystemFault) -> Bool {
    guard let first = try fileSystem.statusIfPresent(of: name, in: folder.raw),
      let second = try fileSystem.statusIfPresent(of: other, in: otherFolder.raw)
    else { return false }
    return first.isSameFile(as: second)
  }
}
