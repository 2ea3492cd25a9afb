import Dispatch
import Glibc
import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// A walk through the trees for pictures that a mended or restored ledger does not have.
struct Adoption {
  /// What came to its place before that was there before the ledger, or is in it.
  let since: Timestamp
  /// Trees that are still to be walked: of inboxes for our own hidden files alone.
  var trees: [(path: FilePath, isInbox: Bool)]
  var walk: (root: Root, scan: FolderScan, isInbox: Bool)? = nil
  /// Whether every tree could be walked so far.
  var isComplete: Bool
  var count = 0
  /// Hidden files of moves that the ledger may know nothing of any more.
  var leftovers: [FilePath] = []
  /// To be begun anew once it has ended.
  var isWantedAgain = false
}

/// From files in the output trees to rows of a ledger that lost them. Nothing is moved.
extension SortingPipeline {
  /// How many files are looked at before other work gets a turn; chosen.
  private static let adoptionSlice = 128
  private static let adoptionPause = DispatchTimeInterval.seconds(30)
  /// So many hidden files are named; chosen.
  private static let leftoverLimit = 100

  /// Another file took the ledger's place while it was open. What is in memory is put into it again, moves that it has as
  /// open are brought to their ends, and what it lost is taken up.
  public func ledgerMended() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard isStarted, !isStopping else { return }
    try? remember(paused: paused)
    mounts.keepAgain()
    moves.recover { [self] settled, remaining in
      settledLater(settled, remaining)
      adopt()
    }
  }

  // MARK: - What an undo may have put back

  /// When the ledger last lost what had happened; nil where it never did.
  func timeOfLoss() -> Timestamp? {
    (((try? ledger.text(LedgerMending.lossKey)) ?? nil).flatMap { Int64($0) }).map { Timestamp(nanoseconds: $0) }
  }

  /// The picture, as the ledger has it, that Winnow placed and that has been back in an inbox since before the ledger lost
  /// what happened: an undo may have put it there. Nil for all others.
  func takenBackBeforeLoss(_ status: FileStatus) -> PictureRecord? {
    guard let lost, status.changed <= lost else { return nil }
    return pictures(inode: status.inode, born: status.born).map(\.record).first { $0.fingerprint.size == status.size }
  }

  // MARK: - What the trees tell

  /// Takes up what the ledger lost, if it says that it lost anything. What cannot be looked at now is taken up when a tree
  /// comes back, or at the next start.
  func adopt() {
    dispatchPrecondition(condition: .onQueue(queue))
    lost = timeOfLoss()
    guard adoption == nil else {
      adoption?.isWantedAgain = true
      return
    }
    guard let text = (try? ledger.text(LedgerMending.adoptionKey)) ?? nil, let time = Int64(text) else { return }
    let here = trees.filter { $0.here != nil }
    adoption = Adoption(
      since: Timestamp(nanoseconds: time),
      trees: watchedInboxes.filter { $0.here != nil }.map { ($0.settings.path, true) } + here.map { ($0.path, false) },
      isComplete: here.count == trees.count)
    adoptLater()
  }

  private func adoptLater() { queue.async { self.adoptSome() } }

  private func adoptSome() {
    guard !isStopping, adoption != nil else { return }
    guard let walk = adoption?.walk ?? nextWalk() else { return endAdoption() }
    adoption?.walk = walk
    var notes: [PictureNote] = []
    var isAtEnd = false
    for _ in 0..<Self.adoptionSlice {
      guard let entry = walk.scan.next() else {
        isAtEnd = true
        break
      }
      switch entry {
      case .file(let path):
        if HiddenName.isOurs(Self.name(of: path)) {
          if adoption?.leftovers.count ?? 0 < Self.leftoverLimit {
            adoption?.leftovers.append(walk.root.path.pushing(path))
          }
        } else if !walk.isInbox, let note = adopted(path, in: walk.root) {
          notes.append(note)
        }
      case .unreadable: adoption?.isComplete = false
      }
    }
    do throws(WinnowError) {
      try ledger.commit(LedgerBatch(notes: notes))
    } catch {
      // From the beginning: what is known by then is passed over.
      ledgerState(error)
      adoption = nil
      pump()
      queue.asyncAfter(deadline: .now() + Self.adoptionPause) { self.adopt() }
      return
    }
    for note in notes { tell(.picture(Self.event(of: note))) }
    adoption?.count += notes.count
    if isAtEnd { adoption?.walk = nil }
    adoptLater()
  }

  private func nextWalk() -> (root: Root, scan: FolderScan, isInbox: Bool)? {
    while let (path, isInbox) = adoption?.trees.popLast() {
      do throws(SystemFault) {
        let root = try Root(opening: path, on: fileSystem)
        let scan = try FolderScan(root: root, recursive: true) { $0.lastComponent?.string.first != "." }
        return (root, scan, isInbox)
      } catch {
        if !error.isMissing { adoption?.isComplete = false }
      }
    }
    return nil
  }

  /// The note that takes up a file; nil for what is no picture, what the ledger has, what is on its way, and what has
  /// been there for longer than the ledger.
  private func adopted(_ path: FilePath, in root: Root) -> PictureNote? {
    guard let adoption, !IgnoredNames().ignores(path),
      [.picture, .raw].contains(CompanionName.role(of: Self.name(of: path))),
      let file = try? OwnedDescriptor(fileSystem.openFile(path, in: root.raw)),
      let status = try? fileSystem.status(of: file.raw), status.kind == .regular,
      status.changed >= adoption.since, let fingerprint = try? fileSystem.fingerprint(of: file.raw)
    else { return nil }
    let absolute = root.path.pushing(path)
    guard isUnknown(absolute), pictures(inode: status.inode, born: status.born).isEmpty,
      let (inbox, place) = standing(at: absolute)
    else { return nil }
    let outcome: HistoryOutcome
    let found: String
    switch layout(of: inbox).standing(of: place) {
    case .inClass(let folder): (outcome, found) = (.sorted, folder.label)
    case .inReview: (outcome, found) = (.review, "review")
    case .inQuarantine: (outcome, found) = (.quarantined, "quarantine")
    case .unsorted: return nil
    }
    let picture = PictureRecord(
      id: ledger.nextPictureID(), inbox: inbox.name, place: place, state: outcome.state, fingerprint: fingerprint,
      reason: "found in \(found) when the ledger was rebuilt", digest: nil, facts: nil, top: [], model: nil,
      time: Timestamp.now())
    return PictureNote(picture: picture, outcome: outcome, by: Self.daemonName, run: daemonRun, isNews: false)
  }

  /// The inbox that a file in the output trees belongs to, and its place there.
  private func standing(at path: FilePath) -> (inbox: Inbox, place: Place)? {
    for inbox in watchedInboxes { if let place = layout(of: inbox).place(of: path) { return (inbox, place) } }
    return nil
  }

  /// Whether the ledger knows nothing of a file that is there: neither a picture nor a move that ends there. Asked in
  /// this order, since an intent goes in the commit in which its picture arrives.
  private func isUnknown(_ path: FilePath) -> Bool {
    do throws(WinnowError) {
      if try ledger.isOnItsWay(at: path) { return false }
      let known = try ledger.picture(at: path)
      return known == nil && !placesUnresolved.contains { $0.absolute == path }
    } catch {
      return false
    }
  }

  private static func name(of path: FilePath) -> [UInt8] {
    path.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
  }

  private func endAdoption() {
    guard let ended = adoption else { return }
    adoption = nil
    defer { pump() }
    if ended.count > 0 {
      journal(JournalLine(.notice, "took up \(ended.count) pictures in the output trees that the ledger did not have"))
    }
    tell(ofLeftovers: ended.leftovers)
    if ended.isWantedAgain { return adopt() }
    guard ended.isComplete else { return }
    do throws(WinnowError) {
      try ledger.set(LedgerMending.adoptionKey, to: nil)
    } catch {
      journal(JournalLine(.warning, error.description, code: error.code.rawValue))
    }
  }

  /// Names the hidden files of moves whose intents are lost. Each was a second copy of a picture, or a part of one;
  /// whether the other one is still whole nobody can tell any more, so that none is removed.
  private func tell(ofLeftovers files: [FilePath]) {
    guard !files.isEmpty, let intents = try? ledger.openIntents() else { return }
    let known = Set(intents.flatMap { [$0.temporaryName, $0.retiredName] }.compactMap(\.self))
    for file in files {
      guard !known.contains(Self.name(of: file)), file.withPlatformString({ access($0, F_OK) }) == 0 else { continue }
      journal(
        JournalLine(
          .warning,
          "\(file.escaped) is left of a move that the ledger lost; it is kept. Look at it, and remove it if the picture is "
            + "elsewhere", file: file.escaped))
    }
  }
}
