import CWinnowLinux
public import Dispatch
import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowLedger
public import WinnowSupervision
import WinnowWire

/// The spine: event → settle → classify → decide → intent → move → outcome. Read this first.
///
/// One serial queue owns everything that decides; files are moved on the queue of `MoveStage`, pictures decoded and
/// classified in the worker. Each step hands a value to the next and none reaches back:
///
/// - `+Arrivals`: what the watcher, scans and polls tell becomes `InboxEvent`s of a `SettleTracker`;
/// - `+Settling`: what is due is looked at, and offered to the worker as far as there is room;
/// - `+Rest`: outside its hours, and on battery, there is none;
/// - `+Deciding`: what the worker answers becomes a `Decision`, and that a move or a note;
/// - `+Bursts`: where that is wanted, pictures of a burst wait for each other in between;
/// - `+Outcomes`: what became durable is told to whoever listens;
/// - `+Outputs`: what the watcher tells of the output trees becomes files that people may have moved;
/// - `+Corrections`: what they are becomes a note;
/// - `+Adoption`: what a mended ledger lost of them becomes notes too.
///
/// `pump` drives all of it after every event, and one timer wakes it at the next deadline: idle means silent.
///
/// `@unchecked Sendable`: every stored property is touched on `queue` alone, which each method states or ensures.
public final class SortingPipeline: @unchecked Sendable {
  /// What the pipeline works with.
  public struct Surroundings {
    public var ledger: Ledger
    /// Lives on the pipeline's queue.
    public var pool: WorkerPool
    /// Which model answers for a reference now.
    public var model: (ModelReference) throws(WinnowError) -> ServedModel
    /// Tells the watcher which roots to watch; it answers with `take(records:)`.
    public var watch: ([WatchProcess.Root]) -> Void
    public var powerSource: () -> PowerSource
    public var journal: @Sendable (JournalLine) -> Void

    public init(
      ledger: Ledger, pool: WorkerPool, model: @escaping (ModelReference) throws(WinnowError) -> ServedModel,
      watch: @escaping ([WatchProcess.Root]) -> Void, powerSource: @escaping () -> PowerSource,
      journal: @escaping @Sendable (JournalLine) -> Void
    ) {
      self.ledger = ledger
      self.pool = pool
      self.model = model
      self.watch = watch
      self.powerSource = powerSource
      self.journal = journal
    }
  }

  /// Name under which the history has what nobody asked for by hand.
  public static let daemonName = "winnowd"

  public let queue: DispatchQueue
  let ledger: Ledger
  let pool: WorkerPool
  let resolveModel: (ModelReference) throws(WinnowError) -> ServedModel
  let watch: ([WatchProcess.Root]) -> Void
  let powerSource: () -> PowerSource
  let journal: @Sendable (JournalLine) -> Void
  let fileSystem = LinuxFileSystem()
  let mounts: MountMemory
  let moves: MoveStage
  let strayReader: StrayReader

  var inboxes: [Inbox] = []
  var trees: [OutputTree] = []
  let outputs = OutputHints()
  var adoption: Adoption?
  /// When the ledger last lost what had happened.
  var lost: Timestamp?
  var nextKey = 0
  var board = HealthBoard()
  private var listeners: [(PipelineEvent) -> Void] = []
  var nextIdleWait = 0
  /// Inboxes that are paused by name; the empty name stands for all.
  var paused: Set<String> = []
  var pausesOnBattery = false
  var battery = BatteryWatch()
  /// Rings when the hours of an inbox begin or end.
  var alarm: (any DispatchSourceTimer)?
  var alarmFor: Timestamp?
  var isStarted = false
  var isStopping = false
  var daemonRun: Int64 = 0
  private var isRunRecorded = false
  /// Digest and folder of pictures on their way, for the rule about duplicates.
  var digestsInHand: Set<DigestInFolder> = []
  /// Places that a move or an undo is about to fill or empty.
  var placesInHand: Set<Place> = []
  /// Both ends of moves that were begun and are not ended yet. What lies there is left alone until it is known what
  /// became of them: a second move of the same picture would break the promises of the first.
  var placesUnresolved: Set<Place> = []
  var nextJob: UInt64 = 1
  var idleWaits: [IdleWait] = []
  /// Whether descriptors of roots may be open.
  var holdsRoots = false
  var ledgerRetry = Backoff(first: .seconds(1), longest: .seconds(30))
  var resolving = Backoff(first: .seconds(2), longest: .seconds(60))

