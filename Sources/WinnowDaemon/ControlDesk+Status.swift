import Dispatch
import FoundationEssentials
import Glibc
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowEvaluation
import WinnowFiles
import WinnowLedger
import WinnowPipeline
import WinnowSupervision

extension ControlDesk {
  func status() throws(WinnowError) -> StatusReply {
    pipeline.refreshPower()
    let workers = pipeline.workers
    let worker = workers.first { $0.pid != nil } ?? workers.first
    let since = daemon.started
    return StatusReply(
      state: state, version: Daemon.version, pid: getpid(), started: since,
      conditions: pipeline.conditions.map { condition in
        ConditionEntry(
          code: condition.code.rawValue, severity: condition.degrades ? .error : .warning, text: condition.text,
          remedy: condition.remedy, inbox: condition.subject.isEmpty ? nil : condition.subject, since: condition.since)
      },
      inboxes: pipeline.report().map(Self.inboxStatus),
      worker: WinnowControlAPI.WorkerStatus(
        state: worker.map { Self.workerState($0.state) } ?? .idle, device: worker?.device,
        precision: worker?.precision, restarts: workers.reduce(0) { $0 + $1.restarts }, pid: worker?.pid),
      models: try modelEntries(), memory: memory(worker: worker?.pid),
      corrections: (try? daemon.ledger.counts().values.reduce(0) { $0 + ($1[.corrected] ?? 0) }) ?? 0,
      socket: socketStatus(), hooks: hookStatus())
  }

  private static func workerState(_ state: WinnowSupervision.WorkerStatus.State) -> WinnowControlAPI.WorkerStatus.State
  {
    switch state {
    case .stopped: .idle
    case .starting: .starting
    case .ready: .running
    case .degraded: .backoff
    }
  }

  private static func promise(_ report: SortingPipeline.InboxReport) -> [String] {
    guard let promise = report.promise, let error = report.settings.promisedError else { return [] }
    return [
      "sorts what is at least \(RoutingPolicy.percent(promise.threshold)) sure: at most "
        + "\(RoutingPolicy.percent(error)) of that is wrong, with 95% certainty, for pictures like those it learnt from"
    ]
  }

  private static func shadow(_ report: SortingPipeline.InboxReport) -> [String] {
    guard report.settings.isShadow || report.plans > 0 else { return [] }
    return [
      (report.settings.isShadow ? "shadow mode, nothing is moved: " : "decided about in shadow mode: ")
        + "\(report.plans) \(report.plans == 1 ? "picture waits" : "pictures wait") for `winnowctl replay`"
    ]
  }

  private static func inboxStatus(_ report: SortingPipeline.InboxReport) -> InboxStatus {
    let counts = report.counts
    return InboxStatus(
      name: report.settings.name, path: report.settings.path, output: report.settings.output,
      model: report.settings.model.description, source: report.isPolled ? .poll : .inotify,
      state: report.isAway ? .away : report.isPaused ? .paused : report.rest == nil ? .watching : .resting,
      counts: InboxCounts(
        settling: report.settling, sorted: (counts[.sorted] ?? 0) + (counts[.corrected] ?? 0),
        review: counts[.review] ?? 0, quarantined: counts[.quarantined] ?? 0,
        left: (counts[.left] ?? 0) + (counts[.held] ?? 0), failed: counts[.failed] ?? 0),
      notes: (report.rest.map { [$0] } ?? []) + promise(report) + shadow(report)
        + report.classNames.sorted { $0.key < $1.key }.filter { $0.key != $0.value }.map {
          "the class \($0.key) is called \($0.value) here: its folder was renamed"
        },
      error: error(report), health: health(report.health))
  }

  private static func health(_ health: WinnowPipeline.InboxHealth) -> WinnowControlAPI.InboxHealth {
    WinnowControlAPI.InboxHealth(
      overflows: health.overflows, arrived: .init(minute: health.arrived.minute, hour: health.arrived.hour),
      decided: .init(minute: health.decided.minute, hour: health.decided.hour), oldest: health.oldest?.file,
      oldestSeconds: health.oldest?.seconds, isHeard: health.probe?.wasHeard, tried: health.probe?.time)
  }

