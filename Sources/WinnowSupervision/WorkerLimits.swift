/// The times and counts that supervision of a worker keeps to. All chosen, not measured.
public struct WorkerLimits: Hashable, Sendable {
  /// From the start of the program to its `ready`: loading and compiling a large model takes tens of seconds.
  public var handshake: Duration = .seconds(90)
  /// Without work for this long, the worker is asked to end (`engine.idle_exit`).
  public var idleExit: Duration = .seconds(60)
  /// From being asked to end (its socket closed) to being killed.
  public var exitGrace: Duration = .seconds(10)
  /// The most pictures in flight, whatever the worker announces; far below what fills a socket's buffer.
  public var mostInFlight = 64
  /// The most jobs held, those in flight included; each holds an open descriptor.
  public var mostJobs = 256
  /// Ends in a row without one answer between them before the worker counts as degraded.
  public var fruitlessStarts = 5
  /// Pictures in a row that may be called poison without one answer between them; then the worker is to blame.
  public var convictionsInARow = 5
  /// Ends from outside within `outsideWindow` that raise the condition and lower the number in flight.
  public var outsideEnds = 5
  public var outsideWindow: Duration = .seconds(60)
  /// The condition is lifted when nothing outside has ended the worker for this long.
  public var outsideCondition: Duration = .seconds(600)
  /// A picture whose worker has been ended from outside this often is postponed, lest it be retried for ever.
  public var outsideEndsOfOneJob = 5
  /// With the number in flight lowered, it doubles again after this long without trouble.
  public var recovery: Duration = .seconds(60)
  public var pace = RestartPolicy.Pace()

  public init() {}
}
