internal import Dispatch
internal import Glibc
internal import SystemPackage
internal import WinnowCore
internal import WinnowFiles
internal import WinnowWire

/// Carries out what `WorkerState` decides for one model's worker. Lives on the pool's queue.
final class WorkerSupervisor {
  /// Where the worker finds its socket.
  private static let socketNumber: Int32 = 3
  private static let program = "winnow-worker"

  struct Surroundings {
    let queue: DispatchQueue
    let launch: (ModelVersion) throws(WinnowError) -> WorkerLaunch
    let note: (SupervisionNotice) -> Void
    let changed: () -> Void
    let ended: (ModelVersion) -> Void
  }

  let model: ModelVersion
  private let surroundings: Surroundings
  private var state: WorkerState
  private var jobs: [UInt64: ClassifyJob] = [:]
  private var arrived: [UInt64: ClassifyOutcome] = [:]
  private var pending = FIFO<WorkerState.Event>()
  private var isObserving = false
  private var child: ChildProcess?
  private var connection: WorkerConnection?
  private var announced: WorkerReady?
  private var startedAt = ContinuousClock.now
  private let timer: any DispatchSourceTimer
  private var timerIsSet = false
  private var lastStatus: WorkerStatus?

  init(model: ModelVersion, limits: WorkerLimits, seed: UInt64, surroundings: Surroundings) {
    self.model = model
    self.surroundings = surroundings
    state = WorkerState(model: model, limits: limits, seed: seed)
    timer = DispatchSource.makeTimerSource(queue: surroundings.queue)
    timer.schedule(deadline: .distantFuture)
    timer.setEventHandler { [weak self] in
      self?.timerIsSet = false
      self?.observe(.tick)
    }
    timer.activate()
  }

  deinit { timer.cancel() }

  var canAccept: Bool { state.canAccept }
  var capacity: Int? { state.capacity }
  var inFlight: Int { state.inFlight }
  var jobCount: Int { jobs.count }

  var status: WorkerStatus {
    let announcement = announced.map { WorkerAnnouncement(device: $0.device, precision: $0.precision) }
    return state.status(pid: child?.pid, announced: announcement, at: .now)
  }

  func submit(_ job: ClassifyJob) {
    precondition(jobs[job.id] == nil, "two jobs bear the number \(job.id)")
    jobs[job.id] = job
    observe(.submitted(job.id, allowance: job.deadline))
  }

  func retire() { observe(.retire) }
  func stop() { observe(.stop) }

  // MARK: Events in, actions out

  /// Completions may submit further jobs while actions are carried out: those events wait their turn.
  private func observe(_ event: WorkerState.Event) {
    pending.append(event)
    guard !isObserving else { return }
    isObserving = true
    while let event = pending.popFirst() {
      for action in state.observe(event, at: .now) { carryOut(action) }
      arrived = [:]
    }
    isObserving = false
    setTimer()
    reportChange()
  }

  private func carryOut(_ action: WorkerState.Action) {
    switch action {
    case .start: start()
    case .send(let id, let alone): send(id, alone: alone)
    case .deliver(let id):
      if let outcome = arrived[id] { finish(id, outcome) }
    case .convict(let id, let reason):
      if let job = jobs[id] {
        surroundings.note(
          .convicted(model, picture: job.displayName, byteCount: job.byteCount, reason: reason))
      }
      finish(id, .refused(Refusal(.poison, "it ended the worker twice: \(reason)"), digest: nil))
    case .postpone(let id, let error): finish(id, .postponed(error))
    case .closeSocket: connection?.close()
    case .kill(let reason):
      surroundings.note(.workerKilled(model, reason: reason))
      child?.terminate()
    case .ended: surroundings.ended(model)
    }
  }

  private func finish(_ id: UInt64, _ outcome: ClassifyOutcome) {
    jobs.removeValue(forKey: id)?.completion(outcome)
  }

  private func setTimer() {
    if let instant = state.nextWakeUp {
      timer.schedule(deadline: .now() + (instant - .now).dispatchInterval, leeway: .milliseconds(10))
      timerIsSet = true
    } else if timerIsSet {
      timer.schedule(deadline: .distantFuture)
      timerIsSet = false
    }
  }

  private func reportChange() {
    let status = status
    guard status != lastStatus else { return }
    lastStatus = status
    surroundings.changed()
  }

  // MARK: The process

  private func start() {
    do throws(WinnowError) {
      try launch()
    } catch {
      surroundings.note(.startFailed(program: Self.program, error))
      observe(.launchFailed(error))
    }
  }

  private func launch() throws(WinnowError) {
    let launch = try surroundings.launch(model)
    let sockets = try SocketPair(SOCK_SEQPACKET)
    var command = ChildCommand(
      executable: launch.executable, arguments: launch.arguments, environment: launch.environment)
    command.descriptors = [Self.socketNumber: sockets.theirs.raw]
    command.ownProcessGroup = true
    let child = try ChildProcess(command, on: surroundings.queue) { [weak self] exit in self?.noticeExit(exit) }
    self.child = child
    startedAt = .now
    connection = WorkerConnection(socket: sockets.ours.take(), on: surroundings.queue) { [weak self] arrival in
      self?.take(arrival)
    }
    surroundings.note(.started(program: Self.program, pid: child.pid))
  }

