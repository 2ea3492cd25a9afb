import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// From a settled file to what it belongs with: a picture is decided about together with its RAW, its sidecars and its
/// film, which go where it goes.
extension SortingPipeline {
  /// What a file's name and what lies beside it ask for.
  enum Company {
    /// It speaks for itself and for these.
    case decide([SettledCompanion])
    /// Something it belongs with is on its way.
    case hold(for: Duration)
    /// Its picture was placed before.
    case follow(PictureRecord)
    case stay(reason: String)
    /// A dry run has told of it with its picture.
    case planned
  }

  /// How long a picture waits at once for a companion that settles; chosen.
  private static let companionPause: Duration = .milliseconds(500)
  /// Between looks for a picture that is there and not decided yet; chosen.
  private static let shortestHold: Duration = .seconds(1)
  private static let longestHold: Duration = .seconds(30)

  /// Takes note that an inbox has files that go with pictures.
  func meet(_ path: FilePath, in inbox: Inbox) {
    guard !inbox.meetsCompanions || !inbox.meetsDoubledRaws, let last = path.lastComponent else { return }
    let name = FilePath(root: nil, [last]).bytes
    let role = CompanionName.role(of: name)
    guard role == .raw || role == .sidecar else { return }
    inbox.meetsCompanions = true
    if CompanionName.isDoubledRaw(name) { inbox.meetsDoubledRaws = true }
  }

  func company(
    of settled: SettledPicture, in inbox: Inbox, root: Root, at now: ContinuousClock.Instant
  ) -> Company {
    guard inbox.meetsCompanions else { return .decide([]) }
    switch CompanionName.role(of: settled.place.name) {
    case .other: return .decide([])
    case .picture:
      let raws = CompanionName.raws(of: settled.place.name)
      if isInHand(raws, beside: settled.place, in: inbox) { return .hold(for: Self.shortestHold) }
      return gather(settled, in: inbox, root: root, at: now)
    case .raw, .sidecar:
      if let (lead, status) = lead(inSightOf: settled.place, in: inbox, root: root) {
        if isHandled(lead, status) {
          // The picture stayed, and a copy of it was placed: so it is with what comes late.
          if let copy = copy(of: lead) { return .follow(copy) }
          return .stay(reason: "it goes with \(lead.nameText), which stays here")
        }
        if case .once(let run) = inbox.purpose, run.isDryRun { return .planned }
        let held = inbox.tracker.heldTime(of: settled.place.relative, at: now) ?? .zero
        return .hold(for: min(max(held, Self.shortestHold), Self.longestHold))
      }
      if let pause = patience(with: settled, in: inbox, at: now) { return .hold(for: pause) }
      let isRaw = CompanionName.role(of: settled.place.name) == .raw
      let names =
        CompanionName.leads(of: settled.place.name) + (isRaw ? CompanionName.raws(of: settled.place.name) : [])
      if isInHand(names, beside: settled.place, in: inbox) { return .hold(for: Self.shortestHold) }
      if let lead = lead(placedFor: settled.place, names: names) { return .follow(lead) }
      if isRaw { return gather(settled, in: inbox, root: root, at: now) }
      return .stay(reason: "its picture is not here; it goes with it once that comes")
    }
  }

  /// How long a file may still wait for others of its group; nil when its time is over.
  private func patience(
    with settled: SettledPicture, in inbox: Inbox, at now: ContinuousClock.Instant
  ) -> Duration? {
    let held = inbox.tracker.heldTime(of: settled.place.relative, at: now) ?? .zero
    return held < inbox.settings.groupWait ? inbox.settings.groupWait - held : nil
  }

  /// What speaks for the group of a companion, where that lies beside it.
  private func lead(inSightOf place: Place, in inbox: Inbox, root: Root) -> (Place, FileStatus)? {
    for name in CompanionName.leads(of: place.name) where !inbox.settings.ignored.ignores(name: name) {
      let lead = place.folder.appending(name: name)
      if let status = try? fileSystem.status(of: lead.relative, in: root.raw), status.kind == .regular {
        return (TrueName(fileSystem: fileSystem, root: root).place(lead, status), status)
      }
    }
    return nil
  }

  /// What was placed for a picture that stays.
  private func copy(of original: Place) -> PictureRecord? {
    guard let known = (try? ledger.picture(at: original.absolute)).flatMap({ $0 }),
      let copy = known.record.companionOf.flatMap({ id in (try? ledger.picture(id: id)).flatMap { $0 } }),
      copy.record.companionOf == nil
    else { return nil }
    return copy.record
  }

