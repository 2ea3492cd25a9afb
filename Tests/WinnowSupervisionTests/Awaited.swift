import Dispatch
import Synchronization

/// A value that another queue will provide: `wait` returns as soon as it is there.
///
/// Only a test that is broken meets the limit, two minutes.
final class Awaited<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let semaphore = DispatchSemaphore(value: 0)

  func fulfil(_ value: Value) {
    self.value.withLock { $0 = value }
    semaphore.signal()
  }

  func wait() -> Value? {
    guard semaphore.wait(timeout: .now() + 120) == .success else { return nil }
    return value.withLock { $0 }
  }
}

/// Carries something that stays on one queue through a test, which touches it on that queue only.
struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
