import Testing
import WinnowTestSupport

@testable import WinnowCore

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
  @Test("keys come out by deadline, each as often as it went in", arguments: 0..<20)
  func order(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let start = ContinuousClock.now
    var queue = DeadlineQueue<Int>()
    var model: [(deadline: ContinuousClock.Instant, key: Int)] = []
    var now = start
    for _ in 0..<500 {
      if generator.oneIn(2) {
        let entry = (
          deadline: start + .milliseconds(Int.random(in: 0...500, using: &generator)),
          key: Int.random(in: 0..<9, using: &generator)
        )
        queue.push(entry.key, at: entry.deadline)
        model.append(entry)
      } else {
        now += .milliseconds(Int.random(in: 0...2, using: &generator))
        let earliest = model.map(\.deadline).min()
        #expect(queue.first == earliest)
        let key = queue.pop(dueAt: now)
        if let earliest, earliest <= now {
          let index = model.firstIndex { $0.deadline == earliest && $0.key == key }
          if let index { model.remove(at: index) } else { Issue.record("seed \(seed): \(String(describing: key))") }
        } else {
          #expect(key == nil)
        }
      }
      #expect(queue.count == model.count)
    }
  }

  @Test("trimming keeps what holds, once, and drops the rest")
  func trim() {
    let start = ContinuousClock.now
    var queue = DeadlineQueue<Int>()
    for round in 0..<100 { for key in 0..<10 { queue.push(key, at: start + .seconds(round)) } }
    queue.trim(to: 5) { $0 < 5 ? start + .seconds(200 + $0) : nil }
    #expect(queue.count == 5)
    #expect((0..<6).map { _ in queue.pop(dueAt: start + .seconds(1000)) } == [0, 1, 2, 3, 4, nil])
  }

  @Test("a queue that is not too long is left alone")
  func noTrim() {
    let start = ContinuousClock.now
    var queue = DeadlineQueue<Int>()
    for key in 0..<50 { queue.push(key, at: start) }
    queue.trim(to: 0) { _ in nil }
    #expect(queue.count == 50)
  }
}