  /// Whether a file of one of these names is being decided about, or on its way: what belongs to it waits to see where it
  /// goes, since the ledger has it at neither place.
  private func isInHand(_ names: [[UInt8]], beside place: Place, in inbox: Inbox) -> Bool {
    names.contains { name in
      let lead = place.folder.appending(name: name)
      return placesInHand.contains(lead) || placesUnresolved.contains(lead) || inbox.tracker.isOffered(lead.relative)
    }
  }

  /// The picture that a companion came too late for, where it still is. One that has such a companion already is
  /// another picture of the same name.
  func lead(placedFor place: Place, names: [[UInt8]]) -> PictureRecord? {
    guard let lead = (try? ledger.picture(movedFrom: place.folder.absolute, names: names)).flatMap({ $0 }),
      let root = try? Root(opening: lead.place.root, on: fileSystem),
      let status = try? fileSystem.status(of: lead.place.relative, in: root.raw), status.kind == .regular,
      status.inode == lead.fingerprint.inode
        || status.mayBe(lead.fingerprint) && status.hasContentMarks(of: lead.fingerprint),
      (try? fileSystem.statusIfPresent(of: companionPlace(place, beside: lead.place).relative, in: root.raw))
        == .some(nil)
    else { return nil }
    return lead
  }

  private func companionPlace(_ place: Place, beside lead: Place) -> Place {
    DurableMove.place(ofCompanion: place.name, beside: lead)
  }

  // MARK: - The picture that speaks

  /// What lies beside a picture and goes with it. While some of it settles, the picture waits, but not for long: what
  /// comes later follows.
  private func gather(
    _ settled: SettledPicture, in inbox: Inbox, root: Root, at now: ContinuousClock.Instant
  ) -> Company {
    var companions: [SettledCompanion] = []
    var isComplete = true
    let trueName = TrueName(fileSystem: fileSystem, root: root)
    // By inode: a name may answer to several spellings.
    var met: Set<UInt64> = [settled.status.inode]
    func look(_ names: [[UInt8]]) {
      for name in names where !inbox.settings.ignored.ignores(name: name) {
        let asked = settled.place.folder.appending(name: name)
        guard let status = try? fileSystem.status(of: asked.relative, in: root.raw), status.kind == .regular,
          met.insert(status.inode).inserted
        else { continue }
        let place = trueName.place(asked, status)
        if let companion = companion(at: place, status, in: inbox, root: root, at: now) {
          companions.append(companion)
        } else {
          isComplete = false
        }
      }
    }
    look(CompanionName.companions(of: settled.place.name))
    if inbox.meetsDoubledRaws { look(CompanionName.doubledRaws(of: settled.place.name)) }
    if !isComplete, let pause = patience(with: settled, in: inbox, at: now) {
      return .hold(for: min(pause, Self.companionPause))
    }
    return .decide(companions)
  }

  /// A companion that is settled: it waits for its picture, or was left for want of one.
  private func companion(
    at place: Place, _ status: FileStatus, in inbox: Inbox, root: Root, at now: ContinuousClock.Instant
  ) -> SettledCompanion? {
    if placesInHand.contains(place) || placesUnresolved.contains(place) { return nil }
    let isSettled = inbox.tracker.heldTime(of: place.relative, at: now) != nil || isHandled(place, status)
    guard isSettled else {
      let marks = ContentMarks(size: status.size, modified: status.modified)
      if !inbox.tracker.isTracking(place.relative) {
        if !inbox.tracker.observe(.found(place.relative, marks), at: now) { inbox.wantsScan = true }
      }
      return nil
    }
    guard let descriptor = try? fileSystem.openFile(place.relative, in: root.raw) else { return nil }
    let file = OwnedDescriptor(descriptor)
    guard let status = try? fileSystem.status(of: file.raw), fileSystem.writerState(of: file.raw) != .open
    else { return nil }
    return SettledCompanion(
      place: place, fingerprint: status.fingerprint(handle: fileSystem.handle(of: file.raw)))
  }

  // MARK: - Moving along

  static func companyReason(_ lead: Place) -> String { "goes with \(lead.nameText)" }

  /// The moves of what goes with a picture.
  func companions(
    of settled: SettledPicture, with lead: MoveStage.PlannedMove, in inbox: Inbox
  ) -> [MoveStage.PlannedMove] {
    settled.companions.map { companion in
      planned(
        companion.place, companion.fingerprint, beside: lead.intent.destination, of: lead.picture.id,
        outcome: lead.intent.outcome, reason: Self.companyReason(settled.place), lead: lead.intent.id, in: inbox)
    }
  }

