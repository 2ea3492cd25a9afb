public import SystemPackage
import WinnowCore

/// A folder that Winnow holds open and below which it works; nothing is opened outside one.
public final class Root: Sendable {
  public let path: FilePath
  /// Of the folder itself, when it was opened.
  public let status: FileStatus
  private let descriptor: OwnedDescriptor
  public let fileSystem: any FileSystem

  /// Opens `path`; the last time that its symbolic links are followed.
  public init(opening path: FilePath, on fileSystem: any FileSystem) throws(SystemFault) {
    let descriptor = OwnedDescriptor(try fileSystem.openRoot(path), of: fileSystem)
    status = try fileSystem.status(of: descriptor.raw)
    self.descriptor = descriptor
    self.path = path
    self.fileSystem = fileSystem
  }

  /// Valid as long as the root lives.
  public var raw: Int32 { descriptor.raw }

  /// Opens a folder below the root; an empty path is the root itself.
  public func openFolder(_ relative: FilePath) throws(SystemFault) -> OwnedDescriptor {
    OwnedDescriptor(try fileSystem.openFolder(relative, in: raw), of: fileSystem)
  }

  /// Whether the folder at `path` is still the one that is held: not renamed, not replaced, nothing mounted over it.
  public func isStillInPlace() -> Bool {
    guard let again = try? Root(opening: path, on: fileSystem) else { return false }
    return again.status.isSameFile(as: status) && again.status.mount == status.mount
  }
}

/// The roots that are open, by path. One owner, one thread.
public final class RootTable {
  private var roots: [FilePath: Root] = [:]
  private let fileSystem: any FileSystem
  private let mounts: MountMemory?

  /// - Parameter mounts: asked about each root as it is opened; nil admits all.
  public init(on fileSystem: any FileSystem, mounts: MountMemory? = nil) {
    self.fileSystem = fileSystem
    self.mounts = mounts
  }

  /// The open root for `path`, opened now where it is not yet.
  ///
  /// Creates no folder, but for one case: a root inside another one, such as the review folder in the output, that was
  /// there before, on the mount of the outer one, and was deleted since.
  public func root(_ path: FilePath) throws(SystemFault) -> Root {
    if let root = roots[path] { return root }
    let root: Root
    do throws(SystemFault) {
      root = try Root(opening: path, on: fileSystem)
    } catch {
      guard error.isMissing, let outer = mounts?.rootAround(path) else { throw error }
      var made: [Place] = []
      var inner = path
      guard inner.removePrefix(outer) else { throw error }
      _ = try self.root(outer).openFolder(making: inner, made: &made)
      root = try Root(opening: path, on: fileSystem)
    }
    try mounts?.admit(root)
    roots[path] = root
    return root
  }

  /// Lets go of every root that is no longer the folder at its path.
  public func forgetMoved() { roots = roots.filter { $0.value.isStillInPlace() } }

  /// Forgets the descriptor of `path`, so that the next use opens what is there then.
  public func forget(_ path: FilePath) { roots[path] = nil }

  public func forgetAll() { roots.removeAll() }
}
