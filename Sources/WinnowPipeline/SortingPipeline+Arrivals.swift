import Dispatch
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowSupervision
import WinnowLedger
public import WinnowWire

/// From the watcher, scans and polls to `InboxEvent`s.
extension SortingPipeline {
  /// How many entries of a walk are looked at before other work gets a turn; chosen.
  private static let scanSlice = 256

  // MARK: - Roots

  func open(_ inbox: Inbox) {
    do throws(SystemFault) {
      let root = try Root(opening: inbox.settings.path, on: fileSystem)
      try mounts.admit(root)
      remember(inbox.settings.roots)
      inbox.root = root
      inbox.here = root.status
      holdsRoots = true
      inbox.opening.reset()
      inbox.isPolled = polls(inbox, root)
      if inbox.isPolled && inbox.tracker.isEmpty {
        // Without events a file is quiet when two polls agree.
        var rules = inbox.settings.settling
        rules.settle = max(rules.settle, inbox.pollPause)
        inbox.tracker = SettleTracker(rules: rules)
      }
      inbox.wantsScan = true
      inbox.nextSafetyScan = now + Inbox.safetyPause
      clear(.inboxAway, subject: inbox.name)
      if (try? ledger.counts()[inbox.name]?[.failed]) ?? 0 > 0 { inbox.retrying.plan(at: now) }
    } catch {
      inbox.root = nil
      inbox.here = nil
      inbox.opening.plan(at: now)
      raise(
        HealthCondition(
          .inboxAway, subject: inbox.name, "the inbox \(inbox.settings.path.escaped) is away: \(error.reason)",
          remedy: error.errno == SystemFault.mountAwayErrno
            ? "mount it; Winnow goes on by itself" : "create or mount it; Winnow goes on by itself"))
    }
  }

  private func polls(_ inbox: Inbox, _ root: Root) -> Bool {
    switch inbox.settings.polling {
    case .never: return false
    case .every(let pause):
      inbox.pollPause = pause
      inbox.nextPoll = now + pause
      return true
    case .auto:
      guard let kind = FileSystemKind(of: root), !kind.tellsEvents else {
        inbox.nextPoll = nil
        clear(.inboxPolled, subject: inbox.name)
        return false
      }
      inbox.nextPoll = now + inbox.pollPause
      raise(
        HealthCondition(
          .inboxPolled, subject: inbox.name,
          "\(kind.name) sends no events, so \(inbox.settings.path.escaped) is looked through every "
            + "\(Inbox.shortestPoll.components.seconds) to \(Inbox.longestPoll.components.seconds) s",
          remedy: "nothing to do; it only takes a little longer", degrades: false))
      return true
    }
  }

  /// Tells the watcher which roots are here and have events.
  func updateWatcher() {
    let watched = inboxes.filter { inbox in
      if case .once = inbox.purpose { return false }
      return inbox.here != nil && !inbox.isPolled
    }.map { WatchProcess.Root(key: $0.watchKey, path: $0.settings.path, isRecursive: $0.settings.recursive) }
    watch(
      watched
        + trees.filter { $0.here != nil && !$0.isPolled }.map { WatchProcess.Root(key: $0.watchKey, path: $0.path) })
  }

  /// The root, opened again where it was let go; nil, with the inbox found to be away, where it is another by now.
  func root(of inbox: Inbox) -> Root? {
    if let root = inbox.root { return root }
    guard let here = inbox.here else { return nil }
    guard let root = try? Root(opening: inbox.settings.path, on: fileSystem), root.status.isSameFile(as: here),
      root.status.mount == here.mount
    else {
      away(inbox)
      return inbox.root
    }
    inbox.root = root
    holdsRoots = true
    return root
  }

  private func away(_ inbox: Inbox) {
    inbox.root = nil
    inbox.here = nil
    inbox.scan = nil
    inbox.newFolders = []
    inbox.watchKey = nextKey
    nextKey += 1
    open(inbox)
    updateWatcher()
  }

  // MARK: - Records of the watcher

  /// What winnow-watch said.
  public func take(records: [WatchRecord]) {
    dispatchPrecondition(condition: .onQueue(queue))
    for record in records {
      if record.root < 0 {
        for inbox in inboxes { inbox.wantsScan = true }
        outputs.wantsComparison = true
      } else if let inbox = inboxes.first(where: { $0.watchKey == record.root }) {
        take(record, for: inbox)
      } else if let tree = trees.first(where: { $0.watchKey == record.root }) {
        take(record, for: tree)
      }
    }
    pump()
  }

