import CWinnowLinux
import Dispatch
import Glibc
import SystemPackage
import WinnowBundle
public import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
public import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline
import WinnowSupervision
import WinnowWire

/// winnowd, put together: configuration, ledger, workers, watcher, pipeline, control socket.
///
/// `@unchecked Sendable`: every stored property is touched on `queue` alone, but for the constants.
public final class Daemon: @unchecked Sendable {
  public static let version = ProductVersion.current
  /// The variables of the environment that it looks at or hands on.
  public static let variables =
    ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"] + HookAddress.passedOn

  let queue = DispatchQueue(label: "winnow.pipeline")
  let paths: StandardPaths
  private let environment: [String: String]
  let state: StateFolder
  let journal: Journal
  let notifier: SystemdNotifier
  let ledger: Ledger
  /// What the start mended.
  let mending: LedgerMending?
  let programs: ProgramLocation
  let library: ModelLibrary
  let store: ConfigurationStore
  let started = Timestamp.now()
  private(set) var loaded: LoadedConfiguration
  private(set) var catalogue: ModelCatalogue!
  private(set) var pool: WorkerPool!
  private(set) var watcher: WatchProcess!
  private(set) var pipeline: SortingPipeline!
  private(set) var jobs: JobBoard!
  private(set) var socket: ListeningSocket?
  private var desk: ControlDesk?
  private(set) var sessions: WebSessions!
  private(set) var thumbnails: Thumbnails!
  private(set) var hooks: Hooks!
  let outcomes = OutcomeCount()
  private(set) var web: WebDoor?
  /// Why there is no page although one is configured.
  private(set) var webFault: WinnowError?
  private var server: ControlServer?
  private var timers: [any DispatchSourceTimer] = []
  private var compiler: CacheCompiler?
  private(set) var isStopping = false

  /// Loads the configuration, takes the state folder's lock and opens the ledger.
  ///
  /// - Throws: `InvalidConfiguration` or `WinnowError`, each with its remedy; nothing has been moved then.
  public init(_ options: StandardPaths.Options, environment: [String: String]) throws {
    paths = try StandardPaths(options)
    self.environment = environment
    journal = Journal(environment: environment)
    notifier = SystemdNotifier(environment: environment)
    state = try StateFolder(at: paths.stateDirectory)
    programs = try ProgramLocation.ofThisProcess()
    store = ConfigurationStore(stateDirectory: paths.stateDirectory)
    loaded = try ConfigurationFile.load(
      paths.configuration, mustExist: paths.configurationMustExist, stateDirectory: paths.stateDirectory)
    try loaded.checkRoots(stateDirectory: paths.stateDirectory)
    let addresses = try HookAddress.all(of: loaded, environment: environment)
    library = ModelLibrary(root: state.models)
    (ledger, mending) = try Ledger.open(
      mending: state.ledger, fileSystemIsNetwork: state.isOnNetwork(), at: Timestamp.now())
    // Refused by kernels before 6.6, and no loss there: see docs/decisions.
    _ = cwinnow_deny_write_execute()
    // CAP_LEASE, and whatever else a unit gives, is for the daemon alone. A kernel without the ambient set hands none on.
    _ = cwinnow_keep_capabilities_from_children()
    try assemble()
    hooks.configure(addresses)
  }

  private func assemble() throws(WinnowError) {
    let journal = journal
    let catalogue = ModelCatalogue(
      library: library, cache: state.cache, programs: programs, engine: loaded.configuration.engine)
    self.catalogue = catalogue
    let note: (SupervisionNotice) -> Void = { [weak self] notice in
      let severity = JournalLine.Severity(rawValue: notice.severity.rawValue) ?? .notice
      journal.write(JournalLine(severity, notice.description))
      if case .workerReady(let model, let ready, _, _) = notice, !ready.loadedFromCache { self?.compile(model) }
    }
    pool = WorkerPool(
      queue: queue, limits: workerLimits(),
      launch: { (version: ModelVersion) throws(WinnowError) in try catalogue.launch(version) },
      note: note, statusChanged: { [weak self] in self?.pipeline?.workersChanged() })
    watcher = WatchProcess(
      queue: queue,
      executable: { [programs] () throws(WinnowError) in try programs.path(of: .watch) },
      deliver: { [weak self] records in self?.pipeline?.take(records: records) }, note: note,
      statusChanged: { [weak self] in self?.watcherChanged() })
    pipeline = try SortingPipeline(
      queue: queue,
      SortingPipeline.Surroundings(
        ledger: ledger, pool: pool,
        model: { (reference: ModelReference) throws(WinnowError) in try catalogue.served(reference) },
        watch: { [weak self] roots in self?.watcher?.watch(roots) },
        powerSource: { PowerSupplies().source() }, journal: { journal.write($0) }))
    jobs = JobBoard(ledger: ledger) { [weak self] in self?.desk?.announce($0) }
    sessions = try WebSessions(ledger: ledger)
    thumbnails = Thumbnails(queue: queue, ledger: ledger, programs: programs, note: note)
    hooks = Hooks(
      ledger: ledger, programs: programs, library: library.root, journal: { journal.write($0) },
      report: { [weak self] condition, holds in
        guard let self else { return }
        queue.async { self.pipeline.set(condition, holds: holds) }
      })
  }

