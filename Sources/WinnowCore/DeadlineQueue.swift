/// A heap of keys by deadline. A key may stand in it more than once; whoever takes one out checks whether it still
/// holds. `trim` keeps it from growing beyond a few times what holds.
struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
  private var heap: [(deadline: ContinuousClock.Instant, key: Key)] = []

  var first: ContinuousClock.Instant? { heap.first?.deadline }
  var count: Int { heap.count }

  mutating func push(_ key: Key, at deadline: ContinuousClock.Instant) {
    heap.append((deadline, key))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].deadline < heap[parent].deadline else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the earliest key, if its deadline is not after `now`.
  mutating func pop(dueAt now: ContinuousClock.Instant) -> Key? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { break }
      let right = left + 1
      let child = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
      guard heap[child].deadline < heap[parent].deadline else { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return first.key
  }

  /// Builds the heap anew from what `deadline` still gives for its keys, once it holds far more than `live` of them.
  mutating func trim(to live: Int, deadline: (Key) -> ContinuousClock.Instant?) {
    guard heap.count > 4 * live + 64 else { return }
    let keys = Set(heap.map(\.key))
    heap.removeAll(keepingCapacity: true)
    for key in keys { if let deadline = deadline(key) { push(key, at: deadline) } }
  }
}
