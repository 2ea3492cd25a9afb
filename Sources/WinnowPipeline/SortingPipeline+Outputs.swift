import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowSupervision
import WinnowWire

/// From what the watcher tells of the output trees to files that people may have moved.
extension SortingPipeline {
  /// How many places are looked at before other work gets a turn; chosen.
  private static let outputSlice = 256
  /// How many pictures of one size are looked at for one that is missing from its place; chosen.
  private static let sizeLimit = 1024

  // MARK: - Trees

  /// The output trees of the inboxes that are kept sorted, the outer ones alone where one lies in another.
  func updateTrees() {
    let wanted = Set(watchedInboxes.flatMap { Array($0.settings.roots.dropFirst()) })
    let outer = wanted.filter { path in !wanted.contains { $0 != path && path.starts(with: $0) } }
    trees.removeAll { !outer.contains($0.path) }
    for path in outer.sorted(by: { $0.string < $1.string }) where !trees.contains(where: { $0.path == path }) {
      let tree = OutputTree(path: path, watchKey: nextKey)
      nextKey += 1
      trees.append(tree)
      open(tree)
    }
  }

  private func open(_ tree: OutputTree) {
    do throws(SystemFault) {
      let root = try Root(opening: tree.path, on: fileSystem)
      try mounts.admit(root)
      tree.here = root.status
      tree.opening.reset()
      clear(.watchLimit, subject: tree.path.escaped)
      tree.isPolled = FileSystemKind(of: root).map { !$0.tellsEvents } ?? false
      if tree.isPolled { outputs.nextPoll = now + Inbox.safetyPause }
      // With events the watcher says when nothing more can be missed.
      outputs.wantsComparison = outputs.wantsComparison || tree.isPolled
    } catch {
      tree.here = nil
      tree.opening.plan(at: now)
    }
  }

  /// The tree's folder, nil where it is away by now.
  private func root(of tree: OutputTree) -> Root? {
    guard let here = tree.here else { return nil }
    if let root = try? Root(opening: tree.path, on: fileSystem), root.status.isSameFile(as: here),
      root.status.mount == here.mount
    {
      return root
    }
    away(tree)
    return nil
  }

  private func away(_ tree: OutputTree) {
    tree.here = nil
    tree.watchKey = nextKey
    nextKey += 1
    open(tree)
    updateWatcher()
  }

  private func tree(holding path: FilePath) -> (tree: OutputTree, path: FilePath)? {
    for tree in trees { if let relative = tree.relative(path) { return (tree, relative) } }
    return nil
  }

  // MARK: - Records of the watcher

  func take(_ record: WatchRecord, for tree: OutputTree) {
    let path = FilePath(bytes: record.path)
    switch record.kind {
    case .ready: outputs.wantsComparison = true
    case .changed, .movedIn, .gone: hint(path, in: tree)
    case .folder:
      if outputs.folders.count < Inbox.newFolderLimit {
        outputs.folders.append((tree, path))
      } else {
        outputs.forgetHints()
      }
    case .lost:
      switch String(decoding: record.path, as: UTF8.self) {
      case "watch_limit":
        raise(
          HealthCondition(
            .watchLimit, subject: tree.path.escaped,
            "the kernel's limit of watched folders is reached, so what people do in \(tree.path.escaped) is noticed "
              + "every 15 minutes", remedy: "raise fs.inotify.max_user_watches with sysctl", degrades: false))
        tree.isPolled = true
        outputs.nextPoll = now + Inbox.safetyPause
        outputs.wantsComparison = true
      case "root_gone", "unmounted": away(tree)
      default: outputs.wantsComparison = true
      }
    }
  }

  private func hint(_ path: FilePath, in tree: OutputTree) {
    // Hidden names are unfinished copies, ours or others'.
    guard !IgnoredNames().ignores(path) else { return }
    guard outputs.hintCount < OutputHints.hintLimit else { return outputs.forgetHints() }
    outputs.fresh.append(OutputHints.Hint(tree: tree, path: path, due: now + OutputHints.quiet))
  }

