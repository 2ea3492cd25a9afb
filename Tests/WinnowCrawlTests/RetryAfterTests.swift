import Testing
import WinnowCore

@testable import WinnowCrawl

@Suite("Retry-After")
struct RetryAfterTests {
  /// 2026-11-25 18:53:55 UTC.
  private let now = Timestamp(seconds: 1_795_632_835)

  @Test(
    "seconds and dates of all three forms are understood",
    arguments: [
      ("0", 0), ("120", 120), (" 7 ", 7), ("99999999999999999999", 999_999_999),
      ("Wed, 25 Nov 2026 18:54:05 GMT", 10), ("Wednesday, 25-Nov-26 18:54:05 GMT", 10),
      ("Wed Nov 25 18:54:05 2026", 10), ("Wed, 25 Nov 2026 18:00:00 GMT", 0),
      ("Tue, 01 Dec 2026 18:53:55 GMT", 518_400),
      ("Tue Dec  1 18:53:55 2026", 518_400),
    ])
  func understood(text: String, seconds: Int) {
    #expect(RetryAfter.duration(text, now: now) == .seconds(seconds))
  }

  @Test(
    "nonsense is none", arguments: ["", "soon", "-5", "1.5", "Wed, 99 Nov 2026 18:54:05 GMT", "25 Nov", "1:2:3 a b c"])
  func nonsense(text: String) {
    #expect(RetryAfter.duration(text, now: now) == nil)
  }
}
