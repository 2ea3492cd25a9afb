import Testing
import WinnowCore

@Suite("Rates")
struct RateMeterTests {
  private let start = ContinuousClock.now

  @Test("what happened counts for a minute or two, and for an hour")
  func forgets() {
    var meter = RateMeter(start: start)
    for second in 0..<30 { meter.count(at: start + .seconds(second)) }
    #expect(meter.counts(at: start + .seconds(59)) == (30, 30))
    #expect(meter.counts(at: start + .seconds(60)) == (30, 30))
    #expect(meter.counts(at: start + .seconds(120)) == (0, 30))
    #expect(meter.counts(at: start + .seconds(3599)) == (0, 30))
    #expect(meter.counts(at: start + .seconds(3600)) == (0, 0))
  }

  @Test("a long silence leaves nothing behind, and no clock that goes back does harm")
  func silence() {
    var meter = RateMeter(start: start)
    meter.count(at: start + .seconds(10))
    meter.count(at: start + .seconds(100_000))
    #expect(meter.counts(at: start + .seconds(100_001)) == (1, 1))
    meter.count(at: start)
    #expect(meter.counts(at: start + .seconds(100_001)) == (2, 2))
  }
}
