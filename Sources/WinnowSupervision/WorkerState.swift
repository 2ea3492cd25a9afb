public import WinnowCore
public import WinnowWire

/// What supervision of one worker decides: a pure state machine, told of events, answering with actions.
///
/// The worker is started by its first job and ends after a while without any. Pictures go to it in parallel; those
/// that were in flight when it died are **suspects**, and go alone, one after another, before parallel service goes
/// on. A picture that ends the worker by the worker's own fault twice while alone in flight is poison.
///
/// Every job submitted gets exactly one of `.deliver`, `.convict` and `.postpone`.
public struct WorkerState {
  public typealias JobID = UInt64

  public enum Event: Hashable, Sendable {
    /// `allowance`: how long the worker may take from the moment it gets the picture.
    case submitted(JobID, allowance: Duration)
    /// The program could not be started at all.
    case launchFailed(WinnowError)
    case ready(WorkerReady)
    case answered(JobID)
    /// The request did not get into the socket, though the worker lives.
    case notSent(JobID, WinnowError)
    /// The worker said that it cannot go on.
    case gaveUp(WinnowError)
    /// The worker sent what no sound worker sends.
    case misbehaved(String)
    /// The worker closed its socket.
    case closed
    case exited(ChildExit)
    /// `nextWakeUp` has come.
    case tick
    /// The model is no longer current: finish what is here, then end.
    case retire
    /// Give everything back and end.
    case stop
  }

  public enum Action: Hashable, Sendable {
    /// Start the program; answer with `.launchFailed` when that fails.
    case start
    /// `alone`: it was in flight when the worker died; its name is to be logged before it is sent.
    case send(JobID, alone: Bool)
    /// Hand the answer that has arrived to the job's owner.
    case deliver(JobID)
    /// The picture is poison: log its name, then refuse it.
    case convict(JobID, reason: String)
    /// Nothing is known against the picture; its owner tries again later.
    case postpone(JobID, WinnowError)
    /// Ask the worker to end by closing its socket.
    case closeSocket
    case kill(reason: String)
    /// After `retire` or `stop`: no process is left, and no job.
    case ended
  }

  enum Phase: Hashable, Sendable {
    case absent
    case starting(until: ContinuousClock.Instant)
    case ready
    /// On its way out; killed at `killAt`, unless it has been.
    case ending(Ending, killAt: ContinuousClock.Instant?)
  }

  enum Ending: Hashable, Sendable {
    /// We asked for it.
    case asked
    /// It closed its socket; how it exits will tell.
    case byItself
    /// We kill it for a fault of its own.
    case fault(String)
    /// It never got ready, or gave up. `decisive`: another start would hardly do better.
    case failure(WinnowError, decisive: Bool)
  }

  struct Job: Hashable, Sendable {
    let allowance: Duration
    var deaths = 0
    var outsideEnds = 0
  }

  struct Flight: Hashable, Sendable {
    let id: JobID
    let deadline: ContinuousClock.Instant
  }

  let model: ModelVersion
  let limits: WorkerLimits
  var phase = Phase.absent
  var jobs: [JobID: Job] = [:]
  var waiting = FIFO<JobID>()
  /// To be retried alone, in this order; the one in flight alone is still the first.
  var suspects: [JobID] = []
  /// In the order of sending.
  var flights: [Flight] = []
  var readiness: WorkerReady?
  var startedAt: ContinuousClock.Instant?
  var idleSince: ContinuousClock.Instant?
  /// No start before this.
  var notBefore: ContinuousClock.Instant?
  var policy: RestartPolicy
  var degraded: WinnowError?
  var restarts = 0
  var fruitless = 0
  var convictions = 0
  var outside: OutsideEnds
  var throttle = FlightThrottle()
  var isRetired = false
  var isStopped = false
  var hasEnded = false

  public init(model: ModelVersion, limits: WorkerLimits = WorkerLimits(), seed: UInt64) {
    self.model = model
    self.limits = limits
    policy = RestartPolicy(limits.pace, seed: seed)
    outside = OutsideEnds(limits: limits)
  }

  public var jobCount: Int { jobs.count }
  public var inFlight: Int { flights.count }
  public var canAccept: Bool { jobs.count < limits.mostJobs && !isStopped && !isRetired }

  /// How many pictures the worker is given at once; nil before it has said how many it likes.
  public var capacity: Int? {
    readiness.map { throttle.limit(of: min($0.capacity, limits.mostInFlight)) }
  }

  /// Whether an exit now would be one that we asked for.
  var expectsExit: Bool {
    if case .ending(.asked, _) = phase { true } else { false }
  }

  /// When `.tick` is to be sent; nil while nothing is to happen by itself.
  public var nextWakeUp: ContinuousClock.Instant? {
    switch phase {
    case .absent: hasWork ? notBefore : nil
    case .starting(let until): until
    case .ready: flights.map(\.deadline).min() ?? idleSince.map { $0 + limits.idleExit }
    case .ending(_, let killAt): killAt
    }
  }

  public mutating func observe(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
    var actions: [Action] = []
    switch event {
    case .submitted(let id, let allowance): submit(id, allowance, now, &actions)
    case .launchFailed(let error):
      phase = .absent
      failToStart(error, decisive: true, now, &actions)
    case .ready(let ready): becomeReady(ready, now, &actions)
    case .answered(let id): answer(id, now, &actions)
    case .notSent(let id, let error): takeBack(id, error, now, &actions)
    case .gaveUp(let error): giveUp(error, now)
    case .misbehaved(let what): condemn("it \(what)", now, &actions)
    case .closed: noticeClosing(now)
    case .exited(let exit): processExit(exit, now, &actions)
    case .tick: checkTimes(now, &actions)
    case .retire: isRetired = true
    case .stop: stop(&actions)
    }
    advance(now, &actions)
    return actions
  }

