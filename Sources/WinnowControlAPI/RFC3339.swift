public import WinnowCore

/// RFC 3339, the form of every time on the outside.
extension Timestamp {
  /// In UTC with milliseconds: `2026-03-01T09:30:00.250Z`.
  public var rfc3339: String {
    let (days, millisecondsOfDay) = (nanoseconds.floorDivided(by: 1_000_000)).floorDividedWithRemainder(by: 86_400_000)
    let (year, month, day) = Self.civil(fromDays: days)
    let seconds = millisecondsOfDay / 1000
    return Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2) + "T"
      + Self.padded(seconds / 3600, 2) + ":" + Self.padded(seconds / 60 % 60, 2) + ":"
      + Self.padded(seconds % 60, 2) + "." + Self.padded(millisecondsOfDay % 1000, 3) + "Z"
  }

  /// Reads a date and time with an offset or `Z`; without either UTC is meant. A date alone is its midnight, a space
  /// may stand for the `T`, and a fraction may have any length. `nil` for anything else, also for the 30th of February.
  public init?(rfc3339 text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
      let day = reader.number(2), (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day)
    else { return nil }
    var seconds = Self.days(fromCivil: year, month, day) * 86_400
    var fraction: Int64 = 0
    if !reader.isAtEnd {
      guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(2), reader.take(":"),
        let minute = reader.number(2), hour < 24, minute < 60
      else { return nil }
      seconds += hour * 3600 + minute * 60
      if reader.take(":") {
        // 60 is a leap second, which this clock does not count.
        guard let second = reader.number(2), second <= 60 else { return nil }
        seconds += min(second, 59)
        if reader.take(".") {
          guard let nanoseconds = reader.fraction() else { return nil }
          fraction = nanoseconds
        }
      }
      guard let offset = reader.offset() else { return nil }
      seconds -= offset
    }
    guard reader.isAtEnd else { return nil }
    // Beyond the years 1678 to 2261 nanoseconds do not fit.
    guard (-9_223_372_036...9_223_372_035).contains(seconds) else { return nil }
    self.init(seconds: seconds, nanoseconds: fraction)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Howard Hinnant's `days_from_civil`: days since 1970-01-01 in the proleptic Gregorian calendar.
  private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.floorDividedWithRemainder(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The inverse, `civil_from_days`.
  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).floorDividedWithRemainder(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension Int64 {
  fileprivate func floorDividedWithRemainder(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func floorDivided(by divisor: Int64) -> Int64 { floorDividedWithRemainder(by: divisor).0 }
}

/// Walks over the bytes of a time.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Character) -> Bool {
    guard let byte = rest.first, byte == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  /// Exactly `count` digits.
  mutating func number(_ count: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<count {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Digits behind the point, as nanoseconds; what is finer is cut off.
  mutating func fraction() -> Int64? {
    var (value, unit): (Int64, Int64) = (0, 100_000_000)
    guard let first = digit() else { return nil }
    value = first * unit
    while let next = digit() {
      unit /= 10
      value += next * unit
    }
    return value
  }

  /// `Z`, `+hh:mm`, `-hh:mm` or nothing, as seconds east of Greenwich.
  mutating func offset() -> Int64? {
    if isAtEnd || take("Z") || take("z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
    rest.removeFirst()
    return Int64(byte) - 0x30
  }
}
