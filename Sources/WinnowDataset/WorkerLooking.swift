public import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowSupervision
import WinnowWire

/// Looks at pictures in one winnow-worker, which it starts with the first picture, and again when it dies.
public final class WorkerLooking: PictureLooking {
  /// Pictures that are open at the same time, from being sent to being told; chosen: twice what a worker holds.
  private static let window = 48
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
      let outcome = try desk.wait(for: told)
      told += 1
      try each(told - 1, outcome)
    }
    do throws(WinnowError) {
      for subject in subjects {
        try cancellation.check()
        if next - told >= Self.window { try tellNext() }
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
        _ = try? desk.wait(for: told)
        told += 1
      }
      throw error
    }
  }
}

/// The worker, and what is known of pictures that never got there.
private final class LookDesk {
  private let worker: BlockingWorker
  private var unreadable: [Int: WinnowError] = [:]
  /// Where conversions go.
  private var outputs: [Int: MemoryFile] = [:]

  init(_ launch: WorkerLaunch, as model: ModelVersion) { worker = BlockingWorker(launch, as: model) }

  func stop() { worker.stop() }

  /// Opens the picture and hands it to the worker; the outcome comes under `number`.
  func submit(_ subject: LookSubject, _ wishes: LookWishes, as number: Int) {
    do throws(WinnowError) {
      let picture = try subject.open()
      let size = (try? LinuxFileSystem().status(of: picture.raw).size) ?? 0
      let output = wishes.conversion ? try MemoryFile(size: conversionLimit) : nil
      outputs[number] = output
      worker.submit(
        picture, name: subject.name, byteCount: size, task: .look(wishes, output: output), as: number)
    } catch {
      unreadable[number] = error
    }
  }

  /// Waits for the outcome of one picture.
  ///
  /// - Throws: why the worker cannot be had.
  func wait(for number: Int) throws(WinnowError) -> LookOutcome {
    if let error = unreadable.removeValue(forKey: number) { return .unreadable(error) }
    let output = outputs.removeValue(forKey: number)
    switch worker.wait(for: number) {
    case .looked(let look, let count):
      let converted = output.flatMap { file in count.map { SharedBytes(file, count: $0) } }
      return .looked(look, converted: converted)
    case .refused(let refusal, let digest): return .refused(refusal, digest: digest)
    case .postponed(let error): throw error
    case .classified: throw WinnowError(.malformed, "winnow-worker classified a picture it was to look at")
    }
  }
}
