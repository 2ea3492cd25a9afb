import Dispatch
import SystemPackage
import WinnowCore
import WinnowFiles

/// Opens and reads files in output trees, on a queue of its own: a large picture on a slow disk holds nothing up.
final class StrayReader: Sendable {
  /// A file to look at, and the pictures that it may be.
  struct Request: Sendable {
    var tree: FilePath
    var path: FilePath
    var pictures: [SoughtPicture]
  }

  /// What reading one file gave.
  enum Reading: Sendable {
    case stray(Stray)
    /// It is gone, no regular file, or being written to: an event tells of it again.
    case nothing
    /// It may be a picture that a person moved, and nobody can tell.
    case unreadable(Request, SystemFault)
  }

  private let queue = DispatchQueue(label: "winnow.stray")
  private let reply: DispatchQueue
  private let fileSystem: any FileSystem

  /// - Parameter reply: the queue on which completions are called.
  init(on fileSystem: any FileSystem, reply: DispatchQueue) {
    self.fileSystem = fileSystem
    self.reply = reply
  }

  /// Calls `completion` with what each file is.
  func read(_ requests: [Request], completion: @escaping @Sendable ([Reading]) -> Void) {
    queue.async { [self] in
      let roots = RootTable(on: fileSystem)
      let readings = requests.map { request in
        do throws(SystemFault) {
          return try stray(request, roots).map { Reading.stray($0) } ?? .nothing
        } catch {
          return error.isMissing || error.errno == SystemFault.irregularFileErrno
            ? .nothing : .unreadable(request, error)
        }
      }
      reply.async { completion(readings) }
    }
  }

  private func stray(_ request: Request, _ roots: RootTable) throws(SystemFault) -> Stray? {
    let root = try roots.root(request.tree)
    let file = OwnedDescriptor(try fileSystem.openFile(request.path, in: root.raw))
    let status = try fileSystem.status(of: file.raw)
    var stray = Stray(
      place: Place(root: request.tree, relative: request.path),
      fingerprint: status.fingerprint(handle: fileSystem.handle(of: file.raw)), changed: status.changed)
    guard StrayMatching.needsReading(stray, among: request.pictures) else { return stray }
    stray.digest = try fileSystem.digest(of: file.raw)
    let after = try fileSystem.status(of: file.raw)
    // Written to meanwhile: what was read is neither the old nor the new. An event brings it here again.
    return after.size == status.size && after.modified == status.modified ? stray : nil
  }
}
