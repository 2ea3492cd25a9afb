internal import WinnowCore

/// What a worker's end means for the pictures it had, and for its next start.
extension WorkerState {
  mutating func processExit(_ exit: ChildExit, _ now: ContinuousClock.Instant, _ actions: inout [Action]) {
    let ended = phase
    phase = .absent
    readiness = nil
    idleSince = nil
    switch ended {
    case .absent: break
    case .starting:
      if !exit.isOwnFault { outside.note(now) }
      failToStart(.workerDidNotStart(model, exit), decisive: false, now, &actions)
    case .ready, .ending(.byItself, _): die(exit.isOwnFault, "\(exit)", now, &actions)
    case .ending(.fault(let reason), _): die(true, reason, now, &actions)
    case .ending(.failure(let error, let decisive), _): failToStart(error, decisive: decisive, now, &actions)
    case .ending(.asked, _): break
    }
  }

  /// The worker never got ready, or said that it cannot go on: no picture is to blame.
  mutating func failToStart(
    _ error: WinnowError, decisive: Bool, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    for flight in flights.reversed() where !suspects.contains(flight.id) { waiting.prepend(flight.id) }
    flights = []
    scheduleRestart(now)
    fruitless += 1
    if decisive || fruitless >= limits.fruitlessStarts { degrade(error, &actions) }
  }

  private mutating func die(
    _ ownFault: Bool, _ reason: String, _ now: ContinuousClock.Instant, _ actions: inout [Action]
  ) {
    let lost = flights.map(\.id)
    flights = []
    scheduleRestart(now)
    fruitless += 1
    suspects = lost + suspects.filter { !lost.contains($0) }
    if ownFault {
      if lost.count == 1 { accuse(lost[0], reason, &actions) }
    } else {
      outside.note(now)
      if outside.areRepeated(at: now) { throttle.lower(from: max(lost.count, 1), at: now) }
      for id in lost { excuse(id, &actions) }
    }
    if fruitless >= limits.fruitlessStarts {
      degrade(ownFault ? .workerKeepsEnding(model, reason) : .workerKilled(model), &actions)
    }
  }

  /// It was alone in flight when the worker ended by the worker's own fault.
  private mutating func accuse(_ id: JobID, _ reason: String, _ actions: inout [Action]) {
    jobs[id]?.deaths += 1
    guard let deaths = jobs[id]?.deaths, deaths >= 2 else { return }
    if convictions >= limits.convictionsInARow {
      degrade(.workerFaulty(model, reason), &actions)
      return
    }
    convictions += 1
    // A verdict is progress: a folder of poison must not make the worker look broken, nor each start slower.
    fruitless = 0
    policy.reset()
    remove(id)
    actions.append(.convict(id, reason: reason))
  }

  /// It was in flight when something outside ended the worker.
  private mutating func excuse(_ id: JobID, _ actions: inout [Action]) {
    jobs[id]?.outsideEnds += 1
    guard let ends = jobs[id]?.outsideEnds, ends >= limits.outsideEndsOfOneJob else { return }
    remove(id)
    actions.append(.postpone(id, .workerKilled(model)))
  }

  private mutating func scheduleRestart(_ now: ContinuousClock.Instant) {
    restarts += 1
    notBefore = now + policy.delay(afterRunning: startedAt.map { now - $0 } ?? .zero)
    startedAt = nil
  }

  private mutating func degrade(_ error: WinnowError, _ actions: inout [Action]) {
    degraded = error
    postponeAll(error, &actions)
  }
}
