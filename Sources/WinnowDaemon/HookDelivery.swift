import Dispatch
import FoundationEssentials
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline
import WinnowSupervision

/// Tells one target what the outbox holds for it: in batches, through winnow-lab, one process at a time. It lives on
/// the hooks' queue, and has a timer only while events wait for a target that failed.
///
/// `@unchecked Sendable`: everything but the constants is touched on that queue alone, where every closure is called too.
final class HookDelivery: @unchecked Sendable {
  /// What all targets share.
  struct Surroundings {
    let queue: DispatchQueue
    let ledger: Ledger
    let programs: ProgramLocation
    /// For the request; deliveries do not look at it.
    let library: FilePath
    let journal: @Sendable (JournalLine) -> Void
    /// Called on the queue when the state changed.
    let changed: () -> Void
  }

  /// Chosen, not measured: what one process is given, how far apart their starts are, and how long deliveries are
  /// gathered before the outbox is told of them.
  private static let batch = 64
  private static let spacing = Duration.milliseconds(200)
  private static let gathering = DispatchTimeInterval.milliseconds(200)
  private static let ledgerPause = Duration.seconds(10)

  let target: HookTarget
  private let around: Surroundings
  private var address: HookAddress?
  private var schedule = HookSchedule()
  private var batch: HookBatch?
  private var process: LabProcess?
  private var lastStart: ContinuousClock.Instant?
  private var timer: (any DispatchSourceTimer)?
  private var isStopping = false
  private var whenStopped: (() -> Void)?
  /// Events set aside that are to be tried once more.
  private var triesAside = false

  /// Delivered, and still in the outbox.
  private var taken: [Int64] = []
  private(set) var deliveredCount: Int64 = 0
  private(set) var failureCount: Int64 = 0
  private(set) var failingSince: Timestamp?
  private(set) var lastError: String?
  var isFailing: Bool { schedule.isFailing }
  var tries: Int { schedule.tries }
  var isConfigured: Bool { address != nil }

  init(_ target: HookTarget, _ around: Surroundings) {
    self.target = target
    self.around = around
  }

  /// Goes over to another address, nil for none. What waits for none is forgotten.
  func configure(_ address: HookAddress?) {
    let isOther = address != self.address
    self.address = address
    schedule = HookSchedule()
    (failingSince, lastError) = (nil, nil)
    triesAside = address != nil
    if isOther, let process {
      // Its end goes on with the new address.
      process.cancel()
    }
    if address == nil, process == nil { forget() } else { wake() }
  }

  /// Delivers what is due, or sees to it that it is woken when something is.
  func wake() {
    guard address != nil, process == nil, !isStopping else { return }
    timer?.cancel()
    timer = nil
    do throws(WinnowError) {
      try takeOut()
      let now = ContinuousClock.now
      let inboxes = try around.ledger.waitingInboxes(for: target)
      let due = inboxes.filter { schedule.isDue($0, at: now) }
      if due.isEmpty, !triesAside || schedule.isFailing {
        if let next = schedule.nextDue(of: inboxes) { wake(at: next) }
        return
      }
      if let lastStart, now - lastStart < Self.spacing { return wake(at: lastStart + Self.spacing) }
      lastStart = now
      let (batch, rows) = try gather(due, at: now)
      if !batch.isEmpty { try start(batch, rows) }
    } catch {
      note(error.description)
      around.journal(JournalLine(.warning, "\(name) cannot be told: \(error)", code: error.code.rawValue))
      wake(at: ContinuousClock.now + Self.ledgerPause)
    }
  }

  /// Gives up what is under way; `whenStopped` is called once nothing is.
  func stop(_ whenStopped: @escaping () -> Void) {
    isStopping = true
    timer?.cancel()
    timer = nil
    guard let process else { return whenStopped() }
    self.whenStopped = whenStopped
    process.cancel()
  }

  // MARK: - One process

  private func gather(
    _ due: [String], at now: ContinuousClock.Instant
  ) throws(WinnowError) -> (batch: HookBatch, rows: [Int64: WinnowLedger.HistoryRow]) {
    var batch = HookBatch()
    var rows: [Int64: WinnowLedger.HistoryRow] = [:]
    func keep(_ events: [WinnowLedger.HistoryRow]) -> [Int64] {
      for row in events { rows[row.id] = row }
      return events.map(\.id)
    }
    let share = max(2, Self.batch / max(1, due.count))
    for inbox in due.prefix(Self.batch) {
      let events = try around.ledger.waitingEvents(for: target, inbox: inbox, limit: share)
      batch.add(keep(events), of: inbox, isSuspect: schedule.isSuspect(inbox, at: now))
    }
    if triesAside, !schedule.isFailing {
      triesAside = false
      batch.addAside(keep(try around.ledger.eventsAside(for: target, limit: Self.batch)))
    }
    return (batch, rows)
  }

