import WinnowCore

/// Moments in records: RFC 3339 in UTC, whole seconds.
enum RecordTime {
  static func text(_ time: Timestamp) -> String {
    let date = CivilDate(time)
    let clock = [date.second / 3600, date.second / 60 % 60, date.second % 60]
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
      + clock.map { padded($0, 2) }.joined(separator: ":") + "Z"
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
