/// The process that decodes and classifies.
public struct WorkerStatus: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    /// Not running, for want of work; the next picture starts it.
    case idle
    case starting, running
    /// Waiting before the next try after it ended too often.
    case backoff
    /// It cannot be started; a condition says why.
    case failed
  }

  public var state: State
  /// `cpu` or `cuda:0`; absent until the first start.
  public var device: String?
  /// `fp32`, `bf16` or `int8`; absent until the first start.
  public var precision: String?
  /// Starts after an end that nobody asked for.
  public var restarts: Int
  public var pid: Int32?

  public init(state: State, device: String? = nil, precision: String? = nil, restarts: Int = 0, pid: Int32? = nil) {
    self.state = state
    self.device = device
    self.precision = precision
    self.restarts = restarts
    self.pid = pid
  }
}
