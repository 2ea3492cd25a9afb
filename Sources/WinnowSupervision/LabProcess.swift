public import Dispatch
internal import Glibc
public import SystemPackage
public import WinnowCore
internal import WinnowFiles

/// Runs one job in winnow-lab (or another program that speaks the same): a JSON spec in, `LabRecord`s out.
///
/// The spec is one line on standard input, which then stays open: end-of-file is the sign to give up, so the program
/// ends when its starter dies. Lives on the serial queue given to it: every call is made there, and every closure is
/// called there. The program goes on when this object goes; keep it to be able to cancel.
public final class LabProcess {
  /// What to run.
  public struct Job {
    public var executable: FilePath
    public var arguments: [CommandArgument]
    public var environment: [String: String]
    /// A JSON text; line breaks in it become spaces, which mean the same.
    public var spec: [UInt8]
    /// Number in the program (3 and up) → descriptor of ours, borrowed for the start.
    public var descriptors: [Int32: Int32]

    public init(
      executable: FilePath, arguments: [CommandArgument] = [], environment: [String: String] = [:], spec: [UInt8],
      descriptors: [Int32: Int32] = [:]
    ) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
      self.spec = spec
      self.descriptors = descriptors
    }
  }

  public let pid: Int32
  private let child: ChildProcess
  private let input: ByteSink
  private let output: ByteSource
  private let queue: DispatchQueue

  /// The parts of the conversation that arrive before `self` is there.
  private final class Conversation {
    var lines = LineReader()
    var result: [UInt8]?
    var failure: WinnowError?
    var isCancelled = false
    var ending: (() -> Void)?
  }
  private let conversation = Conversation()

  /// - Parameters:
  ///   - onProgress: the fraction, 0 to 1, and a text; either may be missing.
  ///   - onDelivered: the number of each event that was taken.
  ///   - onEnd: called exactly once, after the program has ended, with the line that holds the result.
  /// - Throws: `.startFailed` when it cannot be started.
  public init(
    _ job: Job, on queue: DispatchQueue, onProgress: @escaping (Double?, String?) -> Void,
    onDelivered: @escaping (Int64) -> Void = { _ in },
    onEnd: @escaping (Result<[UInt8], WinnowError>) -> Void
  ) throws(WinnowError) {
    let inputs = try SocketPair(SOCK_STREAM)
    let outputs = try SocketPair(SOCK_STREAM)
    var command = ChildCommand(executable: job.executable, arguments: job.arguments, environment: job.environment)
    command.standardInput = .descriptor(inputs.theirs.raw)
    command.standardOutput = .descriptor(outputs.theirs.raw)
    command.descriptors = job.descriptors
    command.ownProcessGroup = true

    let conversation = conversation
    let child = try ChildProcess(command, on: queue) { exit in
      conversation.ending?()
      onEnd(Self.outcome(of: conversation, exit))
    }
    let newline = UInt8(ascii: "\n")
    let line = job.spec.map { $0 == newline ? UInt8(ascii: " ") : $0 } + [newline]
    let output = ByteSource(outputs.ours, on: queue) { bytes in
      do throws(WinnowError) {
        for line in try conversation.lines.read(bytes) {
          switch try LabRecord(line: line) {
          case .progress(let fraction, let text): onProgress(fraction, text)
          case .delivered(let event): onDelivered(event)
          case .result(let line): conversation.result = line
          case .failure(let error): conversation.failure = error
          }
        }
      } catch {
        conversation.failure = conversation.failure ?? error
        child.terminate()
      }
    }
    let input = ByteSink(inputs.ours, writing: line, on: queue)
    conversation.ending = {
      output.readRest()
      output.close()
      input.close()
      conversation.ending = nil
    }
    self.queue = queue
    self.child = child
    self.input = input
    self.output = output
    pid = child.pid
  }

  /// Asks the program to give up: end-of-file, then TERM, then KILL. `onEnd` follows, with `.jobCancelled` unless the
  /// result was there already.
  public func cancel() {
    dispatchPrecondition(condition: .onQueue(queue))
    conversation.isCancelled = true
    input.close()
    child.terminate([.wait(.seconds(5)), .terminate(allowing: .seconds(5))])
  }

  private static func outcome(of conversation: Conversation, _ exit: ChildExit) -> Result<[UInt8], WinnowError> {
    if let failure = conversation.failure { return .failure(failure) }
    if let result = conversation.result, exit == .exited(0) { return .success(result) }
    if conversation.isCancelled { return .failure(WinnowError(.jobCancelled, "the job was cancelled")) }
    return .failure(
      WinnowError(
        .jobFailed, "the job ended without a result", remedy: "look into the journal for what it said",
        cause: "\(exit)"))
  }
}
