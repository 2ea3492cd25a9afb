public import SystemPackage
public import WinnowCore

extension Root {
  /// Opens the folder at `relative`, making what is missing of it. Each new folder takes owner, group, mode and
  /// default access control list of its parent and is durable on return.
  ///
  /// - Parameter made: gets the places that were made appended, outermost first, also when a later step fails.
  public func openFolder(making relative: FilePath, made: inout [Place]) throws(SystemFault) -> OwnedDescriptor {
    do throws(SystemFault) {
      return try openFolder(relative)
    } catch {
      guard error.isMissing else { throw error }
    }
    var reached = FilePath()
    var folder = try openFolder(FilePath())
    for component in relative.components {
      let name = FilePath(root: nil, [component])
      reached.append(component)
      do throws(SystemFault) {
        folder = OwnedDescriptor(try fileSystem.openFolder(name, in: folder.raw), of: fileSystem)
        continue
      } catch {
        guard error.isMissing else { throw error }
      }
      do throws(SystemFault) {
        try fileSystem.makeFolder(name, in: folder.raw)
        made.append(Place(root: path, relative: reached))
      } catch {
        // Somebody made it in this moment: as good as ours.
        guard error.isTaken else { throw error }
      }
      try fileSystem.sync(folder.raw)
      folder = OwnedDescriptor(try fileSystem.openFolder(name, in: folder.raw), of: fileSystem)
    }
    return folder
  }
}
