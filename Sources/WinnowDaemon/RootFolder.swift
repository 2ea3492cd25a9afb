import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles

/// Makes an inbox's folders, at its first start alone.
enum RootFolder {
  /// Makes what is missing of `path`; each new folder takes owner, group and mode of its parent.
  static func make(_ path: FilePath) throws(WinnowError) {
    do throws(SystemFault) {
      var existing = path
      var missing: [FilePath.Component] = []
      let fileSystem = LinuxFileSystem()
      while true {
        do throws(SystemFault) {
          let root = try Root(opening: existing, on: fileSystem)
          var made: [Place] = []
          _ = try root.openFolder(making: FilePath(root: nil, missing.reversed()), made: &made)
          return
        } catch {
          guard error.isMissing, let last = existing.lastComponent else { throw error }
          missing.append(last)
          existing.removeLastComponent()
        }
      }
    } catch {
      throw error.about(path.escaped)
    }
  }
}

/// The folder of a socket that the daemon makes itself.
enum SocketFolder {
  static func make(for socket: FilePath) throws(WinnowError) {
    let folder = socket.removingLastComponent()
    guard folder.withPlatformString({ access($0, F_OK) }) != 0 else { return }
    try RootFolder.make(folder)
  }
}