  var hasWork: Bool { !waiting.isEmpty || !suspects.isEmpty || !flights.isEmpty }

  // MARK: Going on

  /// Does what the state now allows: start, send, end.
  private mutating func advance(_ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    switch phase {
    case .absent:
      if hasWork {
        guard notBefore.map({ now >= $0 }) ?? true else { return }
        phase = .starting(until: now + limits.handshake)
        startedAt = now
        notBefore = nil
        actions.append(.start)
      } else if (isRetired || isStopped) && !hasEnded {
        hasEnded = true
        actions.append(.ended)
      }
    case .starting, .ready:
      if isStopped || (isRetired && !hasWork) {
        askToEnd(now, &actions)
      } else if phase == .ready {
        fill(now, &actions)
      }
    case .ending: break
    }
  }

  private mutating func fill(_ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    if let suspect = suspects.first {
      if flights.isEmpty { send(suspect, alone: true, now, &actions) }
    } else {
      let limit = capacity ?? 1
      while flights.count < limit, let id = waiting.popFirst() { send(id, alone: false, now, &actions) }
    }
    if hasWork { idleSince = nil } else if idleSince == nil { idleSince = now }
  }

  private mutating func send(
    _ id: JobID, alone: Bool, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    guard let job = jobs[id] else { return }
    flights.append(Flight(id: id, deadline: now + job.allowance))
    actions.append(.send(id, alone: alone))
  }

  private mutating func askToEnd(_ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    phase = .ending(.asked, killAt: now + limits.exitGrace)
    actions.append(.closeSocket)
  }

  // MARK: Jobs

  private mutating func submit(
    _ id: JobID, _ allowance: Duration, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    if isStopped || isRetired {
      actions.append(.postpone(id, .workerStopping(model)))
    } else if let degraded, phase == .absent, let notBefore, now < notBefore {
      actions.append(.postpone(id, degraded))
    } else {
      jobs[id] = Job(allowance: allowance)
      waiting.append(id)
    }
  }

  private mutating func answer(_ id: JobID, _ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    guard phase == .ready else { return }
    guard let index = flights.firstIndex(where: { $0.id == id }) else {
      condemn("it answered a question that nobody asked", now, &actions)
      return
    }
    flights.remove(at: index)
    remove(id)
    policy.reset()
    fruitless = 0
    convictions = 0
    degraded = nil
    throttle.noteAnswer(at: now, recovery: limits.recovery)
    actions.append(.deliver(id))
  }

  private mutating func takeBack(
    _ id: JobID, _ error: WinnowError, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    guard let index = flights.firstIndex(where: { $0.id == id }) else { return }
    flights.remove(at: index)
    remove(id)
    actions.append(.postpone(id, error))
  }

  mutating func remove(_ id: JobID) {
    jobs[id] = nil
    suspects.removeAll { $0 == id }
  }

  mutating func postponeAll(_ error: WinnowError, _ actions: inout [Action]) {
    for id in jobs.keys.sorted() { actions.append(.postpone(id, error)) }
    jobs = [:]
    waiting = FIFO()
    suspects = []
    flights = []
  }

  private mutating func stop(_ actions: inout [Action]) {
    isStopped = true
    postponeAll(.workerStopping(model), &actions)
  }

  // MARK: The worker's own events

  private mutating func becomeReady(
    _ ready: WorkerReady, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    switch phase {
    case .starting: break
    case .ready:
      condemn("it said twice that it is ready", now, &actions)
      return
    case .absent, .ending: return
    }
    guard ready.protocolVersion == workerProtocolVersion else {
      let error = WinnowError.workerVersion(ready.protocolVersion, model: model)
      phase = .ending(.failure(error, decisive: true), killAt: nil)
      actions.append(.kill(reason: error.message))
      return
    }
    guard ready.capacity > 0 else {
      condemn("it announced no capacity or no classes", now, &actions)
      return
    }
    readiness = ready
    phase = .ready
  }

  private mutating func giveUp(_ error: WinnowError, _ now: ContinuousClock.Instant) {
    guard isServing else { return }
    phase = .ending(.failure(error, decisive: true), killAt: now + limits.exitGrace)
  }

  private mutating func noticeClosing(_ now: ContinuousClock.Instant) {
    guard isServing else { return }
    phase = .ending(.byItself, killAt: now + limits.exitGrace)
  }

  private var isServing: Bool {
    switch phase {
    case .starting, .ready: true
    case .absent, .ending: false
    }
  }

  /// Kills the worker for a fault of its own.
  mutating func condemn(_ reason: String, _ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    guard isServing else { return }
    phase = .ending(.fault(reason), killAt: nil)
    actions.append(.kill(reason: reason))
  }

  private mutating func checkTimes(_ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    switch phase {
    case .absent: break
    case .starting(let until):
      guard now >= until else { break }
      let error = WinnowError.workerSlowToStart(model, limits.handshake)
      phase = .ending(.failure(error, decisive: true), killAt: nil)
      actions.append(.kill(reason: error.message))
    case .ready:
      if flights.contains(where: { now >= $0.deadline }) {
        if flights.count > 1 { throttle.lower(from: capacity ?? 1, at: now) }
        condemn("it did not answer in time", now, &actions)
      } else if !hasWork, let idleSince, now >= idleSince + limits.idleExit {
        askToEnd(now, &actions)
      }
    case .ending(let ending, let killAt):
      guard let killAt, now >= killAt else { break }
      phase = .ending(ending, killAt: nil)
      actions.append(.kill(reason: "it did not end by itself"))
    }
  }
}