  private var timer: (any DispatchSourceTimer)?
  private var armedFor: ContinuousClock.Instant?
  private var isPumping = false
  private var pumpWanted = false

  struct DigestInFolder: Hashable {
    let digest: ContentDigest
    let folder: Place
  }

  /// - Parameter queue: the pool's queue too; the pipeline is used on it alone.
  public init(queue: DispatchQueue, _ surroundings: Surroundings) throws(WinnowError) {
    self.queue = queue
    ledger = surroundings.ledger
    pool = surroundings.pool
    resolveModel = surroundings.model
    watch = surroundings.watch
    powerSource = surroundings.powerSource
    journal = surroundings.journal
    let ledger = surroundings.ledger
    mounts = try Self.mountMemory(in: ledger)
    let relay = LedgerStateRelay()
    moves = MoveStage(
      ledger: ledger, fileSystem: fileSystem, mounts: mounts, reply: queue,
      ledgerState: { relay.pipeline?.ledgerState($0) })
    strayReader = StrayReader(on: fileSystem, reply: queue)
    let paused = try ledger.text(Self.pausedKey)
    self.paused = Set((paused ?? "").split(separator: "\n", omittingEmptySubsequences: paused == nil).map(String.init))
    relay.pipeline = self
  }

  /// Lets the mover tell a pipeline that is made after it. Set once, before the mover works.
  private final class LedgerStateRelay: @unchecked Sendable {
    weak var pipeline: SortingPipeline?
  }

  static let pausedKey = "paused"
  /// Where the ledger remembers on which mount each root lay: pairs of root and mount point, each ended by NUL.
  private static let mountsKey = "mounts"

  private static func mountMemory(in ledger: Ledger) throws(WinnowError) -> MountMemory {
    let stored = (try ledger.setting(mountsKey) ?? []).split(separator: 0, omittingEmptySubsequences: false)
    var remembered: [FilePath: FilePath] = [:]
    for index in stride(from: 0, to: stored.count - 1, by: 2) {
      remembered[FilePath(bytes: stored[index])] = FilePath(bytes: stored[index + 1])
    }
    return MountMemory(remembered: remembered) { remembered in
      let bytes = remembered.flatMap { pair -> [UInt8] in pair.key.bytes + [0] + pair.value.bytes + [0] }
      try? ledger.set(mountsKey, to: bytes)
    }
  }

  var now: ContinuousClock.Instant { ContinuousClock.now }

  // MARK: - Life

  /// Finishes what a crash left, then opens the inboxes.
  public func start(_ settings: [InboxSettings], whenStarted: @escaping @Sendable () -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    daemonRun = ledger.nextRunID()
    recordRun()
    moves.recover { [self] settled, remaining in
      if settled > 0 {
        journal(JournalLine(.notice, "finished or dropped \(settled) moves that were under way when winnowd ended"))
      }
      placesUnresolved = Self.places(of: remaining)
      report(unresolved: remaining)
      isStarted = true
      lost = timeOfLoss()
      setInboxes(settings)
      adopt()
      whenStarted()
    }
  }

  /// With a ledger that cannot be written now, as on a full disk, the daemon is there and says so; the row follows.
  private func recordRun() {
    guard !isRunRecorded else { return }
    do throws(WinnowError) {
      try ledger.record(run: daemonRun, kind: .daemon, by: Self.daemonName, at: Timestamp.now())
      isRunRecorded = true
      try ledger.wasThere(at: Timestamp.now())
    } catch {
      if !isRunRecorded { ledgerState(error) }
    }
  }

