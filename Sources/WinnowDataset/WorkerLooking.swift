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

/// The worker, and what is known of pictures that never got there.
private final class LookDesk: Sendable {
  private struct Kept {
    /// What came of pictures that were not sent.
    var unsent: [Int: Result<LookOutcome, WinnowError>] = [:]
    /// Where conversions go.
    var outputs: [Int: MemoryFile] = [:]
  }

  private let worker: BlockingWorker
  private let kept = Mutex(Kept())

  init(_ launch: WorkerLaunch, as model: ModelVersion) { worker = BlockingWorker(launch, as: model) }

  /// Bytes of conversions that have arrived and were not waited for yet.
  var convertedBytes: Int { worker.convertedBytes }

  /// What was submitted, or will be, comes back at once as a failure.
  func giveUp() { worker.giveUp() }

  func stop() { worker.stop() }

  /// Opens the picture and hands it to the worker; the outcome comes under `number`.
  func submit(_ subject: LookSubject, _ wishes: LookWishes, as number: Int) {
    let output: MemoryFile?
    do throws(WinnowError) {
      output = wishes.conversion ? try MemoryFile(size: conversionLimit) : nil
    } catch {
      return kept.withLock { $0.unsent[number] = .failure(error) }
    }
    do throws(WinnowError) {
      let picture = try subject.open()
      let size = (try? LinuxFileSystem().status(of: picture.raw).size) ?? 0
      kept.withLock { $0.outputs[number] = output }
      worker.submit(
        picture, name: subject.name, byteCount: size, task: .look(wishes, output: output), as: number)
    } catch {
      kept.withLock { $0.unsent[number] = .success(.unreadable(error)) }
    }
  }

  /// Waits for the outcome of one picture.
  ///
  /// - Throws: why the worker cannot be had.
  func wait(for number: Int) throws(WinnowError) -> LookOutcome {
    if let outcome = kept.withLock({ $0.unsent.removeValue(forKey: number) }) { return try outcome.get() }
    let output = kept.withLock { $0.outputs.removeValue(forKey: number) }
    switch worker.wait(for: number) {
    case .looked(let look, nil): return .looked(look, converted: nil)
    case .looked(let look, let count?):
      guard let output, let converted = SharedBytes(output, count: count), converted.frameJPEG else {
        throw WinnowError(.malformed, "winnow-worker gave back what is no JPEG")
      }
      return .looked(look, converted: converted)
    case .refused(let refusal, let digest): return .refused(refusal, digest: digest)
    case .postponed(let error): throw error
    case .classified, .cropped:
      throw WinnowError(.malformed, "winnow-worker did something else with a picture that it was to look at")
    }
  }
}