  /// Moves a companion to where its picture was placed before it came.
  ///
  /// - Parameter facts: of a picture that follows a RAW.
  func follow(_ lead: PictureRecord, _ settled: SettledPicture, in inbox: Inbox, facts: PictureFacts? = nil) {
    var settled = settled
    // They follow by themselves.
    settled.companions = []
    var move = planned(
      settled.place, settled.fingerprint, beside: lead.place, of: lead.id,
      outcome: lead.state == .corrected ? .sorted : lead.state.outcome, reason: Self.companyReason(lead.place),
      lead: nil, in: inbox)
    move.picture.digest = facts?.digest
    move.picture.facts = facts
    move.intent.digest = facts?.digest
    move.statusChanged = facts.map { _ in settled.status.changed }
    if case .once(let run) = inbox.purpose, run.isDryRun {
      return tell(
        move.picture, settled, to: move.intent.destination, move.intent.outcome, move.intent.reason, run, in: inbox)
    }
    if inbox.settings.isShadow {
      let plan = ShadowPlan(
        destination: move.intent.destination, outcome: move.intent.outcome, reason: move.intent.reason)
      move.picture.reason = "shadow mode: would go to \(plan.destination.folder): \(plan.reason)"
      return enqueueNote(move.picture, .left, settled, in: inbox, plan: plan)
    }
    enqueue(.move(move), settled, in: inbox, marker: nil)
  }

  private func planned(
    _ place: Place, _ fingerprint: FileFingerprint, beside lead: Place, of picture: Int64, outcome: HistoryOutcome,
    reason: String, lead intent: Int64?, in inbox: Inbox
  ) -> MoveStage.PlannedMove {
    let known = (try? ledger.picture(at: place.absolute)).flatMap { $0 }
    let isSame = known.map { $0.record.fingerprint.inode == fingerprint.inode } ?? false
    let record = PictureRecord(
      id: isSame ? known?.record.id ?? ledger.nextPictureID() : ledger.nextPictureID(), inbox: inbox.name,
      place: place, state: .left, fingerprint: fingerprint, reason: reason, digest: nil, facts: nil, top: [],
      model: nil, time: Timestamp.now(), companionOf: picture)
    return MoveStage.PlannedMove(
      picture: record,
      intent: MoveIntent(
        id: ledger.nextIntentID(), picture: record.id, run: inbox.run, source: place,
        destination: companionPlace(place, beside: lead), fingerprint: fingerprint, digest: nil, outcome: outcome,
        reason: reason, begun: Timestamp.now(), by: inbox.by, numbersTakenNames: false,
        placeholder: inbox.settings.placeholder, action: inbox.settings.action,
        twin: inbox.settings.action == .move ? nil : ledger.nextPictureID(),
        rights: inbox.settings.rights(at: lead), lead: intent))
  }

  /// What lies beside a picture that a person decides about, as it is now: a sidecar may have been edited since.
  func companions(of order: OrderedMove) -> [OrderedMove] {
    let picture = order.picture
    guard !order.action.placesMark, let root = try? Root(opening: picture.place.root, on: fileSystem) else { return [] }
    return ((try? ledger.companions(of: picture.id)) ?? []).compactMap { companion in
      guard companion.place.folder == picture.place.folder else { return nil }
      return move(of: companion, with: order, root: root)
    }
  }

  /// What lies beside a picture that was left in its inbox.
  func companionsInSight(of order: OrderedMove) -> [OrderedMove] {
    let picture = order.picture
    guard !order.action.placesMark, let root = try? Root(opening: picture.place.root, on: fileSystem),
      inboxes.contains(where: { $0.name == picture.inbox && $0.meetsCompanions })
    else { return [] }
    let names = CompanionName.companions(of: picture.place.name) + CompanionName.doubledRaws(of: picture.place.name)
    return names.compactMap { name in
      let place = picture.place.folder.appending(name: name)
      guard let known = (try? ledger.picture(at: place.absolute)).flatMap({ $0 }), known.record.state == .left
      else { return nil }
      return move(of: known.record, with: order, root: root)
    }
  }

  private func move(of companion: PictureRecord, with lead: OrderedMove, root: Root) -> OrderedMove? {
    guard let descriptor = try? fileSystem.openFile(companion.place.relative, in: root.raw) else { return nil }
    let file = OwnedDescriptor(descriptor)
    guard let status = try? fileSystem.status(of: file.raw) else { return nil }
    var record = companion
    record.companionOf = lead.picture.id
    record.fingerprint = status.fingerprint(handle: fileSystem.handle(of: file.raw))
    return OrderedMove(
      picture: record, destination: companionPlace(companion.place, beside: lead.destination),
      outcome: lead.outcome, reason: Self.companyReason(lead.picture.place), undoes: nil, numbersTakenNames: true,
      action: lead.action)
  }
}
