internal import Glibc
public import WinnowCore

extension WinnowError.Code {
  /// A program of Winnow's own is not where it should be.
  public static let programMissing = Self("program_missing")
  /// A child did not start.
  public static let startFailed = Self("start_failed")
  /// The worker cannot serve at the moment; pictures wait.
  public static let workerUnavailable = Self("worker_unavailable")
  /// Something outside Winnow keeps ending the worker.
  public static let workerKilled = Self("worker_killed")
  /// The worker ends on whatever picture it gets.
  public static let workerFaulty = Self("worker_faulty")
  /// The daemon is stopping, or this version of the model has been replaced.
  public static let workerStopping = Self("worker_stopping")
  /// winnow-watch ends again and again.
  public static let watchFailed = Self("watch_failed")
  /// A job program ended without a result.
  public static let jobFailed = Self("job_failed")
  /// A job was cancelled.
  public static let jobCancelled = Self("job_cancelled")
}

extension WinnowError {
  /// `status` as Winnow's C functions return it: minus errno.
  static func systemCall(_ message: String, status: Int32) -> WinnowError {
    WinnowError(.systemCall, message, cause: String(cString: strerror(-status)))
  }
}

extension WinnowError {
  static func workerStopping(_ model: ModelVersion) -> WinnowError {
    WinnowError(.workerStopping, "the worker for \(model) is being stopped")
  }

  static func workerBusy(_ model: ModelVersion) -> WinnowError {
    WinnowError(.workerUnavailable, "enough pictures wait for the worker for \(model)")
  }

  static func workerVersion(_ version: UInt32, model: ModelVersion) -> WinnowError {
    WinnowError(
      .unsupportedVersion, "winnow-worker for \(model) speaks version \(version) of the worker protocol",
      remedy: "restart winnowd: the programs come from two different installations")
  }

  static func workerSlowToStart(_ model: ModelVersion, _ limit: Duration) -> WinnowError {
    WinnowError(
      .workerUnavailable, "winnow-worker did not load \(model) within \(limit.components.seconds) seconds",
      remedy: "see whether the machine is short of memory or processor time; Winnow tries again by itself")
  }

  static func workerDidNotStart(_ model: ModelVersion, _ exit: ChildExit) -> WinnowError {
    WinnowError(
      .workerUnavailable, "winnow-worker ended before it had loaded \(model)",
      remedy: "look into the journal for what it said; Winnow tries again by itself", cause: "\(exit)")
  }

  static func workerKeepsEnding(_ model: ModelVersion, _ reason: String) -> WinnowError {
    WinnowError(
      .workerUnavailable, "winnow-worker for \(model) keeps ending",
      remedy: "look into the journal for what it said; Winnow tries again by itself", cause: reason)
  }

  static func workerFaulty(_ model: ModelVersion, _ reason: String) -> WinnowError {
    WinnowError(
      .workerFaulty, "winnow-worker for \(model) ends on every picture, so the pictures are not to blame",
      remedy: "try \"winnowctl model show\" and another version of the model; Winnow tries again by itself",
      cause: reason)
  }

  static func workerKilled(_ model: ModelVersion) -> WinnowError {
    WinnowError(
      .workerKilled, "something outside Winnow keeps ending winnow-worker for \(model)",
      remedy: "see \"journalctl -k\" for the out-of-memory killer; lower engine.memory_limit or free memory")
  }
}
