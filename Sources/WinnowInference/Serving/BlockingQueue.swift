import Glibc

/// A bounded first-in, first-out queue between plain threads.
///
/// `@unchecked Sendable`: every access to `elements` and `isClosed` happens while `mutex` is held, and elements are
/// `Sendable` themselves.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var elements: [Element] = []
  private var isClosed = false
  private let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    elements.reserveCapacity(capacity)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  /// Waits while the queue is full. Dropped when the queue is closed.
  func put(_ element: Element) {
    locked {
      while elements.count >= capacity, !isClosed { pthread_cond_wait(changed, mutex) }
      if !isClosed { elements.append(element) }
      pthread_cond_broadcast(changed)
    }
  }

  /// Waits for an element; nil once the queue is closed and empty.
  func take() -> Element? {
    take { _ in 1 }.first
  }

  /// Waits for at least one element, then takes as many as `count` says of those there are, at least one. Empty once
  /// the queue is closed and empty.
  func take(_ count: (Int) -> Int) -> [Element] {
    locked {
      while elements.isEmpty, !isClosed { pthread_cond_wait(changed, mutex) }
      guard !elements.isEmpty else { return [] }
      let taken = Array(elements.prefix(max(1, count(elements.count))))
      elements.removeFirst(taken.count)
      pthread_cond_broadcast(changed)
      return taken
    }
  }

  /// Nothing is put any more; what is there can still be taken.
  func close() {
    locked {
      isClosed = true
      pthread_cond_broadcast(changed)
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
