import Dispatch
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowSupervision

/// Small pictures for people who look: a worker of their own makes them, which has no model and ends when idle, so that
/// no sorting waits for them.
///
/// `@unchecked Sendable`: the pool and the counter are touched on `queue` alone.
final class Thumbnails: @unchecked Sendable {
  private static let worker = ModelVersion(name: "thumbnails", version: 1)

  private let queue: DispatchQueue
  /// Opens files, which a slow disk may hold up.
  private let opening = DispatchQueue(label: "winnow.thumbnail")
  private let ledger: Ledger
  private let pool: WorkerPool
  private var nextJob: UInt64 = 1

  /// - Parameter queue: the pipeline's.
  init(queue: DispatchQueue, ledger: Ledger, programs: ProgramLocation, note: @escaping (SupervisionNotice) -> Void) {
    self.queue = queue
    self.ledger = ledger
    pool = WorkerPool(
      queue: queue,
      launch: { (_: ModelVersion) throws(WinnowError) in
        WorkerLaunch(executable: try programs.path(of: .worker), arguments: ["--look"])
      }, note: note)
  }

  /// Answers with the picture as a JPEG, if it still is where the ledger knows it, and is still the same file.
  func make(_ request: ThumbnailRequest, _ reply: FileReply) {
    do throws(WinnowError) {
      guard let record = try ledger.picture(id: request.picture)?.record else { throw Self.notThere(request) }
      guard pool.canAccept(Self.worker) else {
        throw WinnowError(.busy, "too many thumbnails are being made", remedy: "try again in a moment")
      }
      let isGone = StopFlag()
      reply.onGone { isGone.raise() }
      opening.async { [self] in
        // Somebody who scrolls past many pictures wants none of them.
        if isGone.isRaised { return }
        do throws(WinnowError) {
          let file = try Self.open(record, request)
          queue.async { [self] in look(at: file, record, request, reply) }
        } catch {
          reply.fail(error)
        }
      }
    } catch {
      reply.fail(error)
    }
  }

  /// Ends the worker.
  func stop(whenStopped: @escaping () -> Void) { pool.stop(whenStopped: whenStopped) }

  /// No link is followed below the root. A file that somebody put in the picture's place is another file: the daemon may
  /// read more than the one who asks.
  private static func open(_ record: PictureRecord, _ request: ThumbnailRequest) throws(WinnowError) -> OpenPicture {
    do throws(SystemFault) {
      let fileSystem = LinuxFileSystem()
      let root = try Root(opening: record.place.root, on: fileSystem)
      let file = OpenPicture(OwnedDescriptor(try fileSystem.openFile(record.place.relative, in: root.raw)))
      let fingerprint = try fileSystem.fingerprint(of: file.descriptor)
      // On file systems that tell neither handle nor birth, inode, size and time have to do.
      let knows = fingerprint.hasIdentity
      guard
        knows ? fingerprint.isSameFile(as: record.fingerprint) : fingerprint.inode == record.fingerprint.inode,
        fingerprint.hasSameContentMarks(as: record.fingerprint)
      else { throw SystemFault("open", errno: ENOENT) }
      return file
    } catch {
      throw notThere(request)
    }
  }

  private func look(at file: OpenPicture, _ record: PictureRecord, _ request: ThumbnailRequest, _ reply: FileReply) {
    guard let descriptor = file.take() else { return }
    let id = nextJob
    nextJob += 1
    pool.submit(
      ClassifyJob(
        id: id, model: Self.worker, descriptor: descriptor, displayName: record.place.absolute.escaped,
        byteCount: record.fingerprint.size, task: .look(LookWishes(thumbnailSide: request.side), output: nil),
        completion: { outcome in
          switch outcome {
          case .looked(let look, _) where !look.thumbnail.isEmpty: reply.send(look.thumbnail, as: .jpeg)
          case .postponed(let error): reply.fail(error)
          case .refused(let refusal, _): reply.fail(WinnowError(.notFound, "no picture: \(refusal.detail)"))
          case .looked, .classified, .cropped: reply.fail(WinnowError(.notFound, "the picture has no thumbnail"))
          }
        }))
  }

  private static func notThere(_ request: ThumbnailRequest) -> WinnowError {
    WinnowError(.notFound, "picture \(request.picture) is not where it was put, or was changed since")
  }
}

/// An open file on its way between two queues.
///
/// `@unchecked Sendable`: the queue that opened it is done with it before the other one takes it.
private final class OpenPicture: @unchecked Sendable {
  let descriptor: Int32
  private var owner: OwnedDescriptor?

  init(_ owner: consuming OwnedDescriptor) {
    descriptor = owner.raw
    self.owner = consume owner
  }

  /// Hands the descriptor on, once.
  func take() -> OwnedDescriptor? { owner.take() }
}
