import Dispatch
import Synchronization
public import WinnowCore
public import WinnowFiles

/// One worker for a caller that waits: pictures go in under numbers, outcomes are waited for by number. Started with
/// the first picture, and again when it dies, by the rules of a `WorkerPool`.
///
/// `@unchecked Sendable`: `pool` is touched on `queue` alone; the outcomes have a lock.
public final class BlockingWorker: @unchecked Sendable {
  private let queue: DispatchQueue
  private let model: ModelVersion
  private var pool: WorkerPool?
  private struct Outcomes {
    var byNumber: [Int: ClassifyOutcome] = [:]
    var convertedBytes = 0
  }
  private let outcomes = Mutex(Outcomes())
  private let arrived = DispatchSemaphore(value: 0)

  /// - Parameter model: What notes about it call its model.
  public init(_ launch: WorkerLaunch, as model: ModelVersion) {
    self.model = model
    queue = DispatchQueue(label: "winnow.blocking-worker")
    var limits = WorkerLimits()
    // Nothing is lost with such a worker.
    limits.exitGrace = .seconds(1)
    pool = WorkerPool(queue: queue, limits: limits, launch: { _ throws(WinnowError) in launch })
  }

  /// Bytes of conversions that have arrived and were not waited for yet.
  public var convertedBytes: Int { outcomes.withLock { $0.convertedBytes } }

  /// What was submitted, or will be, is postponed at once.
  public func giveUp() { queue.async { [self] in pool?.stop {} } }

  /// Ends the worker; returns once it is gone.
  public func stop() {
    let ended = DispatchSemaphore(value: 0)
    queue.async { [self] in
      guard let pool else { return _ = ended.signal() }
      pool.stop { ended.signal() }
    }
    ended.wait()
  }

  /// Hands a picture to the worker.
  ///
  /// - Parameters:
  ///   - name: For messages.
  ///   - number: Unique among those whose outcome nobody has taken.
  public func submit(
    _ picture: consuming OwnedDescriptor, name: String, byteCount: Int64, task: PictureTask, as number: Int
  ) {
    let raw = picture.take()
    queue.async { [self] in
      let job = ClassifyJob(
        id: UInt64(number), model: model, descriptor: OwnedDescriptor(raw), displayName: name, byteCount: byteCount,
        task: task,
        completion: { [self] outcome in
          outcomes.withLock { outcomes in
            outcomes.byNumber[number] = outcome
            if case .looked(_, let count?) = outcome { outcomes.convertedBytes += count }
          }
          arrived.signal()
        })
      pool?.submit(job)
    }
  }

  /// What it computes with, as it said itself; nil before that.
  public var precision: String? { queue.sync { pool?.status.first?.precision } }

  /// Waits for the outcome of one picture, and forgets it. To be called on one thread at a time.
  public func wait(for number: Int) -> ClassifyOutcome {
    while true {
      let outcome = outcomes.withLock { outcomes in
        let outcome = outcomes.byNumber.removeValue(forKey: number)
        if case .looked(_, let count?) = outcome { outcomes.convertedBytes -= count }
        return outcome
      }
      if let outcome { return outcome }
      arrived.wait()
    }
  }
}
