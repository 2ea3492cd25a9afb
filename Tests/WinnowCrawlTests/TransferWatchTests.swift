import Testing

@testable import WinnowCrawl

@Suite("Watching a transfer")
struct TransferWatchTests {
  private let start = ContinuousClock.now
  private var watch: TransferWatch

  init() {
    watch = TransferWatch(
      TransferWatch.Limits(leastBytes: 1000, window: .seconds(10), whole: .seconds(100)), from: start)
  }

  @Test("too few bytes in a window are a stall, enough of them begin a new one")
  mutating func stall() {
    #expect(watch.observe(0, at: start + .seconds(9)) == .going)
    #expect(watch.observe(1000, at: start + .seconds(10)) == .going)
    #expect(watch.observe(1999, at: start + .seconds(20)) == .stalled)
  }

  @Test("a transfer that trickles on for ever is overdue")
  mutating func overdue() {
    for window in 1..<10 {
      #expect(watch.observe(Int64(window) * 1000, at: start + .seconds(10 * window)) == .going)
    }
    #expect(watch.observe(1_000_000, at: start + .seconds(100)) == .overdue)
  }

  @Test("the time in which nobody read does not count")
  mutating func pardon() {
    watch.pardon(.seconds(50))
    #expect(watch.observe(0, at: start + .seconds(59)) == .going)
    #expect(watch.observe(0, at: start + .seconds(60)) == .stalled)
    #expect(watch.nextLook == start + .seconds(60))
  }
}
