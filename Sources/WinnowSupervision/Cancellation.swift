import Synchronization
public import WinnowCore

/// Whether whoever asked for a job has given it up. Asked for on any thread, looked at by the one that works.
public final class Cancellation: Sendable {
  private struct State {
    var isRequested = false
    var action: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  public init() {}

  /// Asks for the end of the job. Repeated, nothing more happens.
  public func request() {
    let action = state.withLock { state in
      state.isRequested = true
      return state.action.take()
    }
    action?()
  }

  public var isRequested: Bool { state.withLock { $0.isRequested } }

  /// - Throws: `.jobCancelled` once the end was asked for.
  public func check() throws(WinnowError) {
    if isRequested { throw WinnowError(.jobCancelled, "the job was cancelled") }
  }

  /// Sees to it that `action` is carried out if the end is asked for, or was before, until `stopActing`.
  public func act(_ action: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      if !state.isRequested { state.action = action }
      return state.isRequested
    }
    if isLate { action() }
  }

  public func stopActing() { state.withLock { $0.action = nil } }
}