  private func start(_ batch: HookBatch, _ rows: [Int64: WinnowLedger.HistoryRow]) throws(WinnowError) {
    var request = DeliveryRequest(events: [])
    var key: [UInt8]?
    switch address {
    case .program(let words, let variables)?: (request.program, request.variables) = (words, variables)
    case .webhook(let url, let secret)?: (request.url, key) = (url, secret)
    case nil: return
    }
    for entry in batch.entries {
      guard let row = rows[entry.event] else { continue }
      let body = Array(try Wire.encode(HookEvent(id: entry.event, row: ControlDesk.historyRow(row))))
      request.events.append(
        DeliveryRequest.Event(
          id: entry.event, lane: entry.lane, isProbe: entry.isProbe, body: String(decoding: body, as: UTF8.self),
          signature: key.map { "sha256=" + KeyedDigest.sha256(of: body, key: $0).hex }))
    }
    let spec = Array(try Wire.encode(LabRequest(verb: .deliver, library: around.library, deliveries: request)))
    do throws(WinnowError) {
      process = try LabProcess(
        LabProcess.Job(executable: try around.programs.path(of: .lab), spec: spec), on: around.queue,
        onProgress: { _, _ in }, onDelivered: { [weak self] in self?.took($0) },
        onEnd: { [weak self] in self?.ended($0) })
      self.batch = batch
    } catch {
      failed(nil, .unreachable, error.description)
      around.changed()
      wake()
    }
  }

  private func took(_ event: Int64) {
    // A line that names something else is passed over: the program is not trusted with the outbox.
    guard batch?.took(event) == true else { return }
    deliveredCount += 1
    if let inbox = batch?.inbox(of: event) { schedule.delivered(inbox) }
    taken.append(event)
    if taken.count == 1 {
      around.queue.asyncAfter(deadline: .now() + Self.gathering) { [weak self] in try? self?.takeOut() }
    }
  }

  /// Nothing further is delivered until it has worked, or the same would go out again and again.
  private func takeOut() throws(WinnowError) {
    try around.ledger.delivered(taken, to: target)
    taken.removeAll()
  }

  private func ended(_ result: Result<[UInt8], WinnowError>) {
    let batch = batch ?? HookBatch()
    process = nil
    self.batch = nil
    try? takeOut()
    do throws(WinnowError) {
      let report = try LabRecord.decodeResult(DeliveryReport.self, from: try result.get())
      for failure in report.failures { judge(failure, in: batch) }
    } catch {
      if error.code != .jobCancelled { failed(nil, .unreachable, "winnow-lab: \(error)") }
    }
    if !schedule.isFailing { (failingSince, lastError) = (nil, nil) }
    if isStopping {
      whenStopped?()
      whenStopped = nil
      return
    }
    if address == nil { forget() }
    around.changed()
    wake()
  }

  private func judge(_ failure: DeliveryReport.Failure, in batch: HookBatch) {
    switch batch.verdict(on: failure.id) {
    case .none: failureCount += 1
    case .failed(let inbox):
      failed(inbox, failure.fault, failure.message)
      // Once for each doubling, or the journal would fill with it.
      if let said = failure.said, tries & (tries - 1) == 0 {
        around.journal(JournalLine(.notice, "\(failure.message), and said: \(said)", inbox: inbox))
      }
    case .setAside(let inbox):
      failureCount += 1
      let said = failure.said.map { ", and said: \($0)" } ?? ""
      around.journal(
        JournalLine(
          .warning,
          "\(name) does not take event \(failure.id) and takes the one behind it, so it was set aside: "
            + failure.message + said, code: HealthCondition.Code.hookEventsAside.rawValue, inbox: inbox))
      do throws(WinnowError) {
        try around.ledger.setAside(failure.id, for: target)
      } catch {
        around.journal(JournalLine(.warning, error.description, code: error.code.rawValue))
      }
    }
  }

  private func failed(_ inbox: String?, _ fault: HookFault, _ message: String) {
    failureCount += 1
    schedule.failed(inbox, fault, at: ContinuousClock.now, jitter: .random(in: 0...1))
    note(message)
  }

  private func note(_ message: String) {
    failingSince = failingSince ?? Timestamp.now()
    lastError = message
  }

  // MARK: - Time

  private func wake(at instant: ContinuousClock.Instant) {
    let pause = max(.zero, instant - ContinuousClock.now).components
    let timer = DispatchSource.makeTimerSource(queue: around.queue)
    timer.schedule(
      deadline: .now() + .nanoseconds(Int(pause.seconds * 1_000_000_000 + pause.attoseconds / 1_000_000_000) + 1),
      leeway: .milliseconds(20))
    timer.setEventHandler { [weak self] in self?.wake() }
    timer.activate()
    self.timer?.cancel()
    self.timer = timer
  }

  /// A slice at a time, so that no commit waits long.
  private func forget() {
    guard address == nil, !isStopping else { return }
    do throws(WinnowError) {
      let count = try around.ledger.forgetEvents(of: target)
      guard count > 0 else { return around.changed() }
      around.journal(JournalLine(.notice, "\(count) events were forgotten: \(name) is no longer configured"))
      around.queue.async { [weak self] in self?.forget() }
    } catch {
      around.journal(JournalLine(.warning, error.description, code: error.code.rawValue))
    }
  }

  /// For people.
  var name: String {
    switch target {
    case .program: "the program of hooks.on_sorted"
    case .webhook: "the webhook"
    }
  }
}