  // MARK: - Looking

  /// Looks at what is due in the output trees, as far as nothing is in hand.
  func attendOutputs(at now: ContinuousClock.Instant) {
    for tree in trees where tree.here == nil && tree.opening.isDue(at: now) {
      open(tree)
      guard tree.here != nil else { continue }
      updateWatcher()
      adopt()
    }
    if let poll = outputs.nextPoll, poll <= now {
      outputs.nextPoll = trees.contains { $0.isPolled } ? now + Inbox.safetyPause : nil
      outputs.wantsComparison = true
    }
    dropOwn(at: now)
    guard outputs.inHand == 0 else { return }
    walkFolders(at: now)
    lookAtQuiet(at: now)
    guard outputs.inHand == 0 else { return }
    search(at: now)
    compare(at: now)
  }

  /// Takes out what our own moves did. While some are on their way the ledger may not know of them yet, so that only
  /// what has waited its time is looked at.
  private func dropOwn(at now: ContinuousClock.Instant) {
    guard !outputs.fresh.isEmpty else { return }
    let isQuiet = inboxes.allSatisfy { $0.inHand == 0 } && placesInHand.isEmpty
    var roots: [FilePath: Root] = [:]
    var count = 0
    for hint in outputs.fresh.prefix(Self.outputSlice) {
      guard isQuiet || hint.due <= now else { break }
      count += 1
      if roots[hint.tree.path] == nil { roots[hint.tree.path] = root(of: hint.tree) }
      guard let root = roots[hint.tree.path], !isExplained(hint, in: root) else { continue }
      outputs.heard[hint.tree.path.pushing(hint.path)] = hint.due
      outputs.waiting.append(hint)
    }
    outputs.fresh.removeFirst(count)
    if count == Self.outputSlice { pumpSoon() }
  }

  /// Whether the ledger and the disk say the same of a place.
  private func isExplained(_ hint: OutputHints.Hint, in root: Root) -> Bool {
    let path = hint.tree.path.pushing(hint.path)
    let known = (try? ledger.placed(at: path)).flatMap { $0 }
    let status = try? fileSystem.status(of: hint.path, in: root.raw)
    guard let status, status.kind == .regular else { return false }
    guard let known, isInPlace(known, status) else { return false }
    retireTwin(of: known)
    return true
  }

  /// Whether what lies at a picture's place counts as the picture: the same file, whatever was written to it, or one
  /// with the same size and times, as a backup brings back. Not one that is another picture: files of the same size,
  /// written in the same moment, may have changed places.
  private func isInPlace(_ picture: PlacedPicture, _ status: FileStatus?) -> Bool {
    guard let status, status.kind == .regular else { return false }
    if status.inode == picture.fingerprint.inode && status.born == picture.fingerprint.born { return true }
    guard status.hasContentMarks(of: picture.fingerprint) else { return false }
    // Without an identity the number may be another's since the last mount.
    guard status.born.nanoseconds != 0 else { return true }
    return !((try? ledger.pictures(inode: status.inode)) ?? []).contains {
      $0.record.id != picture.id && $0.record.fingerprint.born == status.born
    }
  }

  /// A picture that was lost and has come back through an inbox has a record of its own by now.
  private func retireTwin(of picture: PlacedPicture) {
    guard let twin = outputs.lost[picture.fingerprint.inode], twin.id != picture.id,
      twin.fingerprint.isSameFile(as: picture.fingerprint)
    else { return }
    outputs.lost[picture.fingerprint.inode] = nil
    try? ledger.retire(pictures: [twin.id])
  }

