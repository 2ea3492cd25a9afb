import Testing
import WinnowCore

@Suite("Hours of work")
struct WorkingHoursTests {
  /// Central Europe in 2026: clocks go forward on 29 March and back on 25 October, both at 1:00 UTC.
  private static let forward: Int64 = 1_774_746_000
  private static let back: Int64 = 1_792_890_000
  private static let europe: WorkingHours.Zone = { (forward..<back).contains($0) ? 7200 : 3600 }

  private static func at(_ second: Int64) -> Timestamp { Timestamp(seconds: second) }

  struct Moment: Sendable, CustomTestStringConvertible {
    let hours: String
    let now: Int64
    let isOpen: Bool
    let until: Int64?
    let testDescription: String

    init(_ hours: String, _ now: Int64, _ isOpen: Bool, _ until: Int64?, _ what: String) {
      self.hours = hours
      self.now = now
      self.isOpen = isOpen
      self.until = until
      testDescription = "\(hours): \(what)"
    }
  }

  /// Noon of Friday, 27 November 2026.
  private static let friday: Int64 = 1_795_777_200
  private static let hour: Int64 = 3600

  @Test(
    "a moment is inside or outside, until a known one",
    arguments: [
      Moment("22:00-06:00", friday, false, friday + 10 * hour, "noon"),
      Moment("22:00-06:00", friday + 10 * hour - 1, false, friday + 10 * hour, "the second before"),
      Moment("22:00-06:00", friday + 10 * hour, true, friday + 18 * hour, "the first second"),
      Moment("22:00-06:00", friday + 13 * hour, true, friday + 18 * hour, "past midnight"),
      Moment("22:00-06:00", friday + 18 * hour, false, friday + 34 * hour, "the end is outside"),
      Moment("9:00-17:00", friday, true, friday + 5 * hour, "within a day"),
      Moment("9:00-12:00, 12:00-17:00", friday, true, friday + 5 * hour, "ranges that touch are one"),
      Moment("08:00-11:00,13:00-24:00", friday, false, friday + hour, "between two ranges"),
      Moment("08:00-11:00,13:00-24:00", friday + hour, true, friday + 12 * hour, "to the end of the day"),
      Moment("00:00-24:00", friday, true, nil, "always"),
      Moment("Mon-Sun 00:00-12:00, 12:00-24:00", friday, true, nil, "always, in pieces"),
      Moment("Sat-Sun 00:00-24:00", friday, false, friday + 12 * hour, "the eve of a weekend"),
      Moment("Sat-Sun 00:00-24:00", friday + 24 * hour, true, friday + 60 * hour, "a weekend is one"),
      Moment("mon-fri 19:00-07:00", friday + 10 * hour, true, friday + 19 * hour, "Friday's night ends on Saturday"),
      Moment("Mon-Fri 19:00-07:00", friday + 34 * hour, false, friday + 79 * hour, "Saturday's night is none"),
      Moment("Fri-Mon 11:00-13:00", friday + 73 * hour, false, friday + 167 * hour, "over Sunday"),
      Moment("Thu 11:00-13:00", friday, false, friday + 6 * 24 * hour - hour, "six days away"),
      Moment("Fri 11:00-12:00", friday, false, friday + 7 * 24 * hour - hour, "just missed: a week away"),
    ])
  func table(_ moment: Moment) throws {
    let state = try WorkingHours(moment.hours).state(at: Self.at(moment.now), zone: Self.europe)
    #expect(state.isOpen == moment.isOpen)
    #expect(state.until == moment.until.map(Self.at))
  }

  @Test("where clocks go forward the night is an hour shorter, and what begins in the missing hour begins after it")
  func forwards() throws {
    // 28 March, 22:00.
    let evening: Int64 = 1_774_731_600
    let night = try WorkingHours("22:00-06:00").state(at: Self.at(evening), zone: Self.europe)
    #expect(night == .init(isOpen: true, until: Self.at(evening + 7 * Self.hour)))
    let missing = try WorkingHours("02:30-04:00").state(at: Self.at(evening), zone: Self.europe)
    #expect(missing == .init(isOpen: false, until: Self.at(Self.forward)))
    let skipped = try WorkingHours("02:15-02:45").state(at: Self.at(evening), zone: Self.europe)
    // The next day's, at summer time.
    #expect(skipped == .init(isOpen: false, until: Self.at(evening + 27 * Self.hour + 900)))
  }

  @Test("where clocks go back the night is an hour longer, and a range in the hour that comes twice comes twice")
  func backwards() throws {
    // 24 October, 22:00.
    let evening: Int64 = 1_792_872_000
    let night = try WorkingHours("22:00-06:00").state(at: Self.at(evening), zone: Self.europe)
    #expect(night == .init(isOpen: true, until: Self.at(evening + 9 * Self.hour)))
    let twice = try WorkingHours("02:15-02:45")
    var opened: [Int64] = []
    var now = evening
    for _ in 0..<4 {
      let until = try #require(twice.state(at: Self.at(now), zone: Self.europe).until)
      now = until.nanoseconds / 1_000_000_000
      opened.append(now - Self.back)
    }
    #expect(opened == [-2700, -900, 900, 2700])
    let cut = try WorkingHours("02:30-03:00").state(at: Self.at(Self.back - 60), zone: Self.europe)
    #expect(cut == .init(isOpen: true, until: Self.at(Self.back)), "the clock on the wall shows 2:00 again")
  }

  @Test(
    "at every minute of a fortnight with a change of clocks, the next change is the first one",
    arguments: [
      "22:00-06:00", "02:15-02:45", "Mon-Fri 19:00-07:00, Sat-Sun 00:00-24:00", "Sun 01:30-02:30, 5:00-6:00",
    ])
  func everyMinute(_ text: String) throws {
    let hours = try WorkingHours(text)
    for change in [Self.forward, Self.back] {
      let start = change - 3 * 24 * Self.hour
      let end = change + 5 * 24 * Self.hour
      var next: Int64?
      var was: Bool?
      for second in stride(from: start, to: end, by: 60) {
        let state = hours.state(at: Self.at(second), zone: Self.europe)
        if let was, state.isOpen != was { #expect(next == second) }
        if let was, state.isOpen == was, let next { #expect(second < next) }
        was = state.isOpen
        next = state.until.map { $0.nanoseconds / 1_000_000_000 }
      }
    }
  }

  @Test("a time is shown by the clock on the wall, with the day where it is far")
  func shown() {
    let now = Self.at(Self.friday)
    #expect(WorkingHours.shown(Self.at(Self.friday + 10 * Self.hour), at: now, zone: Self.europe) == "22:00")
    #expect(WorkingHours.shown(Self.at(Self.friday + 67 * Self.hour + 300), at: now, zone: Self.europe) == "Mon 07:05")
  }

  @Test(
    "what is no list of hours is refused with the remedy",
    arguments: [
      "", "22", "22:00", "22:00-", "-06:00", "22:00-22:00", "25:00-26:00", "24:00-06:00", "22:00-06:60", "22:00-24:30",
      "22:00-06:00,", "Mon", "Mom 22:00-06:00", "Mon-Tue-Wed 1:00-2:00", "Mon Tue 1:00-2:00", "22.00-06.00",
      "2200-0600",
      "22:0-06:00",
      "10:00-0:00-1:00", "+1:00-2:00", "００:00-01:00",
    ])
  func refused(_ text: String) {
    let error = #expect(throws: WinnowError.self) { try WorkingHours(text) }
    #expect(error?.code == .invalidInput && error?.remedy?.contains("22:00-06:00") == true)
  }
}
