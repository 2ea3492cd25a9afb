import WinnowCore

/// How long a server asks us to stay away: the field Retry-After (RFC 9110, 10.2.3).
enum RetryAfter {
  /// - Parameter text: Seconds, or a date in one of HTTP's three forms (RFC 9110, 5.6.7).
  /// - Returns: At least zero; nil for what is neither.
  static func duration(_ text: String, now: Timestamp) -> Duration? {
    let text = text.drop(while: \.isWhitespace)
    let value = text.reversed().drop(while: \.isWhitespace).reversed().map { $0 }
    if !value.isEmpty, value.allSatisfy({ $0.isASCII && $0.isNumber }) {
      // Longer than anyone waits; so many digits may not fit.
      return .seconds(value.count > 9 ? 999_999_999 : Int(String(value)) ?? 0)
    }
    guard let date = seconds(String(value)) else { return nil }
    return .seconds(max(0, date - now.nanoseconds / 1_000_000_000))
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// Seconds since 1970 of an HTTP date. Its fields stand in the order day, month, year, time; in asctime's form month,
  /// day, time, year.
  private static func seconds(_ text: String) -> Int64? {
    let words = text.lowercased().split { " ,-".contains($0) }.map(String.init)
    guard words.count >= 5, let month = words.firstIndex(where: months.contains), month == 1 || month == 2,
      let time = words.first(where: { $0.contains(":") })
    else { return nil }
    let isAsctime = month == 1
    guard let day = Int(words[isAsctime ? 2 : 1]), (1...31).contains(day),
      var year = Int(words[isAsctime ? 4 : 3]), let index = months.firstIndex(of: words[month])
    else { return nil }
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    let clock = time.split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]),
      (1970...9999).contains(year)
    else { return nil }
    return Int64(days(year, index + 1, day)) * 86_400 + Int64(clock[0] * 3600 + clock[1] * 60 + clock[2])
  }

  /// Days since 1970, counted in eras of 400 years that begin on 1 March.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
