public import WinnowCore

/// When a picture was taken, as its camera's clock showed it.
public struct CaptureTime: Hashable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  public let day: Int
  public let hour: Int
  public let minute: Int
  public let second: Int
  public let nanosecond: Int
  /// Seconds that the camera's clock was ahead of UTC; nil where the file does not say.
  public let offset: Int?

  /// - Parameters:
  ///   - text: `YYYY:MM:DD hh:mm:ss` (EXIF 2.32, DateTimeOriginal); a few writers put other marks between the digits.
  ///   - subsecond: digits behind the decimal point (SubSecTimeOriginal).
  ///   - offset: `+hh:mm` or `-hh:mm` (OffsetTimeOriginal).
  /// - Returns: nil where `text` is no moment; a broken `subsecond` or `offset` counts as absent.
  init?(text: String, subsecond: String?, offset: String?) {
    let characters = Array(text.utf8)
    guard characters.count >= 19 else { return nil }
    func number(_ range: Range<Int>) -> Int? { Self.number(characters[range]) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19),
      year > 0, (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    let digits = Array((subsecond ?? "").utf8.prefix(while: { (0x30...0x39).contains($0) }).prefix(9))
    nanosecond = Self.number((digits + Array(repeating: 0x30, count: 9 - digits.count))[...]) ?? 0
    self.offset = offset.flatMap(Self.offset)
  }

  /// The moment. A clock without a known offset is taken to show UTC.
  public var timestamp: Timestamp {
    let days = Self.daysSince1970(year: year, month: month, day: day)
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - (offset ?? 0)
    return Timestamp(seconds: Int64(seconds), nanoseconds: Int64(nanosecond))
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func offset(_ text: String) -> Int? {
    let characters = Array(text.utf8)
    guard characters.count >= 6, let hours = number(characters[1..<3]), let minutes = number(characters[4..<6]),
      hours <= 14, minutes < 60
    else { return nil }
    switch characters[0] {
    case UInt8(ascii: "+"): return (hours * 60 + minutes) * 60
    case UInt8(ascii: "-"): return -(hours * 60 + minutes) * 60
    default: return nil
    }
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// The proleptic Gregorian calendar, counted in years that begin in March so that the leap day comes last
  /// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let era = marchYear / 400
    let yearOfEra = marchYear % 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
