import Glibc
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
    guard let mountPoint = try Self.mountPoint(of: root.path, status: root.status, on: root.fileSystem) else { return }
    let (known, all) = remembered.withLock { remembered in
      let known = remembered[root.path]
      if known == nil { remembered[root.path] = mountPoint }
      return (known, remembered)
    }
    guard let known else { return keep(all) }
    // A mount nearer to the root than before is fine: somebody gave it a disk of its own.
    guard mountPoint.starts(with: known) else { throw SystemFault("use", errno: SystemFault.mountAwayErrno) }
  }

  /// The nearest known root that `path` lies in, where both lay on the same mount.
  func rootAround(_ path: FilePath) -> FilePath? {
    remembered.withLock { remembered in
      guard let mountPoint = remembered[path] else { return nil }
      return remembered.filter { $0.key != path && path.starts(with: $0.key) && $0.value == mountPoint }
        .map(\.key).max { $0.components.count < $1.components.count }
    }
  }

  /// Hands all of it over once more, for a memory that lost it.
  public func keepAgain() { keep(remembered.withLock { $0 }) }

  /// Forgets a root, as when a person says that it is meant to lie where it lies now.
  public func forget(_ root: FilePath) {
    keep(
      remembered.withLock { remembered in
        remembered[root] = nil
        return remembered
      })
  }

  /// The outermost ancestor on the same mount; nil where an ancestor may not be opened, so that it cannot be told and
  /// nothing is to be remembered.
  static func mountPoint(
    of path: FilePath, status: FileStatus, on fileSystem: any FileSystem
  ) throws(SystemFault) -> FilePath? {
    var mountPoint = path
    while mountPoint.components.count > 0 {
      let parent = mountPoint.removingLastComponent()
      do throws(SystemFault) {
        let above = try Root(opening: parent, on: fileSystem).status
        guard above.mount == status.mount, above.device == status.device else { return mountPoint }
      } catch {
        if error.errno == EACCES { return nil }
        throw error
      }
      mountPoint = parent
    }
    return mountPoint
  }
}