  private func walkFolders(at now: ContinuousClock.Instant) {
    if outputs.folderScan == nil, !outputs.folders.isEmpty {
      let (tree, path) = outputs.folders.removeFirst()
      if let root = root(of: tree), let scan = Self.scan(root, path) { outputs.folderScan = (tree, scan) }
    }
    guard let (tree, scan) = outputs.folderScan else { return }
    for _ in 0..<Self.outputSlice {
      switch scan.next() {
      case .file(let path):
        hint(path, in: tree)
        // So many that the hints were forgotten: the comparison finds out all the same.
        if outputs.folderScan == nil { return pumpAgain() }
      case .unreadable: break
      case nil:
        outputs.folderScan = nil
        pumpAgain()
        return
      }
    }
    pumpSoon()
  }

  private static func scan(_ root: Root, _ start: FilePath) -> FolderScan? {
    try? FolderScan(root: root, start: start, recursive: true) { $0.lastComponent?.string.first != "." }
  }

  /// Looks at places that have been quiet for long enough: files that are not ours go on as strays, pictures that are
  /// gone are sought.
  private func lookAtQuiet(at now: ContinuousClock.Instant) {
    // A folder under way is judged as a whole.
    guard let due = outputs.waitingDue, due <= now, outputs.folderScan == nil, outputs.folders.isEmpty
    else { return }
    var strays: [StrayReader.Request] = []
    var roots: [FilePath: Root] = [:]
    var count = 0
    for hint in outputs.waiting.prefix(OutputHints.strayLimit) {
      guard hint.due <= now else { break }
      count += 1
      let path = hint.tree.path.pushing(hint.path)
      // Heard of again since: its time comes later.
      guard let last = outputs.heard[path], last <= hint.due else { continue }
      outputs.heard[path] = nil
      if roots[hint.tree.path] == nil { roots[hint.tree.path] = root(of: hint.tree) }
      guard let root = roots[hint.tree.path], !isExplained(hint, in: root) else { continue }
      if (try? ledger.isOnItsWay(at: path)) ?? true || !placesUnresolved.isEmpty && isUnresolved(path) {
        outputs.heard[path] = now + OutputHints.quiet
        outputs.waiting.append(OutputHints.Hint(tree: hint.tree, path: hint.path, due: now + OutputHints.quiet))
        continue
      }
      look(at: path, hint, in: root, adding: &strays)
    }
    outputs.waiting.removeFirst(count)
    if !strays.isEmpty { read(strays) }
    if count == OutputHints.strayLimit { pumpSoon() }
  }

  private func isUnresolved(_ path: FilePath) -> Bool { placesUnresolved.contains { $0.absolute == path } }

  private func look(
    at path: FilePath, _ hint: OutputHints.Hint, in root: Root, adding strays: inout [StrayReader.Request]
  ) {
    if let known = try? ledger.placed(at: path) {
      seek([known])
    }
    guard let status = try? fileSystem.status(of: hint.path, in: root.raw) else {
      // A folder that went tells of itself alone.
      let below = (try? ledger.placed(below: path, limit: OutputHints.strayLimit)) ?? []
      if below.count == OutputHints.strayLimit { outputs.wantsComparison = true } else { seek(below) }
      return
    }
    guard status.kind == .regular, let pictures = pictures(like: status) else { return }
    strays.append(StrayReader.Request(tree: hint.tree.path, path: hint.path, pictures: pictures))
  }

  /// Takes up pictures that are missing from their places.
  private func seek(_ pictures: [PlacedPicture]) {
    for picture in pictures where !stands(picture) && outputs.sought.count < OutputHints.soughtLimit {
      outputs.sought[picture.id] = picture
    }
    guard !outputs.sought.isEmpty, outputs.searchDue == nil else { return }
    outputs.searchDue = now + max(OutputHints.quiet, outputs.searchPause)
  }

  /// Whether a picture's file is in its place; where that is away, nobody can tell, and it counts as there.
  private func stands(_ picture: PlacedPicture) -> Bool {
    guard let (tree, path) = tree(holding: picture.path), tree.here != nil,
      let root = try? Root(opening: tree.path, on: fileSystem)
    else { return true }
    return isInPlace(picture, try? fileSystem.status(of: path, in: root.raw))
  }