  /// Replaces the inboxes: those whose settings are the same go on, others end or begin.
  public func setInboxes(_ settings: [InboxSettings]) {
    dispatchPrecondition(condition: .onQueue(queue))
    var kept: [Inbox] = []
    for inbox in inboxes {
      if case .once = inbox.purpose {
        kept.append(inbox)
      } else if settings.contains(inbox.settings) {
        kept.append(inbox)
      } else {
        clearConditions(of: inbox)
        endProbe(of: inbox, wasHeard: nil)
      }
    }
    for wanted in settings where !kept.contains(where: { $0.settings == wanted }) {
      let inbox = Inbox(settings: wanted, purpose: .watched, key: nextKey, run: daemonRun, by: Self.daemonName)
      inbox.classNames = (try? ledger.classNames(inbox: wanted.name)) ?? [:]
      recallLoneRaws(in: inbox)
      kept.append(inbox)
      nextKey += 1
    }
    inboxes = kept
    for inbox in inboxes where inbox.here == nil { open(inbox) }
    updateTrees()
    updateWatcher()
    pump()
  }

  /// Stops taking files; `whenStopped` is called once what was decided is durable and the workers are gone.
  public func stop(whenStopped: @escaping @Sendable () -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    isStopping = true
    timer?.cancel()
    timer = nil
    alarm?.cancel()
    alarm = nil
    pool.stop { [moves, queue, ledger, daemonRun] in
      moves.afterwards {
        try? ledger.finishRun(daemonRun, at: Timestamp.now())
        queue.async(execute: whenStopped)
      }
    }
  }

  // MARK: - The pump

