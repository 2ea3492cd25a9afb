import Dispatch
import Synchronization
public import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowSupervision
import WinnowWire

/// Looks at pictures in one winnow-worker, which it starts with the first picture, and again when it dies.
public final class WorkerLooking: PictureLooking {
  /// Pictures that are open at the same time, from being sent to being told; chosen: twice what a worker holds.
  private static let window = 48
  /// Bytes of conversions that wait to be told, beyond which no further picture is sent; chosen.
  private static let mostConverted = 256 << 20
  /// What the pool knows its one worker by.
  private static let name = ModelVersion(name: "look", version: 1)

  private let desk: LookDesk
  private let cancellation: Cancellation

  /// - Parameters:
  ///   - program: winnow-worker.
  ///   - bundle: the model whose scores are wanted too; nil for looks alone.
  public init(program: FilePath, bundle: FilePath?, cancellation: Cancellation) {
    self.cancellation = cancellation
    var arguments: [CommandArgument] = ["--look"]
    if let bundle { arguments = ["--bundle", CommandArgument(bundle)] }
    desk = LookDesk(WorkerLaunch(executable: program, arguments: arguments), as: Self.name)
  }

  deinit { desk.stop() }

  public func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    var next = 0
    var told = 0
    func tellNext() throws(WinnowError) {
      // Counted first: an outcome that is a failure has been waited for as well.
      told += 1
      try each(told - 1, try desk.wait(for: told - 1))
    }
    // A picture that hangs must not keep somebody waiting who has given up.
    cancellation.act { [desk] in desk.giveUp() }
    defer { cancellation.stopActing() }
    do throws(WinnowError) {
      for subject in subjects {
        try cancellation.check()
        while next - told >= Self.window || told < next && desk.convertedBytes > Self.mostConverted { try tellNext() }
        desk.submit(subject, wishes, as: next)
        next += 1
      }
      while told < next {
        try cancellation.check()
        try tellNext()
      }
    } catch {
      // What is in flight is of no use to the next call, whose numbers are the same.
      while told < next {
        told += 1
        _ = try? desk.wait(for: told - 1)
      }
      try cancellation.check()
      throw error
    }
  }
}

/// The pool's side of it.
///
/// `@unchecked Sendable`: `pool` is touched on `queue` alone; the outcomes have a lock.
private final class LookDesk: @unchecked Sendable {
  private let queue = DispatchQueue(label: "winnow.look")
  private let model: ModelVersion
  private var pool: WorkerPool?
  private struct Arrived {
    var outcomes: [Int: Result<LookOutcome, WinnowError>] = [:]
    var convertedBytes = 0
  }
  private let arrived = Mutex(Arrived())
  private let arrival = DispatchSemaphore(value: 0)

  init(_ launch: WorkerLaunch, as model: ModelVersion) {
    self.model = model
    let queue = queue
    var limits = WorkerLimits()
    // Nothing of a look is lost with its worker.
    limits.exitGrace = .seconds(1)
    pool = WorkerPool(queue: queue, limits: limits, launch: { _ throws(WinnowError) in launch })
  }

  /// Bytes of conversions that have arrived and were not waited for yet.
  var convertedBytes: Int { arrived.withLock { $0.convertedBytes } }

  /// What was submitted, or will be, comes back at once as a failure.
  func giveUp() { queue.async { [self] in pool?.stop {} } }

  func stop() {
    let ended = DispatchSemaphore(value: 0)
    queue.async { [self] in
      guard let pool else { return _ = ended.signal() }
      pool.stop { ended.signal() }
    }
    ended.wait()
  }

  /// Opens the picture and hands it to the worker; the outcome comes under `number`.
  func submit(_ subject: LookSubject, _ wishes: LookWishes, as number: Int) {
    let output: MemoryFile?
    do throws(WinnowError) {
      output = wishes.conversion ? try MemoryFile(size: conversionLimit) : nil
    } catch {
      return finish(number, .failure(error))
    }
    do throws(WinnowError) {
      let picture = try subject.open()
      let size = (try? LinuxFileSystem().status(of: picture.raw).size) ?? 0
      let raw = picture.take()
      let (name, model) = (subject.name, model)
      queue.async { [self] in
        let job = ClassifyJob(
          id: UInt64(number), model: model, descriptor: OwnedDescriptor(raw), displayName: name, byteCount: size,
          task: .look(wishes, output: output),
          completion: { [self] outcome in finish(number, Self.outcome(outcome, output)) })
        pool?.submit(job)
      }
    } catch {
      finish(number, .success(.unreadable(error)))
    }
  }

  private static func outcome(
    _ outcome: ClassifyOutcome, _ output: MemoryFile?
  ) -> Result<LookOutcome, WinnowError> {
    switch outcome {
    case .looked(let look, nil): return .success(.looked(look, converted: nil))
    case .looked(let look, let count?):
      guard let output, let converted = SharedBytes(output, count: count), converted.frameJPEG else {
        return .failure(WinnowError(.malformed, "winnow-worker gave back what is no JPEG"))
      }
      return .success(.looked(look, converted: converted))
    case .refused(let refusal, let digest): return .success(.refused(refusal, digest: digest))
    case .postponed(let error): return .failure(error)
    case .classified: return .failure(WinnowError(.malformed, "winnow-worker classified a picture it was to look at"))
    }
  }

  private func finish(_ number: Int, _ outcome: Result<LookOutcome, WinnowError>) {
    arrived.withLock { arrived in
      arrived.outcomes[number] = outcome
      arrived.convertedBytes += Self.convertedBytes(outcome)
    }
    arrival.signal()
  }

  /// Waits for the outcome of one picture.
  ///
  /// - Throws: why the worker cannot be had.
  func wait(for number: Int) throws(WinnowError) -> LookOutcome {
    while true {
      let outcome = arrived.withLock { arrived in
        let outcome = arrived.outcomes.removeValue(forKey: number)
        if let outcome { arrived.convertedBytes -= Self.convertedBytes(outcome) }
        return outcome
      }
      if let outcome { return try outcome.get() }
      arrival.wait()
    }
  }

  private static func convertedBytes(_ outcome: Result<LookOutcome, WinnowError>) -> Int {
    if case .success(.looked(_, let converted?)) = outcome { converted.count } else { 0 }
  }
}