  private func take(_ record: WatchRecord, for inbox: Inbox) {
    let path = FilePath(bytes: record.path)
    if inbox.probe?.name == path { endProbe(of: inbox, wasHeard: true) }
    switch record.kind {
    case .ready: inbox.wantsScan = true
    case .changed: arrive(.changed(path), path, in: inbox)
    case .movedIn: arrive(.movedIn(path), path, in: inbox)
    case .gone: _ = inbox.tracker.observe(.gone(path), at: now)
    case .folder:
      if inbox.newFolders.count < Inbox.newFolderLimit {
        inbox.newFolders.append(path)
      } else {
        inbox.wantsScan = true
      }
    case .lost: lost(String(decoding: record.path, as: UTF8.self), in: inbox)
    }
  }

  private func lost(_ reason: String, in inbox: Inbox) {
    switch reason {
    case "watch_limit":
      raise(
        HealthCondition(
          .watchLimit, subject: inbox.name,
          "the kernel's limit of watched folders is reached, so parts of \(inbox.settings.path.escaped) are looked "
            + "through every minute", remedy: "raise fs.inotify.max_user_watches with sysctl"))
      inbox.isPolled = true
      inbox.nextPoll = now + inbox.pollPause
      inbox.wantsScan = true
    case "root_gone", "unmounted": away(inbox)
    default:
      journal(
        JournalLine(
          .notice, "events were lost (\(reason)); \(inbox.settings.path.escaped) is scanned", inbox: inbox.name))
      inbox.overflows += 1
      inbox.wantsScan = true
    }
  }

  private func arrive(_ event: InboxEvent, _ path: FilePath, in inbox: Inbox) {
    guard covers(path, in: inbox) else { return }
    meet(path, in: inbox)
    let isNew = !inbox.tracker.isTracking(path)
    if inbox.tracker.observe(event, at: now) {
      if isNew, inbox.tracker.isTracking(path), !isOwnSidecar(path, in: inbox) { inbox.arrivals.count(at: now) }
    } else {
      inbox.wantsScan = true
    }
  }

  /// Whether a path is this inbox's business: not hidden or unfinished by its name, not in a sub-folder when only the
  /// top is watched, not in an inbox of its own.
  private func covers(_ path: FilePath, in inbox: Inbox) -> Bool {
    if inbox.settings.ignored.ignores(path) { return false }
    if !inbox.settings.recursive && path.components.count > 1 { return false }
    return !isInnerInbox(path.removingLastComponent(), of: inbox)
      && !isExcluded(path.removingLastComponent(), in: inbox)
  }

  private func isInnerInbox(_ folder: FilePath, of inbox: Inbox) -> Bool {
    let absolute = inbox.settings.path.pushing(folder)
    return inboxes.contains { other in
      other.key != inbox.key && other.settings.path != inbox.settings.path
        && other.settings.path.starts(with: inbox.settings.path) && absolute.starts(with: other.settings.path)
    }
  }

  /// `.nomedia` excludes its folder and what is below it.
  private func isExcluded(_ folder: FilePath, in inbox: Inbox) -> Bool {
    guard let root = root(of: inbox) else { return false }
    var folder = folder
    while true {
      if let status = try? fileSystem.status(of: folder.appending(Self.exclusionMark), in: root.raw),
        status.kind == .regular
      {
        return true
      }
      if folder.isEmpty { return false }
      folder.removeLastComponent()
    }
  }

  private static let exclusionMark = ".nomedia"

  /// Which mounts the other roots lie on; one that is not there now is asked for when it is needed.
  private func remember(_ roots: [FilePath]) {
    for path in roots {
      guard let root = try? Root(opening: path, on: fileSystem) else { continue }
      try? mounts.admit(root)
    }
  }

  // MARK: - Scans and polls

  /// Opens what is away, polls what is due, and goes on with the walk as far as the tracker has room.
  func attend(to inbox: Inbox, at now: ContinuousClock.Instant) {
    if inbox.here == nil {
      guard inbox.opening.isDue(at: now) else { return }
      open(inbox)
      if inbox.here != nil { updateWatcher() }
    }
    guard inbox.here != nil else { return }
    // While a fault stands in the way of all, one of them finds out whether it has passed.
    if inbox.retrying.isDue(at: now) || inbox.tracker.isEmpty && inbox.gate.isDue(at: now) { retryFailed(in: inbox) }
    if inbox.rereading.isDue(at: now) { inbox.wantsScan = true }
    if let poll = inbox.nextPoll, poll <= now {
      inbox.wantsScan = true
      inbox.pollPause = inbox.sawChange ? Inbox.shortestPoll : min(inbox.pollPause * 2, Inbox.longestPoll)
      if case .every(let pause) = inbox.settings.polling { inbox.pollPause = pause }
      inbox.sawChange = false
      inbox.nextPoll = now + inbox.pollPause
    }
    if let scan = inbox.nextSafetyScan, scan <= now {
      inbox.wantsScan = true
      inbox.nextSafetyScan = now + Inbox.safetyPause
    }
    walk(inbox, at: now)
  }