  /// The pictures that a file may be, before it is opened; nil where it can be none: no picture of its size is missing
  /// from its place. So an old library is not read.
  private func pictures(like status: FileStatus) -> [SoughtPicture]? {
    let same = candidates(for: status)
    if !same.isEmpty { return same.map(sought) }
    var last: Int64 = 0
    for _ in 0..<(Self.sizeLimit / Self.outputSlice) {
      let page = (try? ledger.placed(size: status.size, after: last, limit: Self.outputSlice)) ?? []
      if page.contains(where: { !stands($0) }) { return [] }
      guard page.count == Self.outputSlice, let end = page.last else { return nil }
      last = end.id
    }
    // So many of one size that reading one file costs less than to look for each of them.
    return []
  }

  private func candidates(for status: FileStatus) -> [KnownPicture] {
    pictures(inode: status.inode, born: status.born).filter { $0.record.fingerprint.size == status.size }
  }

  /// The pictures whose file this is. One whose place another picture took before it was known where it went to is
  /// among them, unless a later one is of the same file.
  func pictures(inode: UInt64, born: Timestamp) -> [KnownPicture] {
    for displaced in [false, true] {
      let known = ((try? ledger.pictures(inode: inode, displaced: displaced)) ?? []).filter {
        $0.record.fingerprint.born == born
      }
      if !known.isEmpty { return known }
    }
    return []
  }

  func sought(_ known: KnownPicture) -> SoughtPicture {
    let record = known.record
    let placed = PlacedPicture(id: record.id, path: record.place.absolute, fingerprint: record.fingerprint)
    return SoughtPicture(
      record: record, stands: stands(placed), label: known.label,
      sortedTo: (try? ledger.sortedPlace(ofPicture: record.id)).flatMap { $0 })
  }

  // MARK: - Comparing with the ledger

  /// Begins a walk through the trees for pictures that events said are gone.
  private func search(at now: ContinuousClock.Instant) {
    guard outputs.comparison == nil, let due = outputs.searchDue, due <= now, outputs.waiting.isEmpty,
      outputs.folderScan == nil, outputs.folders.isEmpty
    else { return }
    outputs.searchDue = nil
    outputs.sought = outputs.sought.filter { isStillMissing($0.value) }
    guard !outputs.sought.isEmpty else { return }
    outputs.searchBegan = now
    outputs.beginFiles(in: trees, next: nil)
  }

  /// Whether the ledger still has the picture where it is missing. One that was handed in anew has another record by
  /// now, and this one goes.
  private func isStillMissing(_ picture: PlacedPicture) -> Bool {
    guard let known = (try? ledger.picture(id: picture.id)).flatMap({ $0 }),
      known.record.place.absolute == picture.path, !stands(picture)
    else { return false }
    let twins = ((try? ledger.pictures(inode: picture.fingerprint.inode)) ?? []).filter {
      $0.record.id > picture.id && $0.record.fingerprint.isSameFile(as: picture.fingerprint)
    }
    guard !twins.isEmpty else { return true }
    try? ledger.retire(pictures: [picture.id])
    return false
  }

  private func compare(at now: ContinuousClock.Instant) {
    if outputs.comparison == nil {
      guard outputs.wantsComparison else { return }
      outputs.wantsComparison = false
      outputs.searchBegan = now
      outputs.comparison = .pictures(after: 0)
    }
    switch outputs.comparison {
    case .pictures(let after): comparePictures(after: after)
    case .files(let trees, let scan, let next): compareFiles(trees, scan, next: next)
    case nil: break
    }
  }

