import Testing
import WinnowControlAPI
import WinnowCore

@Suite("times as RFC 3339")
struct RFC3339Tests {
  @Test(
    "written in UTC with milliseconds",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_772_357_400_250_999_999, "2026-03-01T09:30:00.250Z"),
      (951_826_554_000_000_000, "2000-02-29T12:15:54.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (4_107_542_399_999_000_000, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
      (.min, "1677-09-21T00:12:43.145Z"), (.max, "2262-04-11T23:47:16.854Z"),
    ] as [(Int64, String)])
  func written(nanoseconds: Int64, text: String) { #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text) }

  @Test(
    "read with any offset, fraction and shortness",
    arguments: [
      ("2026-03-01T09:30:00.25Z", 1_772_357_400_250_000_000), ("2026-03-01T10:30:00+01:00", 1_772_357_400_000_000_000),
      ("2026-03-01 04:00:00-05:30", 1_772_357_400_000_000_000), ("2026-03-01T09:30", 1_772_357_400_000_000_000),
      ("2026-03-01", 1_772_323_200_000_000_000), ("2026-03-01t09:30:00.1234567891z", 1_772_357_400_123_456_789),
      ("2016-12-31T23:59:60Z", 1_483_228_799_000_000_000),
    ] as [(String, Int64)])
  func read(text: String, nanoseconds: Int64) { #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds) }

  @Test(
    "anything else is no time",
    arguments: [
      "", "yesterday", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-03-01T24:00:00Z",
      "2026-03-01T09:60",
      "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00Zx", "2026-03-01T09:30:00+1", "26-03-01", "2026-03-01T",
      "9999-01-01", "0001-01-01", "２０２６-03-01",
    ])
  func refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test("every written time reads back, to the millisecond")
  func roundTrip() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let time = Int64.random(in: -9_000_000_000_000...9_000_000_000_000, using: &generator) * 1_000_000
      #expect(Timestamp(rfc3339: Timestamp(nanoseconds: time).rfc3339)?.nanoseconds == time)
    }
  }
}
