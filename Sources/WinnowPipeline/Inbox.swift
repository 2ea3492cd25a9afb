import SystemPackage
public import WinnowCore
import WinnowEvaluation
import WinnowFiles

/// One inbox at work. Lives on the pipeline's queue.
final class Inbox {
  /// What it is for: a folder that is kept sorted, or one that is sorted once by a job.
  enum Purpose {
    case watched
    case once(SortRun)
  }

  let settings: InboxSettings
  let purpose: Purpose
  let key: Int
  /// Number in the watcher's records; another each time the root comes back, since the watcher drops one that went.
  var watchKey: Int
  /// The run its moves belong to.
  let run: Int64
  let by: String

  /// The folder as it was when it was found here; nil while it is away.
  var here: FileStatus?
  /// What the model's own pictures promise, where a promise is wanted and can be given.
  var promise: PromisedThreshold?
  /// The version that `promise` is of.
  var promisedBy: ModelVersion?
  /// What people call the model's classes here: they renamed the folders.
  var classNames: [String: String] = [:]
  /// Open while there is something to do in it, so that a person can unmount what is idle.
  var root: Root?
  var tracker: SettleTracker
  var gate = FaultGate()
  /// The walk that is under way.
  var scan: FolderScan?
  /// Scan again once the walk under way has ended: something may have been missed.
  var wantsScan = false
  /// Why the next scan is wanted, for the tests of `wait`.
  var scansFinished = 0
  /// Folders that appeared and have to be looked into, apart from a whole scan.
  var newFolders: [FilePath] = []
  /// Due files are not looked at before this: the model is missing.
  var holdUntil: ContinuousClock.Instant?
  /// What its hours say; nil until they are asked.
  var hoursState: HoursState?
  /// Due files wait for the worker to take more.
  var waitsForWorker = false
  /// Offered and not finished, without what waits in `bursts`.
  var inHand = 0
  /// Of these, what the worker has.
  var inWorker = 0
  /// Classified pictures that wait for others of their burst; nil where each is decided about by itself.
  var bursts: BurstCollector<ClassifiedPicture>?
  /// How often events were lost, so that the folder had to be read through.
  var overflows = 0
  var arrivals = RateMeter(start: .now)
  var decisions = RateMeter(start: .now)
  /// A file of our own whose event is awaited.
  var probe: WatchProbe?
  /// Whether the last such file was heard of, and when it was tried.
  var lastProbe: (wasHeard: Bool, time: Timestamp)?
  /// Whether a name of a companion was ever seen here; until then nothing is sought beside pictures.
  var meetsCompanions = false
  /// The same for a sidecar of a RAW, `IMG_1.NEF.xmp`, which can be here without that RAW.
  var meetsDoubledRaws = false
  /// Whether a RAW was ever decided about here for want of a picture, so that one that comes later may belong to it.
  var hasLoneRaws = false

  var isPolled = false
  var nextPoll: ContinuousClock.Instant?
  var pollPause: Duration = Inbox.shortestPoll
  var nextSafetyScan: ContinuousClock.Instant?
  /// Opens the root again after it was away.
  var opening = Backoff(first: .seconds(2), longest: .seconds(30))
  /// Looks again into folders that could not be read.
  var rereading = Backoff(first: .seconds(2), longest: .seconds(60))
  /// Whether the walk under way met a folder that it could not read.
  var sawUnreadable = false
  /// Files whose bytes could not be read when that was last tried.
  var unreadable: Set<FilePath> = []
  /// Takes up failed pictures again.
  var retrying = Backoff(first: .seconds(5), longest: .seconds(300))
  /// Whether the scan under way saw anything new; polls slow down while nothing changes.
  var sawChange = false

  static let shortestPoll: Duration = .seconds(10)
  static let longestPoll: Duration = .seconds(60)
  static let safetyPause: Duration = .seconds(15 * 60)
  /// More folders than this at once are found by a scan of the whole.
  static let newFolderLimit = 256

  init(settings: InboxSettings, purpose: Purpose, key: Int, run: Int64, by: String) {
    self.settings = settings
    self.purpose = purpose
    self.key = key
    watchKey = key
    self.run = run
    self.by = by
    tracker = SettleTracker(rules: settings.settling)
    bursts = settings.burstGap.map { BurstCollector(rules: .init(gap: $0, wait: settings.groupWait)) }
  }

  var name: String { settings.name }

  /// Nothing is left that can go on by itself.
  var isIdle: Bool { tracker.isEmpty && !isScanning && inHand == 0 }
  /// Nothing is on its way here that is still to be classified.
  var isQuiet: Bool { !isScanning && inWorker == 0 && !tracker.hasUnsettled }
  var isScanning: Bool { scan != nil || wantsScan || !newFolders.isEmpty }

  var policy: RoutingPolicy {
    var policy = settings.policy
    policy.classNames = classNames
    if let error = settings.promisedError {
      policy.threshold = promise?.threshold ?? 1
      policy.backsOff = false
      if promise == nil { policy.withheld = "no threshold keeps the errors below \(RoutingPolicy.percent(error)) yet" }
    }
    return policy
  }

  /// The same for a picture by a model that can tell what it was not taught.
  func policy(leastFamiliarity: Double?) -> RoutingPolicy {
    var policy = policy
    let sortsUnfamiliar = settings.sortsUnfamiliar && settings.promisedError == nil
    policy.leastFamiliarity = sortsUnfamiliar ? nil : leastFamiliarity
    return policy
  }

  func place(of path: FilePath) -> Place { Place(root: settings.path, relative: path) }
}

/// What a `sort` job counts. Lives on the pipeline's queue.
public final class SortRun {
  /// How many planned rows a dry run keeps.
  public static let plannedLimit = 10_000

  public internal(set) var found = 0
  public internal(set) var finished = 0
  public internal(set) var counts: [HistoryOutcome: Int] = [:]
  public internal(set) var isCancelled = false
  /// Decides and tells, and moves nothing.
  public let isDryRun: Bool
  /// What a dry run would have done.
  public internal(set) var planned: [PictureEvent] = []
  let progress: (SortRun) -> Void
  let completion: (SortRun) -> Void

  init(isDryRun: Bool, progress: @escaping (SortRun) -> Void, completion: @escaping (SortRun) -> Void) {
    self.isDryRun = isDryRun
    self.progress = progress
    self.completion = completion
  }

  func plan(_ event: PictureEvent) {
    if planned.count < Self.plannedLimit { planned.append(event) }
  }

  func count(_ outcome: HistoryOutcome) {
    finished += 1
    counts[outcome, default: 0] += 1
    progress(self)
  }
}
