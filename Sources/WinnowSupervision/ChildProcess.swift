internal import CWinnowLinux
public import Dispatch
internal import Glibc
internal import SystemPackage
public import WinnowCore

/// One step of stopping a child: a signal (none: only wait), then time to react.
public struct TerminationStep: Hashable, Sendable {
  public var signal: Int32?
  public var allowing: Duration

  public init(signal: Int32?, allowing: Duration) {
    self.signal = signal
    self.allowing = allowing
  }

  /// For children that end by themselves at end-of-file on their socket or input.
  public static func wait(_ time: Duration) -> Self { Self(signal: nil, allowing: time) }
  public static func terminate(allowing time: Duration) -> Self { Self(signal: SIGTERM, allowing: time) }
}

/// A running child, watched through its process descriptor: no SIGCHLD handler, no thread that waits.
///
/// It lives on the serial queue given at the start: every call is made there, and `onExit` is called there, exactly
/// once, after the child has been reaped. The object keeps itself alive until then.
///
/// The child is not told when this process dies (PR_SET_PDEATHSIG is about the thread that started it, and dispatch
/// threads come and go): children end by themselves at end-of-file on their socket or standard input.
public final class ChildProcess {
  public let pid: Int32
  /// Nil while it runs.
  public private(set) var exit: ChildExit?

  private let queue: DispatchQueue
  private let process: Int32
  private let leadsGroup: Bool
  private let exitSource: any DispatchSourceRead
  private var remainingSteps: [TerminationStep] = []
  private var stepTimer: (any DispatchSourceTimer)?

  /// Starts the child.
  ///
  /// - Throws: `.startFailed` with what the operating system said, `.invalidInput` when an argument holds a NUL byte.
  public init(
    _ command: ChildCommand, on queue: DispatchQueue, onExit: @escaping (ChildExit) -> Void
  ) throws(WinnowError) {
    let started = try SpawnRequest(command).run()
    self.queue = queue
    pid = started.pid
    process = started.process
    leadsGroup = command.ownProcessGroup
    exitSource = DispatchSource.makeReadSource(fileDescriptor: started.process, queue: queue)
    exitSource.setEventHandler { [self] in reap(onExit) }
    exitSource.setCancelHandler { [process] in _ = close(process) }
    exitSource.activate()
  }

  /// Sends a signal; nothing happens once the child has been reaped.
  public func send(signal: Int32) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard exit == nil else { return }
    // The group's number is not given away before its leader is reaped, which only `reap` does. Errors mean that the
    // child is dying already.
    _ = leadsGroup ? kill(-pid, signal) : cwinnow_signal_process(process, signal)
  }

  /// Stops the child: every step in turn while it still runs, SIGKILL after the last. A second call replaces the
  /// steps that remain.
  public func terminate(_ steps: [TerminationStep] = []) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard exit == nil else { return }
    remainingSteps = steps
    takeNextStep()
  }

  private func takeNextStep() {
    stepTimer?.cancel()
    stepTimer = nil
    guard exit == nil else { return }
    guard !remainingSteps.isEmpty else {
      send(signal: SIGKILL)
      return
    }
    let step = remainingSteps.removeFirst()
    if let signal = step.signal { send(signal: signal) }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.takeNextStep() }
    timer.schedule(deadline: .now() + step.allowing.dispatchInterval)
    timer.activate()
    stepTimer = timer
  }

  private func reap(_ onExit: (ChildExit) -> Void) {
    var signalled: Int32 = 0
    var status: Int32 = 0
    guard exit == nil, cwinnow_reap(process, &signalled, &status) == 0 else { return }
    let exit: ChildExit = signalled == 1 ? .signalled(status) : .exited(status)
    self.exit = exit
    stepTimer?.cancel()
    stepTimer = nil
    exitSource.cancel()
    onExit(exit)
  }
}

extension Duration {
  /// Never below zero; saturates at 292 years.
  var dispatchInterval: DispatchTimeInterval {
    let (seconds, attoseconds) = components
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .nanoseconds(0) : .never }
    return .nanoseconds(max(0, Int(nanoseconds) + Int(attoseconds / 1_000_000_000)))
  }
}