  private func workerLimits() -> WorkerLimits {
    var limits = WorkerLimits()
    limits.idleExit = loaded.configuration.engine.idleExit
    return limits
  }

  // MARK: - Life

  /// Makes the roots of a first start, finishes what a crash left, opens the inboxes and the socket.
  public func start() throws(WinnowError) {
    for warning in loaded.warnings { journal.write(JournalLine(.warning, warning.description)) }
    try makeRootsOnFirstStart()
    let settings = loaded.configuration.inboxes.map { InboxSettings($0) }
    let socket = try listeningSocket()
    self.socket = socket
    let desk = ControlDesk(daemon: self)
    self.desk = desk
    web = webDoor()
    server = try ControlServer.start(on: socket, web: web, version: Self.version, spool: state.spool, service: desk)
    var failure: WinnowError?
    queue.sync {
      do throws(WinnowError) {
        let left = try jobs.takeUp()
        tellOfMending()
        pipeline.listen { [weak self] event in
          self?.outcomes.count(event)
          guard let desk = self?.desk, !desk.listeners.isEmpty else { return }
          desk.announce(ControlDesk.watchEvent(event))
        }
        if let webFault {
          pipeline.set(
            HealthCondition(
              .webUnavailable, webFault.description, remedy: webFault.remedy ?? "see the journal", degrades: false),
            holds: true)
        }
        pipeline.setPausesOnBattery(loaded.configuration.engine.pauseOnBattery)
        pipeline.start(settings) { [self] in
          desk.goOn(with: left)
          keepFirstBackup()
          notifier.ready("sorting \(settings.count) inboxes")
          journal.write(JournalLine(.information, "ready: \(settings.count) inboxes, socket \(paths.socket.escaped)"))
          if let web { journal.write(JournalLine(.information, "the web page is at \(web.address): winnowctl web")) }
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    startTimers()
  }

  /// Sorting never waits for a page: what keeps it from being served is a condition.
  private func webDoor() -> WebDoor? {
    let http = loaded.configuration.http
    guard let listen = http.listen else { return nil }
    do throws(WinnowError) {
      let pages = try programs.pages()
      return WebDoor(
        try WebListener.bind(host: listen.host, port: listen.port), outside: http.address, pages: pages,
        sessions: sessions)
    } catch {
      webFault = error
      journal.write(JournalLine(.warning, error.description, code: error.code.rawValue))
      return nil
    }
  }

  private func listeningSocket() throws(WinnowError) -> ListeningSocket {
    if let descriptor = InheritedSocket.descriptor() { return try ListeningSocket.adopt(descriptor) }
    let wanted = loaded.configuration.socket
    try SocketFolder.make(for: paths.socket)
    var group: UInt32?
    if let name = wanted.group {
      guard let number = Accounts.group(named: name) else {
        throw WinnowError(
          .notFound, "there is no group \"\(name)\" for the control socket",
          remedy: "make it with groupadd, or name another under `socket:`")
      }
      group = number
    }
    return try ListeningSocket.make(at: paths.socket, mode: UInt16(wanted.mode), group: group)
  }

  /// Roots are made with the first start that knows them, and never again: a root that is missing later is away.
  private func makeRootsOnFirstStart() throws(WinnowError) {
    // A ledger that lost something may have known that a root is on a disk that is away now: none is made in its place.
    let mayBeAway = mending.map { !$0.isComplete } ?? false
    for inbox in loaded.configuration.inboxes { try makeRoots(of: inbox, mayBeAway: mayBeAway) }
  }

  func makeRoots(of inbox: InboxConfiguration, mayBeAway: Bool = false) throws(WinnowError) {
    let key = "roots made: \(inbox.name)"
    let wanted = inbox.roots
    let description = wanted.flatMap { path -> [UInt8] in path.bytes + [0] }
    guard try ledger.setting(key) != description else { return }
    if !mayBeAway { for path in wanted { try RootFolder.make(path) } }
    try ledger.set(key, to: description)
  }

  private func startTimers() {
    if let pause = notifier.watchdogPause {
      every(pause) { [notifier] in notifier.alive() }
    }
    every(.seconds(3600)) { [weak self] in self?.keepHouse() }
  }

  private func every(_ pause: Duration, _ body: @escaping @Sendable () -> Void) {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let interval = DispatchTimeInterval.milliseconds(Int(pause.components.seconds * 1000))
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .seconds(1))
    timer.setEventHandler(handler: body)
    timer.activate()
    timers.append(timer)
  }

  /// History is kept for two years; chosen. A slice at a time, so that no commit waits long.
  private func keepHouse(after position: Int64 = 0) {
    let limit = Timestamp(nanoseconds: Timestamp.now().nanoseconds - 2 * 365 * 86_400 * 1_000_000_000)
    do throws(WinnowError) {
      let step = try ledger.prune(PruneLimits(olderThan: limit, keepBytes: nil), after: position)
      if let next = step.next { return queue.async { self.keepHouse(after: next) } }
      _ = try ledger.vacuum()
      try ledger.checkpoint()
      try careForLedger()
    } catch {
      journal.write(JournalLine(.warning, error.description, code: error.code.rawValue))
    }
  }

  /// Reads the configuration again. One that does not validate changes nothing.
  ///
  /// - Returns: what changed, in words.
  func reload() throws -> [String] {
    notifier.reloading()
    defer { notifier.ready("sorting \(loaded.configuration.inboxes.count) inboxes") }
    do {
      let fresh = try ConfigurationFile.load(
        paths.configuration, mustExist: paths.configurationMustExist, stateDirectory: paths.stateDirectory)
      try fresh.checkRoots(stateDirectory: paths.stateDirectory)
      let addresses = try HookAddress.all(of: fresh, environment: environment)
      let settings = fresh.configuration.inboxes.map { InboxSettings($0) }
      for inbox in fresh.configuration.inboxes { try makeRoots(of: inbox) }
      let changes = Self.changes(from: loaded.configuration, to: fresh.configuration)
      loaded = fresh
      catalogue.engine = fresh.configuration.engine
      pipeline.modelsChanged(retired: catalogue.changed())
      pipeline.setPausesOnBattery(fresh.configuration.engine.pauseOnBattery)
      pipeline.setInboxes(settings)
      hooks.configure(addresses)
      pipeline.set(Self.rejected(""), holds: false)
      for change in changes { journal.write(JournalLine(.notice, "reload: \(change)")) }
      return changes
    } catch {
      pipeline.set(Self.rejected("\(error)"), holds: true)
      throw error
    }
  }

  private static func rejected(_ why: String) -> HealthCondition {
    HealthCondition(
      .configurationRejected, "the configuration on disk is not valid, so the last valid one is in force: \(why)",
      remedy: "correct it (winnowctl config check) and reload")
  }

  private static func changes(from old: DaemonConfiguration, to new: DaemonConfiguration) -> [String] {
    var changes: [String] = []
    let before = Dictionary(old.inboxes.map { ($0.name, $0) }) { first, _ in first }
    let after = Dictionary(new.inboxes.map { ($0.name, $0) }) { first, _ in first }
    for name in after.keys.sorted() where before[name] == nil { changes.append("inbox \(name) was added") }
    for name in before.keys.sorted() where after[name] == nil { changes.append("inbox \(name) was removed") }
    for (name, inbox) in after.sorted(by: { $0.key < $1.key }) where before[name].map({ $0 != inbox }) ?? false {
      changes.append("inbox \(name) has new settings")
    }
    if old.engine != new.engine { changes.append("engine settings, for workers started from now on") }
    if old.socket != new.socket { changes.append("socket settings, at the next start") }
    if old.hooks != new.hooks { changes.append("hooks") }
    if old.http != new.http { changes.append("settings of the web page, at the next start") }
    return changes
  }

  /// As `reload`, for somebody who does not wait for the answer.
  public func reloadSoon() {
    queue.async { [self] in
      do {
        _ = try reload()
      } catch {
        journal.write(JournalLine(.error, "the configuration is not valid, so nothing changed: \(error)"))
      }
    }
  }

  /// Stops in order: no new requests, no new pictures, what was decided is made durable, workers end.
  public func stop(whenStopped: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      guard !isStopping else { return }
      isStopping = true
      notifier.stopping()
      for timer in timers { timer.cancel() }
      jobs.interruptAll()
      let server = server
      self.server = nil
      // Blocks, and so has a thread of its own.
      Thread.detach {
        server?.stop()
        self.queue.async { self.stopWork(whenStopped) }
      }
    }
  }

  private func stopWork(_ whenStopped: @escaping @Sendable () -> Void) {
    watcher.stop { [self] in
      thumbnails.stop { [self] in
        pipeline.stop { [self] in
          // Last: what the pipeline still brought to an end has its events in the ledger.
          hooks.stop {
            self.queue.async {
              // A stopped ledger is one file, for people who copy or look at it.
              try? self.ledger.checkpoint()
              whenStopped()
            }
          }
        }
      }
    }
  }

  // MARK: - What the parts tell

  private func watcherChanged() {
    let condition = HealthCondition(
      .watcherFailed, watcher.status.condition?.message ?? "", remedy: watcher.status.condition?.remedy ?? "")
    pipeline.set(condition, holds: watcher.status.condition != nil)
  }

  /// The library changed: later pictures go to what is current now.
  func modelsChanged() { pipeline.modelsChanged(retired: catalogue.changed()) }

  /// Writes the compiled network into the cache, so that the next worker starts faster.
  private func compile(_ model: ModelVersion) {
    if compiler == nil { compiler = CacheCompiler(queue: queue, journal: journal) }
    if let launch = try? catalogue.launch(model) { compiler?.compile(model, launch) }
  }
}
