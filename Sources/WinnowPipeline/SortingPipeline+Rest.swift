import Dispatch
import Glibc
import WinnowCore
import WinnowFiles

/// Why an inbox rests: it is watched, and nothing of it is classified or moved. Nothing is wrong.
enum Rest: Hashable {
  /// Until its hours begin; nil where they never do.
  case hours(until: Timestamp?)
  case battery
}

extension SortingPipeline {
  /// Whether the daemon stops sorting while the machine runs on its battery.
  public func setPausesOnBattery(_ pauses: Bool) {
    dispatchPrecondition(condition: .onQueue(queue))
    pausesOnBattery = pauses
    battery = BatteryWatch()
  }

  /// Nil where the inbox works. What a person asked for by hand never rests, and what is under way is finished.
  func rest(of inbox: Inbox) -> Rest? {
    guard case .watched = inbox.purpose else { return nil }
    if let hours = state(ofHoursOf: inbox), !hours.isOpen { return .hours(until: hours.until) }
    return isOnBattery ? .battery : nil
  }

  func sentence(about rest: Rest) -> String {
    switch rest {
    case .battery: "on battery, paused"
    case .hours(nil): "outside its hours"
    case .hours(let until?):
      "outside its hours until \(WorkingHours.shown(until, at: Timestamp.now(), zone: LocalOffset.at))"
    }
  }

  /// What the inbox's hours say now; nil where it has none.
  private func state(ofHoursOf inbox: Inbox) -> WorkingHours.State? {
    guard let hours = inbox.settings.hours else { return nil }
    let now = Timestamp.now()
    if let known = inbox.hoursState, known.holds(at: now) { return known.state }
    LocalOffset.refresh()
    let state = hours.state(at: now, zone: LocalOffset.at)
    inbox.hoursState = HoursState(asked: now, state: state)
    return state
  }

  /// One alarm of the wall clock, at the earliest change of an inbox's hours: whoever sets the clock sets it too.
  func armAlarm() {
    let next = inboxes.compactMap { state(ofHoursOf: $0)?.until }.min()
    guard next != alarmFor else { return }
    alarmFor = next
    alarm?.cancel()
    alarm = nil
    guard let next else { return }
    let alarm = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
    let (seconds, nanoseconds) = next.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    alarm.schedule(
      wallDeadline: DispatchWallTime(timespec: timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))),
      leeway: .milliseconds(1))
    alarm.setEventHandler { [weak self] in
      self?.alarmFor = nil
      self?.pump()
    }
    alarm.activate()
    self.alarm = alarm
  }

  // MARK: - The battery

  /// Whether sorting is held up by the battery.
  public var isOnBattery: Bool { pausesOnBattery && battery.isOnBattery }

  /// Looks at the power supplies where that can make a difference.
  func lookAtPower(at now: ContinuousClock.Instant) {
    if pausesOnBattery { battery.look(at: now, powerSource) }
  }

  /// The same for somebody who asks how things stand.
  public func refreshPower() {
    dispatchPrecondition(condition: .onQueue(queue))
    let wasOnBattery = isOnBattery
    lookAtPower(at: now)
    if isOnBattery != wasOnBattery { pump() }
  }

  /// When to look again for pictures of the inbox that wait for mains.
  func nextLookAtPower(for inbox: Inbox) -> ContinuousClock.Instant? {
    guard rest(of: inbox) == .battery, !isPaused(inbox), let due = inbox.tracker.nextDeadline else { return nil }
    return battery.nextLook.map { max($0, due) }
  }
}

/// What an inbox's hours say, for as long as it holds.
struct HoursState {
  let asked: Timestamp
  let state: WorkingHours.State

  /// Until the next change; a clock that was set back makes it worthless.
  func holds(at now: Timestamp) -> Bool { asked <= now && state.until.map { now < $0 } ?? true }
}
