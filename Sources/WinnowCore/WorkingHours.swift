/// When an inbox is sorted: ranges of the clock on the wall, such as `22:00-06:00` or `Mon-Fri 19:00-07:00, Sat 0:00-24:00`.
/// Pure: the time and the zone's offset are given.
///
/// An instant is inside when the clock on the wall then shows a time in a range. So in the night in which clocks are put
/// forward, an hour of a range is missing, and in the one in which they are put back, it comes twice.
public struct WorkingHours: Hashable, Sendable {
  public let text: String
  private let ranges: [Range]

  /// On one day of the week, from its `start` to its `end`, in seconds since midnight. An `end` beyond the day lies on
  /// the next one.
  private struct Range: Hashable, Sendable {
    /// 0 is Monday.
    let day: Int
    let start: Int
    let end: Int
  }

  /// Seconds that the clock on the wall is ahead of UTC, at a moment given in seconds since 1970.
  public typealias Zone = @Sendable (Int64) -> Int

  /// What holds at a moment, and until when.
  public struct State: Hashable, Sendable {
    public let isOpen: Bool
    /// When that changes next; nil for hours that are all of the week, or none.
    public let until: Timestamp?

    public init(isOpen: Bool, until: Timestamp?) {
      self.isOpen = isOpen
      self.until = until
    }
  }

  private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let daySeconds = 86_400
  private static let weekSeconds = 7 * daySeconds

  /// - Throws: `.invalidInput` when `text` is no such list.
  public init(_ text: String) throws(WinnowError) {
    var ranges: [Range] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: " ")
      guard let times = words.last, words.count <= 2 else { throw Self.invalid(text) }
      let ends = times.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count == 2, let start = Self.time(ends[0]), start < Self.daySeconds, let end = Self.time(ends[1]),
        end > 0, start != end, let days = words.count == 1 ? Array(0..<7) : Self.days(words[0])
      else { throw Self.invalid(text) }
      ranges += days.map { Range(day: $0, start: start, end: end < start ? end + Self.daySeconds : end) }
    }
    self.text = text
    self.ranges = ranges
  }

  private static func invalid(_ text: String) -> WinnowError {
    WinnowError(
      .invalidInput, "\"\(text)\" are no hours",
      remedy: "write ranges such as \"22:00-06:00\" or \"Mon-Fri 19:00-07:00, Sat-Sun 00:00-24:00\"")
  }

  /// Seconds since midnight; 24:00 is a whole day.
  private static func time(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
      parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), hour < 24 && minute < 60 || hour == 24 && minute == 0
    else { return nil }
    return hour * 3600 + minute * 60
  }

  /// `Sat`, or `Fri-Mon`.
  private static func days(_ text: Substring) -> [Int]? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { name in
      days.firstIndex { $0.lowercased() == name.lowercased() }
    }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
    return (0...((last - first + 7) % 7)).map { (first + $0) % 7 }
  }

  // MARK: - Asking

  public func state(at time: Timestamp, zone: Zone) -> State {
    let now = Self.seconds(time)
    let isOpen = isOpen(at: now, zone: zone)
    let next = candidates(after: now, zone: zone).first { self.isOpen(at: $0, zone: zone) != isOpen }
    return State(isOpen: isOpen, until: next.map { Timestamp(seconds: $0) })
  }

  private func isOpen(at second: Int64, zone: Zone) -> Bool {
    let inWeek = Self.secondOfWeek(second + Int64(zone(second)))
    return ranges.contains { range in
      let since = (inWeek - range.day * Self.daySeconds - range.start + Self.weekSeconds) % Self.weekSeconds
      return since < range.end - range.start
    }
  }

  /// The moments of the coming week, earliest first, at which it can change: where the clock on the wall comes to an end
  /// of a range, by the offset before and after that day, and where the offset itself changes.
  private func candidates(after now: Int64, zone: Zone) -> [Int64] {
    let day = Int64(Self.daySeconds)
    let local = now + Int64(zone(now))
    let midnight = local - Int64(Self.secondOfWeek(local) % Self.daySeconds)
    var found: Set<Int64> = []
    for number in Int64(0)...8 {
      let start = midnight + number * day
      let offsets = [start - day, start + 2 * day].map { Int64(zone($0)) }
      for end in Set(ranges.flatMap { [$0.start, $0.end % Self.daySeconds] }) {
        for offset in offsets { found.insert(start + Int64(end) - offset) }
      }
      if let change = Self.change(of: zone, from: start - day, to: start + 2 * day) { found.insert(change) }
    }
    return found.filter { $0 > now }.sorted()
  }

  /// The first second with another offset, if there is one; a zone changes at most once in three days.
  private static func change(of zone: Zone, from start: Int64, to end: Int64) -> Int64? {
    let before = zone(start)
    guard zone(end) != before else { return nil }
    var (low, high) = (start, end)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if zone(middle) == before { low = middle } else { high = middle }
    }
    return high
  }

  /// `22:00` within a day, else with the day: `Mon 07:00`.
  public static func shown(_ time: Timestamp, at now: Timestamp, zone: Zone) -> String {
    let second = seconds(time)
    let inWeek = secondOfWeek(second + Int64(zone(second)))
    let (hour, minute) = (inWeek % daySeconds / 3600, inWeek % 3600 / 60)
    let clock = "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    return second - seconds(now) < Int64(daySeconds) ? clock : "\(days[inWeek / daySeconds]) \(clock)"
  }

  private static func seconds(_ time: Timestamp) -> Int64 {
    let (quotient, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? quotient - 1 : quotient
  }

  /// Since Monday 0:00; the first day of 1970 was a Thursday.
  private static func secondOfWeek(_ local: Int64) -> Int {
    let week = Int64(weekSeconds)
    return Int(((local + 3 * Int64(daySeconds)) % week + week) % week)
  }
}

extension WorkingHours: CustomStringConvertible {
  public var description: String { text }
}