  private static func error(_ report: SortingPipeline.InboxReport) -> InboxError? {
    let promised = report.promise == nil ? nil : report.settings.promisedError
    guard let found = report.observed, promised != nil || found.judged > 0 || found.corrected > 0 else { return nil }
    let share = Share(found.wrong, of: found.judged)
    return InboxError(
      promised: promised,
      observed: share.estimate.map {
        .init(
          lookedAt: share.count, wrong: share.hits, value: $0.value, low: $0.low ?? $0.value,
          high: $0.high ?? $0.value)
      }, corrected: found.corrected)
  }

  private func hookStatus() -> [HookStatus]? {
    let hooks = daemon.hooks.status()
    return hooks.isEmpty ? nil : hooks
  }

  private func socketStatus() -> StatusReply.Socket? {
    guard let socket = daemon.socket else { return nil }
    return StatusReply.Socket(
      path: socket.path, mode: "0" + String(socket.mode, radix: 8), group: Accounts.groupName(socket.group),
      madeBy: InheritedSocket.descriptor() == nil ? "winnowd" : "systemd")
  }

  private func memory(worker: Int32?) -> StatusReply.Memory {
    let own = ProcessMemory(pid: getpid())
    return StatusReply.Memory(
      rss: own?.resident ?? 0, anonymous: own?.anonymous ?? 0,
      worker: worker.flatMap { ProcessMemory(pid: $0)?.resident })
  }

  // MARK: - Live events

  func subscribe(_ stream: RecordStream<WatchEvent>) {
    listeners[ObjectIdentifier(stream)] = stream
    let id = ObjectIdentifier(stream)
    stream.onGone { [self] in
      daemon.queue.async { self.listeners[id] = nil }
    }
    stream.begin()
  }

  /// Tells everybody who listens.
  func announce(_ event: WatchEvent) {
    for (id, stream) in listeners where !stream.emit(event) { listeners[id] = nil }
  }

  /// Tells the journal, and everybody who listens, what somebody did.
  func tell(_ what: String, inbox: String? = nil) {
    daemon.journal.write(JournalLine(.notice, what, inbox: inbox))
    announceChange(what, inbox: inbox)
  }

  func announceChange(_ what: String, inbox: String?) {
    announce(WatchEvent(time: Timestamp.now(), event: .changed, inbox: inbox, reason: what))
  }

  func announce(_ job: Job) {
    announce(
      WatchEvent(
        time: Timestamp.now(), event: .job, reason: "\(job.kind) is \(job.state.rawValue)", job: job.id))
  }

  static func watchEvent(_ event: PipelineEvent) -> WatchEvent {
    switch event {
    case .picture(let picture):
      let kind = WatchEvent.Kind(rawValue: picture.outcome.rawValue) ?? .changed
      return WatchEvent(
        time: picture.time, event: kind, inbox: picture.inbox, file: (picture.to ?? picture.from).absolute,
        from: picture.to == nil ? nil : picture.from.absolute, to: picture.to?.absolute, class: picture.best?.label,
        probability: picture.best?.probability, model: picture.model?.description, reason: picture.reason,
        run: "\(picture.run)", picture: picture.picture, label: picture.label)
    case .condition(let condition, let holds):
      return WatchEvent(
        time: Timestamp.now(), event: holds ? .conditionRaised : .conditionCleared,
        inbox: condition.subject.isEmpty ? nil : condition.subject, reason: condition.text,
        code: condition.code.rawValue)
    }
  }

  // MARK: - Waiting

  func wait(_ request: WaitRequest, _ reply: Reply<WaitReply>) {
    let queue = daemon.queue
    let pipeline = pipeline
    let deadline = Deadline()
    let id = pipeline.waitUntilIdle { report in
      deadline.timer?.cancel()
      reply.send(
        WaitReply(
          idle: report.isIdle, waiting: report.waiting.map { FileReason(file: $0.file, reason: $0.reason) },
          more: report.more))
    }
    reply.onGone { queue.async { pipeline.giveUpWaiting(id) } }
    guard let timeout = request.timeout else { return }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + .milliseconds(Int(min(timeout, 1e9) * 1000)))
    timer.setEventHandler { pipeline.giveUpWaiting(id) }
    timer.activate()
    deadline.timer = timer
  }

  /// `@unchecked Sendable`: read and written on the pipeline's queue alone.
  private final class Deadline: @unchecked Sendable {
    var timer: (any DispatchSourceTimer)?
  }
}
