import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

/// Random sequences of events, looks and endings, with a seed; the rules hold at each step.
@Suite("Settling, whatever happens")
struct SettleTrackerInvariantTests {
  /// A file as the disk would have it.
  private struct File {
    var marks: ContentMarks
    var lastChange: ContinuousClock.Instant
    var isBusy = false
    var isThere = true
  }

  @Test("never offered too early, bounded, and everything that stays is offered in the end", arguments: 0..<300)
  func random(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let rules = SettleTracker.Rules(
      settle: .seconds(2), settleRenamed: .seconds(2), incompleteAfter: .seconds(20), capacity: 6)
    var tracker = SettleTracker(rules: rules)
    var files: [FilePath: File] = [:]
    var offered: Set<FilePath> = []
    var now = ContinuousClock.now
    let names: [FilePath] = (0..<8).map { FilePath("\($0).jpg") }

    func look(_ path: FilePath) {
      let file = files[path]
      let look: SettleTracker.Look =
        if let file, file.isThere { .file(file.marks, busy: file.isBusy) } else { .nothing }
      if case .offer = tracker.looked(at: path, look, at: now), let file {
        #expect(!file.isBusy && file.isThere, "seed \(seed): offered while somebody writes")
        #expect(now - file.lastChange >= rules.settle, "seed \(seed): offered after \(now - file.lastChange)")
        #expect(offered.insert(path).inserted, "seed \(seed): offered twice")
      }
    }

    func end(_ path: FilePath) {
      offered.remove(path)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: tracker.incomplete(path, at: now)
      case 1: tracker.postponed(path, for: .seconds(3), at: now)
      default:
        files[path]?.isThere = false
        tracker.finished(path, at: now)
      }
    }

    for _ in 0..<400 {
      now += .milliseconds(Int.random(in: 0...700, using: &generator))
      let path = names.randomElement(using: &generator) ?? "0.jpg"
      switch Int.random(in: 0..<6, using: &generator) {
      case 0...1:
        let size = Int64.random(in: 0...1000, using: &generator)
        files[path] = File(marks: ContentMarks(size: size, modified: Timestamp(nanoseconds: size)), lastChange: now)
        _ = tracker.observe(generator.oneIn(3) ? .movedIn(path) : .changed(path), at: now)
      case 2:
        if let file = files[path], file.isThere { _ = tracker.observe(.found(path, file.marks), at: now) }
      case 3: files[path]?.isBusy.toggle()
      case 4:
        if generator.oneIn(3), files[path] != nil, !offered.contains(path) {
          files[path]?.isThere = false
          _ = tracker.observe(.gone(path), at: now)
        }
      default: if let path = offered.min(by: { $0.string < $1.string }) { end(path) }
      }
      for path in tracker.due(at: now, limit: 3) { look(path) }
      #expect(tracker.count <= rules.capacity)
      #expect(offered.allSatisfy { tracker.isTracking($0) }, "seed \(seed): an offered file was dropped")
    }

    // Quiet from here on: whatever is tracked comes to its end.
    for path in files.keys { files[path]?.isBusy = false }
    var steps = 0
    while !tracker.isEmpty, steps < 2000 {
      for path in offered {
        offered.remove(path)
        tracker.finished(path, at: now)
      }
      now += .milliseconds(500)
      for path in tracker.due(at: now, limit: 3) { look(path) }
      steps += 1
    }
    #expect(tracker.isEmpty, "seed \(seed): something waits for ever")
    // Deadlines of files that were forgotten fall due once, for nothing.
    #expect(tracker.due(at: now + .seconds(100), limit: 3) == [])
    #expect(tracker.nextDeadline == nil, "seed \(seed): a deadline is left")
  }

  @Test("a deadline is never in the past for long: the next one is at most a pause away")
  func deadlines() {
    var generator = SeededGenerator(seed: 5)
    var tracker = SettleTracker(rules: .init(capacity: 100))
    var now = ContinuousClock.now
    for step in 0..<20_000 {
      now += .milliseconds(1)
      _ = tracker.observe(.changed(FilePath("\(Int.random(in: 0..<50, using: &generator)).jpg")), at: now)
      for path in tracker.due(at: now, limit: 10) { _ = tracker.looked(at: path, .nothing, at: now) }
      if step > 3000, let next = tracker.nextDeadline { #expect(next > now - .seconds(3)) }
    }
  }
}
