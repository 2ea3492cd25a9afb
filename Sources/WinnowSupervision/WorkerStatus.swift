public import WinnowCore

/// What is known of one model's worker, for people.
public struct WorkerStatus: Hashable, Sendable {
  public enum State: String, Hashable, Sendable, Codable {
    /// No process, and no picture that waits for one; the next picture starts it.
    case stopped
    case starting
    case ready
    /// It does not serve; `conditions` says why. Winnow goes on trying.
    case degraded
  }

  public var model: ModelVersion
  public var state: State
  /// As the worker last announced them; nil before it first did.
  public var device: String?
  public var precision: String?
  /// Starts made necessary by an end that nobody asked for.
  public var restarts: Int
  public var pid: Int32?
  /// What is wrong, with the remedy; empty when nothing is.
  public var conditions: [WinnowError]
}

extension WorkerState {
  func status(pid: Int32?, announced: WorkerAnnouncement?, at now: ContinuousClock.Instant) -> WorkerStatus {
    let state: WorkerStatus.State =
      switch phase {
      case _ where degraded != nil: .degraded
      case .starting: .starting
      case .ready: .ready
      case .absent, .ending: hasWork ? .starting : .stopped
      }
    var conditions: [WinnowError] = []
    if let degraded { conditions.append(degraded) }
    if outside.isCondition(at: now), degraded?.code != .workerKilled { conditions.append(.workerKilled(model)) }
    return WorkerStatus(
      model: model, state: state, device: announced?.device, precision: announced?.precision, restarts: restarts,
      pid: pid, conditions: conditions)
  }
}

/// What outlives the worker that said it, so that a stopped worker can still be shown with its device.
struct WorkerAnnouncement: Hashable, Sendable {
  var device: String
  var precision: String
}
