import Testing

@testable import WinnowPipeline

@Suite("A pause that grows")
struct BackoffTests {
  private let start = ContinuousClock.now

  /// Plans and lets the time come, so often.
  private func pauses(_ backoff: inout Backoff, _ count: Int) -> [Duration] {
    var now = start
    return (0..<count).compactMap { _ in
      backoff.plan(at: now)
      guard let deadline = backoff.deadline else { return nil }
      defer { now = deadline }
      return backoff.isDue(at: deadline) ? deadline - now : nil
    }
  }

  @Test("doubles from failure to failure, up to the longest")
  func doubling() {
    var backoff = Backoff(first: .seconds(2), longest: .seconds(30))
    let seen = pauses(&backoff, 6)
    #expect(seen == [2, 4, 8, 16, 30, 30].map { .seconds($0) })
  }

  @Test("is planned once, however often something fails meanwhile")
  func once() {
    var backoff = Backoff(first: .seconds(2), longest: .seconds(30))
    backoff.plan(at: start)
    backoff.plan(at: start + .seconds(1))
    #expect(backoff.deadline == start + .seconds(2))
  }

  @Test("is due when its time has come, not before, and then no longer planned")
  func due() {
    var backoff = Backoff(first: .seconds(2), longest: .seconds(30))
    let isDue1 = backoff.isDue(at: start)
    #expect(!isDue1)
    backoff.plan(at: start)
    let isDue2 = backoff.isDue(at: start + .milliseconds(1999))
    #expect(!isDue2)
    let isDue3 = backoff.isDue(at: start + .seconds(2))
    #expect(isDue3)
    #expect(backoff.deadline == nil)
    let isDue4 = backoff.isDue(at: start + .seconds(3))
    #expect(!isDue4)
  }

  @Test("starts from the first pause again after a success")
  func reset() {
    var backoff = Backoff(first: .seconds(2), longest: .seconds(30))
    let before = pauses(&backoff, 3)
    #expect(before.last == .seconds(8))
    backoff.plan(at: start)
    backoff.reset()
    #expect(backoff.deadline == nil)
    let after = pauses(&backoff, 1)
    #expect(after == [.seconds(2)])
  }

  @Test("somebody in a hurry is served at once where something is planned, and nothing is begun where not")
  func hurry() {
    var backoff = Backoff(first: .seconds(2), longest: .seconds(30))
    backoff.hurry(at: start)
    #expect(backoff.deadline == nil)
    backoff.plan(at: start)
    backoff.hurry(at: start)
    let isDue5 = backoff.isDue(at: start)
    #expect(isDue5)
  }
}
