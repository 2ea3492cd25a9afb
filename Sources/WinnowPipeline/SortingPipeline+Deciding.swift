import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowSupervision
import WinnowWire

/// From the worker's answer to a move or a note.
extension SortingPipeline {
  func offer(
    _ settled: SettledPicture, _ descriptor: consuming OwnedDescriptor, in inbox: Inbox, model: ServedModel
  ) {
    inbox.inHand += 1
    inbox.inWorker += 1
    let key = inbox.key
    let id = nextJob
    nextJob += 1
    pool.submit(
      ClassifyJob(
        id: id, model: model.version, descriptor: descriptor, displayName: settled.place.description,
        byteCount: settled.status.size,
        completion: { [weak self] outcome in
          guard let self else { return }
          self.handBack(key)
          guard let inbox = self.inboxes.first(where: { $0.key == key }) else { return }
          inbox.inWorker -= 1
          self.answered(outcome, settled, in: inbox, model: model)
          self.pump()
        }))
  }

  private func answered(
    _ outcome: ClassifyOutcome, _ settled: SettledPicture, in inbox: Inbox, model: ServedModel
  ) {
    let path = settled.place.relative
    switch outcome {
    case .classified(let facts, let scores, _, let familiarity):
      readable(path, in: inbox)
      let prediction = Prediction(
        model: model.version, top: model.top(scores), picture: facts, familiarity: familiarity.map(Double.init))
      if let lead = lateLead(of: settled, facts, in: inbox) { return follow(lead, settled, in: inbox, facts: facts) }
      if facts.format == "raw" { rememberLoneRaws(in: inbox) }
      collect(
        ClassifiedPicture(settled: settled, prediction: prediction, leastFamiliarity: model.leastFamiliarity),
        in: inbox)
    case .refused(let refusal, let digest):
      if refusal.kind != .unreadable { readable(path, in: inbox) }
      if refusal.kind == .truncated && !settled.isLastTry {
        inbox.tracker.incomplete(path, at: now)
      } else {
        carryOut(inbox.policy.decide(refusal), settled, in: inbox, digest: digest, prediction: nil)
      }
    // The pool sees to it that an answer fits its task.
    case .looked, .cropped: inbox.tracker.postponed(path, for: .seconds(2), at: now)
    case .postponed(let error):
      inbox.tracker.postponed(path, for: .seconds(2), at: now)
      if error.code != .workerStopping && error.code != .workerUnavailable {
        journal(JournalLine(.warning, error.description, code: error.code.rawValue, inbox: inbox.name))
      }
    }
  }

  func destinationFacts(
    of settled: SettledPicture, _ facts: PictureFacts, in inbox: Inbox
  ) -> DestinationTemplate.Facts {
    DestinationTemplate.Facts(
      inbox: inbox.name, subfolder: settled.place.relative.removingLastComponent(), camera: facts.camera,
      taken: facts.captureTime ?? settled.status.modified, name: settled.place.name)
  }

  func carryOut(
    _ decision: Decision, _ settled: SettledPicture, in inbox: Inbox, digest: ContentDigest?, prediction: Prediction?
  ) {
    let known = (try? ledger.picture(at: settled.place.absolute)).flatMap { $0 }
    let isSame = known.map { $0.record.fingerprint.inode == settled.fingerprint.inode } ?? false
    var picture = PictureRecord(
      id: isSame ? known?.record.id ?? ledger.nextPictureID() : ledger.nextPictureID(), inbox: inbox.name,
      place: settled.place, state: .left, fingerprint: settled.fingerprint, reason: "", digest: digest,
      facts: prediction?.picture, top: prediction?.top ?? [], model: prediction?.model, time: Timestamp.now())
    if case .once(let run) = inbox.purpose, run.isDryRun { return plan(decision, picture, settled, run, in: inbox) }
    switch decision {
    case .leave(let reason):
      picture.reason = reason
      enqueueNote(picture, .left, settled, in: inbox)
    case .retry(let reason):
      picture.reason = reason
      inbox.retrying.plan(at: now)
      unreadable(settled.place, reason, in: inbox)
      enqueueNote(picture, .failed, settled, in: inbox)
    case .move(let area, let folder, let outcome, let reason):
      var destination = Place(root: inbox.settings.root(of: area), relative: folder)
      var reason = reason
      if area == .output, inbox.settings.duplicates != .keep, let digest,
        let twin = duplicate(of: digest, in: destination)
      {
        reason = "the same bytes as \(twin.escaped)"
        guard inbox.settings.duplicates == .separate else {
          picture.reason = reason
          return enqueueNote(picture, .left, settled, in: inbox)
        }
        destination.relative = FilePath("_duplicates").pushing(folder)
      }
      picture.reason = reason
      let action = inbox.settings.action
      if action.placesMark, outcome != .sorted { return enqueueNote(picture, outcome, settled, in: inbox) }
      if action == .tag, let obstacle = obstacle(toTagging: settled.place) {
        picture.reason = obstacle
        return enqueueNote(picture, .left, settled, in: inbox)
      }
      let place =
        action == .tag ? Self.sidecar(of: settled.place) : destination.appending(name: settled.place.name)
      if let placed = placedBeforeLoss(settled, at: place, by: action) {
        picture.reason = "it was placed at \(placed) before the ledger was lost"
        return enqueueNote(picture, .left, settled, in: inbox)
      }
      if inbox.settings.isShadow {
        let plan = ShadowPlan(destination: place, outcome: outcome, reason: reason)
        picture.reason = "shadow mode: would go to \(destination): \(reason)"
        return enqueueNote(picture, .left, settled, in: inbox, plan: plan)
      }
      let intent = MoveIntent(
        id: ledger.nextIntentID(), picture: picture.id, run: inbox.run, source: settled.place, destination: place,
        fingerprint: settled.fingerprint, digest: digest, outcome: outcome, reason: reason, begun: Timestamp.now(),
        by: inbox.by, numbersTakenNames: action != .tag, placeholder: inbox.settings.placeholder, action: action,
        twin: action == .move ? nil : ledger.nextPictureID(), rights: inbox.settings.rights(at: destination))
      let marker = digest.map { DigestInFolder(digest: $0, folder: destination) }
      if let marker { digestsInHand.insert(marker) }
      var move = MoveStage.PlannedMove(picture: picture, intent: intent, statusChanged: settled.status.changed)
      if action == .tag { move.sidecar = sidecarContents(of: picture, label: nil) }
      let isGroup = inbox.meetsCompanions && !action.placesMark
      enqueue(
        isGroup ? .group(move, companions: companions(of: settled, with: move, in: inbox)) : .move(move),
        settled, in: inbox, marker: marker)
    }
  }

