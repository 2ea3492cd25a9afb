public import WinnowCore
public import WinnowWire

/// Something that supervision did or saw, for the journal.
public enum SupervisionNotice: Hashable, Sendable {
  case started(program: String, pid: Int32)
  case workerReady(ModelVersion, WorkerReady, pid: Int32, took: Duration)
  case ended(program: String, pid: Int32, ChildExit, expected: Bool)
  case startFailed(program: String, WinnowError)
  case workerKilled(ModelVersion, reason: String)
  /// About to be sent to the worker alone: the last line before the worker dies names the picture.
  case retryingAlone(ModelVersion, picture: String, byteCount: Int64)
  case convicted(ModelVersion, picture: String, byteCount: Int64, reason: String)

  /// As syslog(3) and sd-daemon(3) number them.
  public enum Severity: Int, Hashable, Sendable {
    case error = 3
    case warning = 4
    case information = 6
  }

  public var severity: Severity {
    switch self {
    case .started, .workerReady, .ended(_, _, _, expected: true): .information
    case .ended, .workerKilled, .retryingAlone: .warning
    case .startFailed, .convicted: .error
    }
  }
}

extension SupervisionNotice: CustomStringConvertible {
  public var description: String {
    switch self {
    case .started(let program, let pid): "started \(program), process \(pid)"
    case .workerReady(let model, let ready, let pid, let took):
      "worker \(pid) serves \(model) on \(ready.device) at \(ready.precision), "
        + "ready after \(took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000) ms"
        + (ready.loadedFromCache ? " (from the cache)" : "")
    case .ended(let program, let pid, let exit, let expected):
      expected ? "\(program), process \(pid), has ended" : "\(program), process \(pid), has ended: \(exit)"
    case .startFailed(let program, let error): "\(program) cannot serve: \(error)"
    case .workerKilled(let model, let reason): "killed the worker for \(model): \(reason)"
    case .retryingAlone(let model, let picture, let byteCount):
      "retrying alone, since the worker for \(model) ended while it had this picture: \(picture) (\(byteCount) bytes)"
    case .convicted(let model, let picture, let byteCount, let reason):
      "this picture ended the worker for \(model) twice and is set aside: \(picture) (\(byteCount) bytes; \(reason))"
    }
  }
}
