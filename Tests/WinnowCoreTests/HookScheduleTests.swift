import Testing

@testable import WinnowCore

@Suite("When a hook is tried again")
struct HookScheduleTests {
  private let start = ContinuousClock.now

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// With the longest pauses.
  private func refuse(_ schedule: inout HookSchedule, _ inbox: String, at seconds: Double) {
    schedule.failed(inbox, .refused, at: at(seconds), jitter: 1)
  }

  @Test("at first everything is due, and nothing is planned")
  func fresh() {
    let schedule = HookSchedule()
    #expect(schedule.isDue("camera", at: start))
    #expect(schedule.nextDue(of: ["camera"]) == nil)
    #expect(!schedule.isFailing)
  }

  @Test("an inbox whose event is refused waits, and the others do not")
  func refused() {
    var schedule = HookSchedule()
    refuse(&schedule, "camera", at: 0)
    #expect(!schedule.isDue("camera", at: at(0.9)))
    #expect(schedule.isDue("camera", at: at(1)))
    #expect(schedule.isDue("phone", at: start))
    #expect(schedule.nextDue(of: ["camera"]) == at(1))
  }

  @Test("a target that is not there makes every inbox wait")
  func unreachable() {
    var schedule = HookSchedule()
    schedule.failed("camera", .unreachable, at: start, jitter: 1)
    #expect(!schedule.isDue("phone", at: at(0.9)))
    #expect(schedule.nextDue(of: ["phone", "camera"]) == at(1))
  }

  @Test("the next of several inboxes is the earliest of them")
  func earliest() {
    var schedule = HookSchedule()
    refuse(&schedule, "camera", at: 0)
    refuse(&schedule, "phone", at: 0.5)
    #expect(schedule.nextDue(of: ["phone", "camera"]) == at(1))
    #expect(schedule.nextDue(of: ["phone"]) == at(1.5))
  }

  @Test("pauses double up to five minutes, less a quarter at most", arguments: [0.0, 0.5, 1])
  func pauses(jitter: Double) {
    let pauses = (1...12).map { HookSchedule.pause(afterFailures: $0, jitter: jitter) }
    let longest: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    for (pause, longest) in zip(pauses, longest) {
      #expect(pause <= .seconds(longest))
      #expect(pause >= .seconds(longest * 0.75))
    }
    #expect(HookSchedule.pause(afterFailures: 10_000, jitter: 1) == .seconds(300))
  }

  @Test("what is taken begins anew with short pauses")
  func success() {
    var schedule = HookSchedule()
    for _ in 0..<5 { refuse(&schedule, "camera", at: 0) }
    schedule.failed("camera", .unreachable, at: start, jitter: 1)
    schedule.delivered("camera")
    #expect(!schedule.isFailing)
    refuse(&schedule, "camera", at: 100)
    #expect(schedule.nextDue(of: ["camera"]) == at(101))
  }

  @Test("an event is suspected after 20 tries in an hour or more, not before")
  func suspect() {
    var schedule = HookSchedule()
    for _ in 0..<19 { refuse(&schedule, "camera", at: 0) }
    #expect(!schedule.isSuspect("camera", at: at(3600)))
    refuse(&schedule, "camera", at: 10)
    #expect(!schedule.isSuspect("camera", at: at(3599)))
    #expect(schedule.isSuspect("camera", at: at(3600)))
    #expect(!schedule.isSuspect("phone", at: at(3600)))
  }

  @Test("no event is suspected of a target that is not there")
  func unreachableForLong() {
    var schedule = HookSchedule()
    for _ in 0..<50 { schedule.failed("camera", .unreachable, at: start, jitter: 1) }
    #expect(!schedule.isSuspect("camera", at: at(90_000)))
    #expect(schedule.tries == 50)
  }
}