  /// Starts a walk of the whole inbox.
  func requestScan(of inbox: Inbox) {
    inbox.wantsScan = true
    pump()
  }

  private func walk(_ inbox: Inbox, at now: ContinuousClock.Instant) {
    if inbox.scan == nil {
      guard inbox.isScanning, let root = root(of: inbox), let start = nextStart(of: inbox) else { return }
      guard root.isStillInPlace() else { return away(inbox) }
      do throws(SystemFault) {
        let key = inbox.key
        inbox.scan = try FolderScan(root: root, start: start, recursive: inbox.settings.recursive) {
          [weak self] folder in
          guard let self, let inbox = self.inboxes.first(where: { $0.key == key }) else { return false }
          return folder.lastComponent?.string.first != "." && !self.isInnerInbox(folder, of: inbox)
            && !self.isExcluded(folder, in: inbox)
        }
      } catch {
        if !error.isMissing { report(error, reading: start, of: inbox) }
        return
      }
    }
    guard let scan = inbox.scan else { return }
    for _ in 0..<Self.scanSlice {
      // With the tracker full the walk stands still where it is, and goes on as files are finished.
      if inbox.tracker.isFull { return }
      switch scan.next() {
      case .file(let path): found(path, in: inbox, at: now)
      case .unreadable(let path, let fault): report(fault, reading: path, of: inbox)
      case nil:
        inbox.scan = nil
        inbox.scansFinished += 1
        if !inbox.sawUnreadable {
          clear(.inboxUnreadable, subject: inbox.name)
          inbox.rereading.reset()
        }
        if inbox.isScanning { pumpSoon() }
        return
      }
    }
    pumpSoon()
  }

  private func nextStart(of inbox: Inbox) -> FilePath? {
    if inbox.wantsScan {
      inbox.wantsScan = false
      inbox.newFolders = []
      inbox.sawUnreadable = false
      return FilePath()
    }
    return inbox.newFolders.isEmpty ? nil : inbox.newFolders.removeFirst()
  }

  private func found(_ path: FilePath, in inbox: Inbox, at now: ContinuousClock.Instant) {
    guard !inbox.settings.ignored.ignores(path), let root = root(of: inbox),
      !inbox.tracker.isTracking(path) || inbox.isPolled,
      let status = try? fileSystem.status(of: path, in: root.raw)
    else { return }
    meet(path, in: inbox)
    if isHandled(inbox.place(of: path), status) { return }
    if case .once(let run) = inbox.purpose, !inbox.tracker.isTracking(path) { run.found += 1 }
    inbox.sawChange = true
    let marks = ContentMarks(size: status.size, modified: status.modified)
    let isNew = !inbox.tracker.isTracking(path)
    if inbox.tracker.observe(.found(path, marks), at: now), isNew { inbox.arrivals.count(at: now) }
  }

  /// A folder cannot be read: a condition names it, and the inbox is looked through again after a while.
  func report(_ fault: SystemFault, reading path: FilePath, of inbox: Inbox) {
    let place = inbox.place(of: path)
    inbox.sawUnreadable = true
    inbox.rereading.plan(at: now)
    raise(
      HealthCondition(
        .inboxUnreadable, subject: inbox.name, "cannot read the folder \(place): \(fault.reason)",
        remedy: "give the user that winnowd runs as the right to read it; it is looked through again"))
  }

  /// Puts failed pictures into the tracker again.
  private func retryFailed(in inbox: Inbox) {
    guard let root = root(of: inbox), let failed = try? ledger.pictures(state: .failed, inbox: inbox.name)
    else { return }
    for picture in failed where picture.place.root == inbox.settings.path {
      let path = picture.place.relative
      let status = try? fileSystem.status(of: path, in: root.raw)
      let marks = ContentMarks(
        size: status?.size ?? picture.fingerprint.size, modified: status?.modified ?? picture.fingerprint.modified)
      _ = inbox.tracker.observe(.found(path, marks), at: now)
    }
    if !failed.isEmpty { inbox.retrying.plan(at: now) }
  }
}
