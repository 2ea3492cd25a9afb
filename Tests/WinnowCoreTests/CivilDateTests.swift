import Testing
import WinnowCore

@Suite("Dates of the calendar")
struct CivilDateTests {
  @Test(
    "known moments",
    arguments: [
      (0, 1970, 1, 1, 0), (-1, 1969, 12, 31, 86_399), (86_399, 1970, 1, 1, 86_399), (951_782_400, 2000, 2, 29, 0),
      (951_868_800, 2000, 3, 1, 0), (4_107_542_399, 2100, 2, 28, 86_399), (4_107_542_400, 2100, 3, 1, 0),
      (1_709_210_096, 2024, 2, 29, 45_296), (-2_203_891_200, 1900, 3, 1, 0), (-2_203_891_201, 1900, 2, 28, 86_399),
      (-6_213_559_680, 1773, 2, 5, 69_120), (9_223_372_036, 2262, 4, 11, 85_636),
      (-9_223_372_036, 1677, 9, 21, 764),
    ])
  func table(seconds: Int64, year: Int, month: Int, day: Int, second: Int) {
    let date = CivilDate(Timestamp(seconds: seconds))
    #expect(date.year == year && date.month == month && date.day == day && date.second == second)
  }

  @Test("nanoseconds before 1970 belong to the day before")
  func beforeTheEpoch() {
    let date = CivilDate(Timestamp(nanoseconds: -1))
    #expect(date.year == 1969 && date.month == 12 && date.day == 31 && date.second == 86_399)
  }

  @Test("every day of the range follows the one before")
  func everyDay() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var last = CivilDate(Timestamp(seconds: -106_751 * 86_400))
    for day in -106_750...106_750 {
      let date = CivilDate(Timestamp(seconds: Int64(day) * 86_400))
      let isLeap = last.year % 4 == 0 && (last.year % 100 != 0 || last.year % 400 == 0)
      let length = lengths[last.month - 1] + (last.month == 2 && isLeap ? 1 : 0)
      let isNext =
        date.day == last.day + 1 && date.month == last.month && date.year == last.year && last.day < length
        || date.day == 1 && last.day == length
          && (date.month == last.month + 1 && date.year == last.year
            || date.month == 1 && last.month == 12 && date.year == last.year + 1)
      if !isNext {
        Issue.record("\(date) follows \(last)")
        return
      }
      last = date
    }
  }
}
