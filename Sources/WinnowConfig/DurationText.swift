public import WinnowCore

/// Spans of time as people write them in the configuration: `500ms`, `2s`, `1.5s`, `15min`, `1h`, `7d`.
public enum DurationText {
  /// Nanoseconds in each unit, largest first.
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000),
  ]

  /// - Throws: `.invalidInput` when there is no number, no unit, an unknown unit, more than three decimals, or over
  ///   100 years.
  public static func parse(_ text: String) throws(WinnowError) -> Duration {
    let quantity = try Quantity(text, units: units.map(\.name), example: "500ms, 2s, 15min or 1h", kind: "duration")
    guard let unit = units.first(where: { $0.name == quantity.unit }),
      let nanoseconds = quantity.times(unit.nanoseconds), nanoseconds <= 36_500 * units[0].nanoseconds
    else {
      throw WinnowError(.invalidInput, "\"\(text)\" is too long a time", remedy: "write at most 36500d")
    }
    return .nanoseconds(nanoseconds)
  }

  /// The shortest exact form with a whole number: `1500ms`, `15min`, `1h`. Fractions of a millisecond are dropped.
  public static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    if milliseconds == 0 { return "0s" }
    for unit in units where milliseconds % (unit.nanoseconds / 1_000_000) == 0 {
      return "\(milliseconds / (unit.nanoseconds / 1_000_000))\(unit.name)"
    }
    return "\(milliseconds)ms"
  }
}