  private func noticeExit(_ exit: ChildExit) {
    connection?.drain()
    connection?.close()
    connection = nil
    if let child {
      surroundings.note(
        .ended(program: Self.program, pid: child.pid, exit, expected: state.expectsExit))
    }
    child = nil
    observe(.exited(exit))
  }

  // MARK: The conversation

  private func send(_ id: UInt64, alone: Bool) {
    guard let job = jobs[id], let connection else { return }
    if alone {
      surroundings.note(.retryingAlone(model, picture: job.displayName, byteCount: job.byteCount))
    }
    let request: WorkerRequest
    var second: Int32 = -1
    switch job.task {
    case .classify(let wantsLogits): request = .classify(id: id, wantsLogits: wantsLogits)
    case .look(let wishes, let output):
      request = .look(id: id, wishes)
      if let output { second = output.descriptor.raw }
    case .crop(let wish, let output, let offset):
      request = .crop(id: id, wish, offset: offset)
      second = output.descriptor.raw
    }
    let status = connection.send(request, descriptor: job.descriptor.raw, second: second)
    // EPIPE and ECONNRESET: the worker is ending, and its exit decides about the picture.
    if status != 0, status != -EPIPE, status != -ECONNRESET {
      observe(.notSent(id, .systemCall("cannot send \(job.displayName) to winnow-worker", status: status)))
    }
  }

  private func take(_ arrival: WorkerConnection.Arrival) {
    switch arrival {
    case .closed: observe(.closed)
    case .misbehaviour(let what): observe(.misbehaved(what))
    case .answer(.ready(let ready)):
      if announced == nil || state.capacity == nil { announced = ready }
      observe(.ready(ready))
      if let child, state.capacity != nil {
        surroundings.note(.workerReady(model, ready, pid: child.pid, took: .now - startedAt))
      }
    case .answer(.classified(let id, let picture, let scores, let logits, let familiarity)):
      if let fault = fault(in: scores, logits, of: id) {
        observe(.misbehaved(fault))
      } else {
        arrived[id] = .classified(picture, scores: scores, logits: logits, familiarity: familiarity)
        observe(.answered(id))
      }
    case .answer(.looked(let id, let look, let converted)):
      if let fault = fault(in: look, converted, of: id) {
        observe(.misbehaved(fault))
      } else {
        arrived[id] = .looked(look, converted: converted)
        observe(.answered(id))
      }
    case .answer(.cropped(let id, let digest)):
      if case .crop? = jobs[id]?.task {
        arrived[id] = .cropped(digest: digest)
        observe(.answered(id))
      } else if jobs[id] != nil {
        observe(.misbehaved("sent pixels unasked"))
      }
    case .answer(.refused(let id, let refusal, let digest)):
      if refusal.kind == .poison {
        observe(.misbehaved("refused a picture as poison, which only winnowd does"))
      } else {
        arrived[id] = .refused(refusal, digest: digest)
        observe(.answered(id))
      }
    case .answer(.failed(let code, let message, let remedy)):
      let error = WinnowError(.init(code), message, remedy: remedy)
      surroundings.note(.startFailed(program: Self.program, error))
      observe(.gaveUp(error))
    }
  }

  private func fault(in look: PictureLook, _ converted: Int?, of id: UInt64) -> String? {
    guard let announced else { return "answered before it was ready" }
    if look.scores.contains(where: { $0.index >= announced.classCount }) { return "named a class that is not there" }
    guard case .look(let wishes, let output)? = jobs[id]?.task else {
      return jobs[id] == nil ? nil : "looked at a picture of which something else was wanted"
    }
    if (converted != nil) != (output != nil) { return "made another conversion than was asked for" }
    if !wishes.mirroredFeature, !look.mirroredFeature.isEmpty { return "sent a feature unasked" }
    return wishes.thumbnailSide == nil && !look.thumbnail.isEmpty ? "sent a thumbnail unasked" : nil
  }

  /// What contradicts the worker's own announcement.
  private func fault(in scores: [WireScore], _ logits: [Float], of id: UInt64) -> String? {
    guard let announced else { return "answered before it was ready" }
    if scores.contains(where: { Int($0.index) >= announced.classCount }) { return "named a class that is not there" }
    var expected = 0
    switch jobs[id]?.task {
    case .classify(let wantsLogits): expected = wantsLogits ? announced.classCount : 0
    case .look, .crop: return "classified a picture of which something else was wanted"
    // The worker's answer to a picture that is not there any more is its state's to judge.
    case nil: break
    }
    return logits.count == expected ? nil : "sent \(logits.count) logits instead of \(expected)"
  }
}