  /// Does all that can be done now, then sleeps until the next deadline or event.
  func pump() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard isStarted, !isStopping else { return }
    // What is called below may ask for another round; it never nests.
    if isPumping {
      pumpWanted = true
      return
    }
    isPumping = true
    repeat {
      pumpWanted = false
      let now = now
      if ledgerRetry.isDue(at: now) {
        recordRun()
        moves.tryAgain()
      }
      if resolving.isDue(at: now) { moves.recover { [self] in settledLater($0, $1) } }
      for inbox in inboxes {
        attend(to: inbox, at: now)
        settle(inbox, at: now)
        decideRipeBursts(in: inbox, at: now)
      }
      attendOutputs(at: now)
      finishSortRuns()
      answerIdleWaits()
    } while pumpWanted
    isPumping = false
    if inboxes.allSatisfy({ $0.isIdle || isAtRest($0) }) { letGoOfRoots() }
    arm()
    armAlarm()
  }

  /// Whether all that an inbox holds waits for a person, for its hours, or for mains.
  private func isAtRest(_ inbox: Inbox) -> Bool {
    inbox.inHand == 0 && !inbox.isScanning && (isPaused(inbox) || rest(of: inbox) != nil)
  }

  /// Asks for another round of the pump that is running.
  func pumpAgain() { pumpWanted = true }

  /// Asks for a pump soon, with a chance for other work in between.
  func pumpSoon() { queue.async { self.pump() } }

  private func arm() {
    var next: ContinuousClock.Instant?
    func consider(_ instant: ContinuousClock.Instant?) {
      if let instant { next = min(instant, next ?? instant) }
    }
    consider(ledgerRetry.deadline)
    consider(resolving.deadline)
    consider(outputs.deadline)
    for tree in trees { consider(tree.opening.deadline) }
    for inbox in inboxes {
      consider(inbox.opening.deadline)
      if let bursts = inbox.bursts, !bursts.isEmpty { consider(bursts.nextDeadline(isQuiet: inbox.isQuiet)) }
      guard inbox.here != nil else { continue }
      consider(inbox.nextPoll)
      consider(inbox.nextSafetyScan)
      consider(inbox.retrying.deadline)
      consider(inbox.rereading.deadline)
      consider(inbox.gate.nextAttempt)
      if let hold = inbox.holdUntil {
        consider(hold)
      } else if let look = nextLookAtPower(for: inbox) {
        consider(look)
      } else if !inbox.waitsForWorker, roomToOffer(inbox, at: now) > 0 {
        // Without room an answer of the worker or the mover pumps anyway.
        consider(inbox.tracker.nextDeadline)
      }
    }
    guard next != armedFor else { return }
    armedFor = next
    timer?.cancel()
    timer = nil
    guard let next else { return }
    let timer = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
    let pause = max(.zero, next - now)
    let nanoseconds = pause.components.seconds * 1_000_000_000 + pause.components.attoseconds / 1_000_000_000
    timer.schedule(deadline: .now() + .nanoseconds(Int(nanoseconds) + 1), leeway: .milliseconds(1))
    timer.setEventHandler { [weak self] in
      self?.armedFor = nil
      self?.pump()
    }
    timer.activate()
    self.timer = timer
  }

  /// With nothing to do a person may unmount what Winnow works on; each root is opened and checked again at its next
  /// use.
  private func letGoOfRoots() {
    guard holdsRoots else { return }
    holdsRoots = false
    for inbox in inboxes { inbox.root = nil }
    moves.releaseRoots()
    // What the last batches took goes back to the kernel: without it an idle daemon keeps the most that it ever needed.
    try? ledger.releaseMemory()
    cwinnow_release_memory()
  }

  // MARK: - Conditions and listeners

  func raise(_ condition: HealthCondition) {
    guard board.raise(condition, at: Timestamp.now()) else { return }
    journal(
      JournalLine(
        condition.degrades ? .warning : .notice, "\(condition.text); \(condition.remedy)",
        code: condition.code.rawValue, inbox: condition.subject.isEmpty ? nil : condition.subject))
    tell(.condition(condition, holds: true))
  }

  func clear(_ code: HealthCondition.Code, subject: String = "") {
    guard let condition = board.conditions.first(where: { $0.code == code && $0.subject == subject }) else { return }
    _ = board.clear(code, subject: subject)
    journal(JournalLine(.notice, "passed: \(condition.text)", code: code.rawValue, inbox: subject))
    tell(.condition(condition, holds: false))
  }

  private func clearConditions(of inbox: Inbox) {
    for code in HealthCondition.Code.allCases { clear(code, subject: inbox.name) }
  }

  func tell(_ event: PipelineEvent) {
    for listener in listeners { listener(event) }
  }

  /// Calls `listener` on the pipeline's queue for every event from now on.
  public func listen(_ listener: @escaping (PipelineEvent) -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    listeners.append(listener)
  }

  /// What went wrong with the last commit, nil when it worked.
  func ledgerState(_ error: WinnowError?) {
    if let error {
      ledgerRetry.plan(at: now)
      if !board.holds(.ledgerFault) { journal(JournalLine(.error, error.description, code: error.code.rawValue)) }
      raise(
        HealthCondition(
          .ledgerFault, "the ledger cannot be written, so nothing is moved: \(error.message)",
          remedy: error.remedy ?? "see the journal"))
      arm()
    } else {
      ledgerRetry.reset()
      guard board.holds(.ledgerFault) else { return }
      clear(.ledgerFault)
      pumpSoon()
    }
  }

  func report(unresolved: [(MoveIntent, WinnowError)]) {
    if let (intent, error) = unresolved.first {
      resolving.plan(at: now)
      raise(
        HealthCondition(
          .moveUnresolved,
          "\(unresolved.count) moves cannot be brought to an end, the first of \(intent.source): "
            + error.message, remedy: error.remedy ?? "Winnow goes on trying"))
    } else {
      resolving.reset()
      clear(.moveUnresolved)
    }
  }

  static func places(of unresolved: [(MoveIntent, WinnowError)]) -> Set<Place> {
    Set(unresolved.flatMap { [$0.0.source, $0.0.destination] })
  }

  func settledLater(_ settled: Int, _ remaining: [(MoveIntent, WinnowError)]) {
    placesUnresolved = Self.places(of: remaining)
    report(unresolved: remaining)
    if settled > 0 {
      for inbox in inboxes { inbox.wantsScan = true }
      outputs.wantsComparison = true
    }
    pump()
  }
}
