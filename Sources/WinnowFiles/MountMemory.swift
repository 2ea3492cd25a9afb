import Synchronization
public import SystemPackage
import WinnowCore

/// Remembers for each root on which mount it lay when it was first used, so that an empty mount point is known for
/// what it is: "away", never "all gone", and never a place to fill the disk below it.
public final class MountMemory: Sendable {
  private let remembered: Mutex<[FilePath: FilePath]>
  private let keep: @Sendable ([FilePath: FilePath]) -> Void

  /// - Parameters:
  ///   - remembered: mount point by root, from earlier starts.
  ///   - keep: called with all of it whenever a root is new.
  public init(remembered: [FilePath: FilePath], keep: @escaping @Sendable ([FilePath: FilePath]) -> Void) {
    self.remembered = Mutex(remembered)
    self.keep = keep
  }

  /// - Throws: a fault of `SystemFault.mountAwayErrno` when the root's mount is not there now.
  public func admit(_ root: Root) throws(SystemFault) {
    let mountPoint = try Self.mountPoint(of: root.path, status: root.status, on: root.fileSystem)
    let (known, all) = remembered.withLock { remembered in
      let known = remembered[root.path]
      if known == nil { remembered[root.path] = mountPoint }
      return (known, remembered)
    }
    guard let known else { return keep(all) }
    // A mount nearer to the root than before is fine: somebody gave it a disk of its own.
    guard mountPoint.starts(with: known) else { throw SystemFault("use", errno: SystemFault.mountAwayErrno) }
  }

  /// Forgets a root, as when a person says that it is meant to lie where it lies now.
  public func forget(_ root: FilePath) {
    keep(
      remembered.withLock { remembered in
        remembered[root] = nil
        return remembered
      })
  }

  /// The outermost ancestor on the same mount.
  static func mountPoint(
    of path: FilePath, status: FileStatus, on fileSystem: any FileSystem
  ) throws(SystemFault) -> FilePath {
    var mountPoint = path
    while mountPoint.components.count > 0 {
      let parent = mountPoint.removingLastComponent()
      guard let root = try? Root(opening: parent, on: fileSystem),
        root.status.mount == status.mount, root.status.device == status.device
      else { break }
      mountPoint = parent
    }
    return mountPoint
  }
}
