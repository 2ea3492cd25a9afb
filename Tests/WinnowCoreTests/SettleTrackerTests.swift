import SystemPackage
import Testing
import WinnowCore

@Suite("When a file counts as settled")
struct SettleTrackerTests {
  private static let start = ContinuousClock.now
  private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }
  private static let path: FilePath = "a.jpg"
  private static let marks = ContentMarks(size: 10, modified: Timestamp(seconds: 1))
  private static let grown = ContentMarks(size: 20, modified: Timestamp(seconds: 2))
  private static let whole = SettleTracker.Look.file(marks, busy: false)

  private var tracker = SettleTracker(
    rules: .init(
      settle: .seconds(2), settleRenamed: .milliseconds(200), busyAfter: .seconds(600), incompleteAfter: .seconds(120),
      capacity: 3))

  private mutating func due(_ seconds: Double) -> [FilePath] { tracker.due(at: Self.at(seconds), limit: 100) }

  @Test("a file is offered once it was quiet for settle, and not before")
  mutating func quiet() {
    #expect(tracker.observe(.changed(Self.path), at: Self.at(0)) == true)
    #expect(tracker.nextDeadline == Self.at(2))
    #expect(due(1.9).isEmpty)
    #expect(due(2) == [Self.path])
    #expect(tracker.looked(at: Self.path, Self.whole, at: Self.at(2)) == .offer(last: false))
    tracker.finished(Self.path, at: Self.at(3))
    #expect(tracker.isEmpty && tracker.nextDeadline == nil)
  }

  @Test("a file that was renamed into place counts from its rename, with its own quiet time")
  mutating func renamed() {
    _ = tracker.observe(.movedIn(Self.path), at: Self.at(0))
    #expect(due(0.1).isEmpty && due(0.2) == [Self.path])
  }

  @Test("a growing file is not offered")
  mutating func growing() {
    for step in 0..<50 {
      _ = tracker.observe(.changed(Self.path), at: Self.at(Double(step)))
      #expect(due(Double(step) + 0.9).isEmpty)
    }
    #expect(due(50.9).isEmpty && due(51) == [Self.path])
  }

  @Test("a file found by a scan has to have the same marks at its deadline")
  mutating func found() {
    _ = tracker.observe(.found(Self.path, Self.marks), at: Self.at(0))
    #expect(due(2) == [Self.path])
    #expect(
      tracker.looked(at: Self.path, .file(Self.grown, busy: false), at: Self.at(2)) == .wait(busySince: nil))
    #expect(due(3.9).isEmpty && due(4) == [Self.path])
    #expect(tracker.looked(at: Self.path, .file(Self.grown, busy: false), at: Self.at(4)) == .offer(last: false))
  }

  @Test("a scan that finds the same file again does not delay it, one that finds it grown does")
  mutating func foundAgain() {
    _ = tracker.observe(.found(Self.path, Self.marks), at: Self.at(0))
    _ = tracker.observe(.found(Self.path, Self.marks), at: Self.at(1))
    #expect(tracker.nextDeadline == Self.at(2))
    _ = tracker.observe(.found(Self.path, Self.grown), at: Self.at(1.5))
    #expect(due(2).isEmpty && due(3.5) == [Self.path])
  }

  @Test("a file that somebody writes to waits with growing pauses, and after busyAfter a condition names it")
  mutating func busy() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    var looks = 0
    var named: ContinuousClock.Instant?
    var time = 2.0
    while named == nil, time < 2000 {
      for path in due(time) {
        looks += 1
        if case .wait(let since) = tracker.looked(at: path, .file(Self.marks, busy: true), at: Self.at(time)) {
          named = since
        }
      }
      time += 1
    }
    #expect(named == Self.at(2))
    #expect(time > 601 && time < 640)
    // Pauses of 2, 4, 8, 16 and then 30 seconds.
    #expect(looks > 15 && looks < 30)
    #expect(tracker.waiting.first?.isBusy == true)
    var isOffered = false
    while !isOffered, time < 3000 {
      for path in due(time) {
        isOffered = tracker.looked(at: path, Self.whole, at: Self.at(time)) == .offer(last: false)
      }
      time += 1
    }
    #expect(isOffered)
  }

  @Test("a file that ends early is looked at again, and after incompleteAfter for the last time")
  mutating func incomplete() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    #expect(due(2) == [Self.path])
    #expect(tracker.looked(at: Self.path, Self.whole, at: Self.at(2)) == .offer(last: false))
    tracker.incomplete(Self.path, at: Self.at(2))
    #expect(tracker.waiting.first?.isIncomplete == true)
    var offers: [(time: Double, last: Bool)] = []
    var time = 2.0
    while time < 400, offers.isEmpty {
      time += 1
      for path in due(time) {
        if case .offer(let last) = tracker.looked(at: path, Self.whole, at: Self.at(time)) {
          offers.append((time, last))
        }
      }
    }
    #expect(offers.count == 1 && offers.first?.last == true)
    #expect(offers.first.map { $0.time >= 122 && $0.time < 126 } == true)
  }

  @Test("an incomplete file that grows starts anew")
  mutating func incompleteGrows() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    _ = due(2)
    _ = tracker.looked(at: Self.path, Self.whole, at: Self.at(2))
    tracker.incomplete(Self.path, at: Self.at(2))
    _ = tracker.observe(.changed(Self.path), at: Self.at(10))
    #expect(due(11.9).isEmpty && due(12) == [Self.path])
    #expect(tracker.looked(at: Self.path, .file(Self.marks, busy: false), at: Self.at(12)) == .offer(last: false))
  }

  @Test("what happens to an offered file is not forgotten")
  mutating func changedMeanwhile() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    _ = due(2)
    _ = tracker.looked(at: Self.path, Self.whole, at: Self.at(2))
    _ = tracker.observe(.changed(Self.path), at: Self.at(3))
    #expect(due(100).isEmpty)
    tracker.finished(Self.path, at: Self.at(4))
    #expect(tracker.isTracking(Self.path))
    #expect(due(5.9).isEmpty && due(6) == [Self.path])
  }

  @Test("a file that is gone is forgotten, an offered one only once it is finished")
  mutating func gone() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    _ = tracker.observe(.gone(Self.path), at: Self.at(1))
    #expect(tracker.isEmpty && due(10).isEmpty)
    _ = tracker.observe(.changed(Self.path), at: Self.at(10))
    _ = due(12)
    _ = tracker.looked(at: Self.path, Self.whole, at: Self.at(12))
    _ = tracker.observe(.gone(Self.path), at: Self.at(13))
    #expect(tracker.isTracking(Self.path))
    tracker.finished(Self.path, at: Self.at(14))
    #expect(tracker.isEmpty)
  }

  @Test("nothing there: forgotten")
  mutating func nothing() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    _ = due(2)
    #expect(tracker.looked(at: Self.path, .nothing, at: Self.at(2)) == .forget)
    #expect(tracker.isEmpty)
    #expect(tracker.looked(at: Self.path, Self.whole, at: Self.at(2)) == .forget)
  }

  @Test("a full table declines new files and keeps the old ones")
  mutating func full() {
    for name in ["a", "b", "c"] { #expect(tracker.observe(.changed(FilePath(name)), at: Self.at(0)) == true) }
    #expect(tracker.isFull)
    #expect(tracker.observe(.changed("d"), at: Self.at(0)) == false)
    #expect(tracker.observe(.found("d", Self.marks), at: Self.at(0)) == false)
    #expect(tracker.observe(.changed("a"), at: Self.at(1)) == true)
    #expect(tracker.count == 3 && !tracker.isTracking("d"))
  }

  @Test("a postponed or put back file falls due when it is said to")
  mutating func postponed() {
    _ = tracker.observe(.changed(Self.path), at: Self.at(0))
    _ = due(2)
    tracker.putBack(Self.path, at: Self.at(7))
    #expect(due(6.9).isEmpty && due(7) == [Self.path])
    _ = tracker.looked(at: Self.path, Self.whole, at: Self.at(7))
    tracker.postponed(Self.path, for: .seconds(30), at: Self.at(8))
    #expect(due(37.9).isEmpty && due(38) == [Self.path])
  }

  @Test("never more than asked for fall due at once")
  mutating func limit() {
    for name in ["a", "b", "c"] { _ = tracker.observe(.changed(FilePath(name)), at: Self.at(0)) }
    #expect(tracker.due(at: Self.at(5), limit: 2).count == 2)
    #expect(tracker.due(at: Self.at(5), limit: 2).count == 1)
  }
}