  private func comparePictures(after: Int64) {
    var roots: [FilePath: Root] = [:]
    for tree in trees { roots[tree.path] = root(of: tree) }
    let page = (try? ledger.placed(after: after, limit: Self.outputSlice)) ?? []
    for picture in page {
      guard let (tree, path) = tree(holding: picture.path), let root = roots[tree.path] else { continue }
      if !isInPlace(picture, try? fileSystem.status(of: path, in: root.raw)),
        !isUnresolved(picture.path), isStillMissing(picture)
      {
        outputs.sought[picture.id] = picture
      }
    }
    let next = page.count == Self.outputSlice ? page.last?.id : nil
    if let next, outputs.sought.count < OutputHints.soughtLimit {
      outputs.comparison = .pictures(after: next)
    } else if outputs.sought.isEmpty {
      endComparison()
    } else {
      // Nothing is missing means nothing was moved; else a look at every file tells.
      outputs.beginFiles(in: trees, next: next)
    }
    pumpSoon()
  }

  private func compareFiles(_ trees: [OutputTree], _ scan: FolderScan?, next: Int64?) {
    guard let tree = trees.first else {
      outputs.found += outputs.foundInPlacesOfOthers
      outputs.foundInPlacesOfOthers = []
      return judgeFound(next: next)
    }
    guard let root = root(of: tree), let scan = scan ?? Self.scan(root, FilePath()) else {
      outputs.comparison = .files(trees: Array(trees.dropFirst()), scan: nil, next: next)
      return pumpSoon()
    }
    outputs.comparison = .files(trees: trees, scan: scan, next: next)
    for _ in 0..<Self.outputSlice {
      switch scan.next() {
      case .file(let path):
        guard !IgnoredNames().ignores(path), let status = try? fileSystem.status(of: path, in: root.raw),
          status.kind == .regular,
          outputs.soughtInodes.contains(status.inode) || outputs.soughtSizes.contains(status.size)
        else { continue }
        switch (try? ledger.placed(at: tree.path.pushing(path))).flatMap({ $0 }) {
        case nil: outputs.found.append((tree, path))
        case let known? where isInPlace(known, status): continue
        default: outputs.foundInPlacesOfOthers.append((tree, path))
        }
      case .unreadable: continue
      case nil:
        outputs.comparison = .files(trees: Array(trees.dropFirst()), scan: nil, next: next)
        return pumpSoon()
      }
    }
    pumpSoon()
  }

  /// All trees are walked: what was found is read and judged, a share at a time.
  private func judgeFound(next: Int64?) {
    var requests: [StrayReader.Request] = []
    let share = outputs.found.prefix(OutputHints.strayLimit)
    outputs.found.removeFirst(share.count)
    let bySize = Dictionary(grouping: outputs.sought.values, by: \.fingerprint.size)
    for (tree, path) in share {
      let absolute = tree.path.pushing(path)
      guard let root = root(of: tree), let status = try? fileSystem.status(of: path, in: root.raw),
        !isExplained(OutputHints.Hint(tree: tree, path: path, due: now), in: root),
        !((try? ledger.isOnItsWay(at: absolute)) ?? true)
      else { continue }
      let same = candidates(for: status)
      guard !same.isEmpty || bySize[status.size] != nil else { continue }
      requests.append(StrayReader.Request(tree: tree.path, path: path, pictures: same.map(sought)))
    }
    if !requests.isEmpty { return read(requests) }
    guard outputs.found.isEmpty else { return pumpSoon() }
    for picture in outputs.sought.values where outputs.lost.count < OutputHints.lostLimit {
      outputs.lost[picture.fingerprint.inode] = picture
    }
    outputs.sought = [:]
    if let next { outputs.comparison = .pictures(after: next) } else { endComparison() }
    pumpSoon()
  }

  private func endComparison() {
    outputs.comparison = nil
    // A tenth of the time at most goes into searches.
    if let began = outputs.searchBegan { outputs.searchPause = (now - began) * 9 }
    outputs.searchBegan = nil
  }
}
