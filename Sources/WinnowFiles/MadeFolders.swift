import SystemPackage
public import WinnowCore

extension DurableMove {
  /// Removes a folder that Winnow made, if it is empty by now.
  ///
  /// - Returns: whether it is gone.
  public func removeIfEmpty(_ place: Place) -> Bool {
    guard !place.relative.isEmpty, let root = try? roots.root(place.root) else { return false }
    do throws(SystemFault) {
      let parent = try root.openFolder(place.folder.relative)
      try fileSystem.removeFolder(FilePath(bytes: place.name), in: parent.raw)
      try fileSystem.sync(parent.raw)
      return true
    } catch {
      return error.isMissing
    }
  }
}