  /// Tells what would be done.
  private func plan(
    _ decision: Decision, _ picture: PictureRecord, _ settled: SettledPicture, _ run: SortRun, in inbox: Inbox
  ) {
    switch decision {
    case .leave(let reason): tell(picture, settled, to: nil, .left, reason, run, in: inbox)
    case .retry(let reason): tell(picture, settled, to: nil, .failed, reason, run, in: inbox)
    case .move(let area, let folder, let outcome, let reason):
      let place = Place(root: inbox.settings.root(of: area), relative: folder).appending(name: settled.place.name)
      tell(picture, settled, to: place, outcome, reason, run, in: inbox)
    }
  }

  /// Tells of one picture of a dry run, and of what goes with it.
  func tell(
    _ picture: PictureRecord, _ settled: SettledPicture, to place: Place?, _ outcome: HistoryOutcome, _ reason: String,
    _ run: SortRun, in inbox: Inbox
  ) {
    let event = PictureEvent(
      time: picture.time, picture: picture.id, inbox: inbox.name, from: settled.place, to: place, outcome: outcome,
      reason: reason, best: picture.top.first, model: picture.model, digest: picture.digest, run: inbox.run,
      by: inbox.by)
    run.plan(event)
    for companion in settled.companions where event.to != nil {
      var event = event
      event.from = companion.place
      event.to = event.to?.folder.appending(name: companion.place.name)
      event.reason = Self.companyReason(settled.place)
      event.best = nil
      run.plan(event)
    }
    inbox.tracker.finished(settled.place.relative, at: now)
    run.count(event.outcome)
  }

  func enqueueNote(
    _ picture: PictureRecord, _ outcome: HistoryOutcome, _ settled: SettledPicture, in inbox: Inbox,
    plan: ShadowPlan? = nil
  ) {
    var picture = picture
    picture.state = outcome.state
    enqueue(
      .note(PictureNote(picture: picture, outcome: outcome, by: inbox.by, run: inbox.run, plan: plan)), settled,
      in: inbox, marker: nil)
  }

  func enqueue(
    _ kind: MoveStage.Item.Kind, _ settled: SettledPicture, in inbox: Inbox, marker: DigestInFolder?
  ) {
    inbox.inHand += 1
    let key = inbox.key
    var places = settled.companions.map(\.place)
    // A sidecar appears in the inbox itself.
    if case .move(let move) = kind, move.intent.action == .tag { places.append(move.intent.destination) }
    placesInHand.formUnion(places)
    moves.enqueue(
      MoveStage.Item(
        kind: kind,
        completion: { [self, places] ending in
          handBack(key)
          placesInHand.subtract(places)
          if let marker { digestsInHand.remove(marker) }
          noted(ending, path: settled.place.relative, key: key)
        }))
  }

  /// Where the same bytes lie in the class folder already, or are on their way to it.
  private func duplicate(of digest: ContentDigest, in folder: Place) -> FilePath? {
    if digestsInHand.contains(DigestInFolder(digest: digest, folder: folder)) { return folder.absolute }
    let twins = (try? ledger.pictures(digest: digest, inFolder: folder.absolute)) ?? []
    return twins.first { twin in
      guard let root = try? Root(opening: twin.place.root, on: fileSystem),
        let status = try? fileSystem.status(of: twin.place.relative, in: root.raw)
      else { return false }
      return status.hasContentMarks(of: twin.fingerprint)
    }?.place.absolute
  }
}
