import Testing

@testable import WinnowCrawl

@Suite("The pace of requests to a host")
struct HostPacingTests {
  private let start = ContinuousClock.now
  private var pacing: HostPacing

  init() {
    pacing = HostPacing(
      HostPacing.Limits(
        concurrency: 2, interval: .milliseconds(250), firstPause: .seconds(1), longestPause: .seconds(60), patience: 4))
  }

  @Test("starts keep their distance, and no more than allowed are in flight")
  mutating func distance() {
    #expect(pacing.verdict(for: "a", at: start) == .go)
    pacing.started("a", at: start)
    #expect(pacing.verdict(for: "a", at: start) == .wait(until: start + .milliseconds(250)))
    #expect(pacing.verdict(for: "b", at: start) == .go)
    let later = start + .milliseconds(250)
    pacing.started("a", at: later)
    #expect(pacing.verdict(for: "a", at: start + .seconds(9)) == .full)
    pacing.ended("a", .fine, at: later)
    #expect(pacing.verdict(for: "a", at: start + .seconds(9)) == .go)
  }

  @Test("pauses double, and an answer that is fine ends them")
  mutating func growth() {
    var now = start
    for pause in [1, 2, 4] {
      pacing.started("a", at: now)
      pacing.ended("a", .overloaded(retryAfter: nil), at: now)
      #expect(pacing.verdict(for: "a", at: now) == .wait(until: now + .seconds(pause)))
      now += .seconds(pause)
      #expect(pacing.verdict(for: "a", at: now) == .go)
    }
    pacing.started("a", at: now)
    pacing.ended("a", .fine, at: now)
    now += .seconds(1)
    pacing.started("a", at: now)
    pacing.ended("a", .overloaded(retryAfter: nil), at: now)
    #expect(pacing.verdict(for: "a", at: now) == .wait(until: now + .seconds(1)))
  }

  @Test("what a server asks for is granted, up to a limit")
  mutating func wishes() {
    pacing.started("a", at: start)
    pacing.ended("a", .overloaded(retryAfter: .seconds(30)), at: start)
    #expect(pacing.verdict(for: "a", at: start) == .wait(until: start + .seconds(30)))
    pacing.started("b", at: start)
    pacing.ended("b", .overloaded(retryAfter: .seconds(61)), at: start)
    #expect(pacing.verdict(for: "b", at: start) == .givenUp)
  }

  @Test("complaints about requests of one moment count once")
  mutating func siblings() {
    pacing.started("a", at: start)
    pacing.started("a", at: start)
    pacing.ended("a", .overloaded(retryAfter: nil), at: start)
    pacing.ended("a", .overloaded(retryAfter: nil), at: start)
    #expect(pacing.verdict(for: "a", at: start) == .wait(until: start + .seconds(1)))
  }

  @Test("a host that keeps complaining is given up")
  mutating func patience() {
    var now = start
    for _ in 0..<4 {
      #expect(pacing.verdict(for: "a", at: now) != .givenUp)
      pacing.started("a", at: now)
      pacing.ended("a", .overloaded(retryAfter: nil), at: now)
      now += .seconds(100)
    }
    #expect(pacing.verdict(for: "a", at: now) == .givenUp)
  }
}
