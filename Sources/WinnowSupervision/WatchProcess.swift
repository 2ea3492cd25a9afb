public import Dispatch
internal import Glibc
public import SystemPackage
public import WinnowCore
internal import WinnowFiles
public import WinnowWire

/// Runs winnow-watch over a set of folders and hands on what it reports; restarts it when it ends.
///
/// Lives on the serial queue given to it: every call is made there, and every closure is called there.
public final class WatchProcess {
  /// A folder to watch.
  public struct Root: Hashable, Sendable {
    /// Names the root in records; 0 to 999,999,999.
    public var key: Int
    public var path: FilePath
    public var isRecursive: Bool

    public init(key: Int, path: FilePath, isRecursive: Bool = true) {
      self.key = key
      self.path = path
      self.isRecursive = isRecursive
    }

    var argument: CommandArgument {
      CommandArgument(
        bytes: Array("\(isRecursive ? "" : "flat:")\(key)=".utf8) + CommandArgument(path).bytes)
    }
  }

  /// What is known of the program, for people.
  public struct Status: Hashable, Sendable {
    public var pid: Int32?
    /// Starts made necessary by an end that nobody asked for.
    public var restarts = 0
    /// Set while it ends again and again; folders are found by rescans only.
    public var condition: WinnowError?
  }

  private static let program = "winnow-watch"
  /// Ends in a row without one record before it counts as a condition. Chosen, not measured.
  private static let patience = 3
  /// It ends at end-of-file on its standard input, at once.
  private static let farewell: [TerminationStep] = [.wait(.seconds(1)), .terminate(allowing: .seconds(1))]

  private let queue: DispatchQueue
  private let executable: () throws(WinnowError) -> FilePath
  private let deliver: ([WatchRecord]) -> Void
  private let note: (SupervisionNotice) -> Void
  private let statusChanged: () -> Void
  private var policy: RestartPolicy
  private var roots: [Root] = []
  private var child: ChildProcess?
  private var input: ByteSink?
  private var output: ByteSource?
  private var reader = WatchRecordReader()
  private var startedAt = ContinuousClock.now
  private var restartTimer: (any DispatchSourceTimer)?
  private var isEnding = false
  private var isPaused = false
  private var fruitless = 0
  private var hasReported = false
  /// Roots that have been watched before, whose events since are lost: to be told once they are watched again.
  private var interrupted: Set<Int> = []
  private var watched: Set<Int> = []
  private var whenStopped: (() -> Void)?

  public private(set) var status = Status() {
    didSet { if status != oldValue { statusChanged() } }
  }

  /// - Parameters:
  ///   - executable: where winnow-watch lies, asked at every start.
  ///   - deliver: takes records, in order. After a restart each root's `ready` is followed by a `lost`, so that a
  ///     rescan begins when events come again, and nothing falls between.
  ///   - note: what goes to the journal.
  public init(
    queue: DispatchQueue, pace: RestartPolicy.Pace = RestartPolicy.Pace(),
    executable: @escaping () throws(WinnowError) -> FilePath, deliver: @escaping ([WatchRecord]) -> Void,
    note: @escaping (SupervisionNotice) -> Void = { _ in }, statusChanged: @escaping () -> Void = {}
  ) {
    self.queue = queue
    self.executable = executable
    self.deliver = deliver
    self.note = note
    self.statusChanged = statusChanged
    policy = RestartPolicy(pace, seed: .random(in: 0 ... .max))
  }

  deinit { restartTimer?.cancel() }

  /// Watches these folders from now on, and no others; none: no program runs.
  public func watch(_ roots: [Root]) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard roots != self.roots else { return }
    self.roots = roots
    interrupted.formIntersection(roots.map(\.key))
    if child == nil { start() } else { end() }
  }

  /// Leaves further records unread, so that the kernel's queue takes the load, until `resume`.
  public func pause() {
    dispatchPrecondition(condition: .onQueue(queue))
    isPaused = true
    output?.pause()
  }

  public func resume() {
    dispatchPrecondition(condition: .onQueue(queue))
    isPaused = false
    output?.resume()
  }

  /// Ends the program; `whenStopped` is called when it is gone.
  public func stop(whenStopped: @escaping () -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    roots = []
    restartTimer?.cancel()
    restartTimer = nil
    guard child != nil else { return whenStopped() }
    self.whenStopped = whenStopped
    end()
  }

  private func start() {
    restartTimer?.cancel()
    restartTimer = nil
    guard child == nil, !roots.isEmpty else { return }
    do throws(WinnowError) {
      try launch()
    } catch {
      note(.startFailed(program: Self.program, error))
      status.condition = error
      scheduleStart()
    }
  }

  private func launch() throws(WinnowError) {
    let inputs = try SocketPair(SOCK_STREAM)
    let outputs = try SocketPair(SOCK_STREAM)
    var command = ChildCommand(executable: try executable(), arguments: roots.map(\.argument))
    command.standardInput = .descriptor(inputs.theirs.raw)
    command.standardOutput = .descriptor(outputs.theirs.raw)
    command.ownProcessGroup = true
    let child = try ChildProcess(command, on: queue) { [weak self] exit in self?.noticeExit(exit) }
    self.child = child
    reader = WatchRecordReader()
    startedAt = .now
    hasReported = false
    isEnding = false
    input = ByteSink(inputs.ours, writing: [], on: queue)
    output = ByteSource(outputs.ours, on: queue) { [weak self] bytes in self?.take(bytes) }
    if isPaused { output?.pause() }
    status.pid = child.pid
    note(.started(program: Self.program, pid: child.pid))
  }

  /// Its last records are not waited for: the roots that go on are reported lost.
  private func end() {
    isEnding = true
    input?.close()
    output?.close()
    child?.terminate(Self.farewell)
  }

  private func noticeExit(_ exit: ChildExit) {
    if let child { note(.ended(program: Self.program, pid: child.pid, exit, expected: isEnding)) }
    output?.readRest()
    output?.close()
    input?.close()
    child = nil
    output = nil
    input = nil
    status.pid = nil
    interrupted.formUnion(watched.intersection(roots.map(\.key)))
    watched = []
    if let whenStopped {
      self.whenStopped = nil
      whenStopped()
    } else if isEnding {
      start()
    } else {
      status.restarts += 1
      fruitless += 1
      if fruitless >= Self.patience {
        status.condition = WinnowError(
          .watchFailed, "winnow-watch keeps ending; new pictures are found by rescans only",
          remedy: "look into the journal for what it said; Winnow tries again by itself", cause: "\(exit)")
      }
      scheduleStart()
    }
  }

  private func scheduleStart() {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let pause = policy.delay(afterRunning: hasReported ? .now - startedAt : .zero)
    timer.setEventHandler { [weak self] in self?.start() }
    timer.schedule(deadline: .now() + pause.dispatchInterval)
    timer.activate()
    restartTimer = timer
  }

  private func take(_ bytes: ArraySlice<UInt8>) {
    var records: [WatchRecord] = []
    for record in reader.read(bytes) {
      records.append(record)
      guard record.kind == .ready else { continue }
      watched.insert(record.root)
      if interrupted.remove(record.root) != nil {
        records.append(WatchRecord(kind: .lost, root: record.root, path: Array("error".utf8)))
      }
    }
    guard !records.isEmpty else { return }
    hasReported = true
    fruitless = 0
    status.condition = nil
    deliver(records)
  }
}
