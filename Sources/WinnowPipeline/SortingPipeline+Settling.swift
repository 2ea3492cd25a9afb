import Glibc
import SystemPackage
import WinnowCore
import WinnowEvaluation
import WinnowFiles
import WinnowLedger
import WinnowSupervision

/// From what is due to what is offered to the worker.
extension SortingPipeline {
  /// How many pictures of one inbox are on their way at most, from the offer to the durable outcome; chosen so that
  /// worker and mover always have a batch waiting.
  private static let mostInHand = 192

  func roomToOffer(_ inbox: Inbox, at now: ContinuousClock.Instant) -> Int {
    guard !isPaused(inbox), rest(of: inbox) == nil, inbox.here != nil, !ledgerIsDown, !isCancelled(inbox) else {
      return 0
    }
    return min(Self.mostInHand, inbox.gate.room(at: now)) - inbox.inHand
  }

  private var ledgerIsDown: Bool { board.holds(.ledgerFault) && ledgerRetry.deadline != nil }

  private func isCancelled(_ inbox: Inbox) -> Bool {
    if case .once(let run) = inbox.purpose { run.isCancelled } else { false }
  }

  /// How many files are looked at before other work gets a turn; chosen.
  private static let settleSlice = 32

  /// Looks at the files whose time has come, as far as there is room for them.
  func settle(_ inbox: Inbox, at now: ContinuousClock.Instant) {
    inbox.waitsForWorker = false
    if let hold = inbox.holdUntil, hold > now { return }
    inbox.holdUntil = nil
    guard let deadline = inbox.tracker.nextDeadline, deadline <= now else { return }
    lookAtPower(at: now)
    let room = roomToOffer(inbox, at: now)
    guard room > 0, let root = root(of: inbox), let model = model(of: inbox) else { return }
    for path in inbox.tracker.due(at: now, limit: min(room, Self.settleSlice)) {
      if pool.canAccept(model.version) {
        look(at: path, in: inbox, root: root, model: model, at: now)
      } else {
        inbox.tracker.putBack(path, at: now)
        inbox.waitsForWorker = true
      }
    }
    // More may be due than fitted into this slice.
    if !inbox.waitsForWorker, roomToOffer(inbox, at: now) > 0, let deadline = inbox.tracker.nextDeadline,
      deadline <= now
    {
      pumpSoon()
    }
  }

  private func model(of inbox: Inbox) -> ServedModel? {
    do throws(WinnowError) {
      let model = try resolveModel(inbox.settings.model)
      clear(.modelMissing, subject: inbox.name)
      if let error = inbox.settings.promisedError { promise(error, by: model, in: inbox) }
      return model
    } catch {
      raise(
        HealthCondition(
          .modelMissing, subject: inbox.name,
          "the inbox \(inbox.name) waits for its model \(inbox.settings.model): \(error.message)",
          remedy: error.remedy ?? "import or train it, or choose another with `model:`"))
      inbox.holdUntil = now + .seconds(30)
      return nil
    }
  }

  /// Finds the threshold that keeps a promise, from what the model said of pictures that it was not taught.
  private func promise(_ error: Double, by model: ServedModel, in inbox: Inbox) {
    guard inbox.promisedBy != model.version else { return }
    inbox.promisedBy = model.version
    inbox.promise = model.acceptance.flatMap { PromisedThreshold(error: error, $0) }
    guard inbox.promise == nil else {
      checkPromises()
      return clear(.thresholdMissing, subject: inbox.name)
    }
    let needed = PromisedThreshold.needed(error: error)
    let known =
      model.acceptance.map {
        "it takes \(needed) pictures without an error, and its surest ones of \($0.count) have some"
      } ?? "nobody knows what it says of pictures that it was not taught"
    raise(
      HealthCondition(
        .thresholdMissing, subject: inbox.name,
        "\(model.version) cannot promise at most \(RoutingPolicy.percent(error)) errors, so all pictures of "
          + "\(inbox.name) go to review: \(known)",
        remedy: "train it with more pictures, allow more errors, or give a number as `threshold:`", degrades: false))
  }

  private func look(
    at path: FilePath, in inbox: Inbox, root: Root, model: ServedModel, at now: ContinuousClock.Instant
  ) {
    let place = inbox.place(of: path)
    if placesInHand.contains(place) || placesUnresolved.contains(place) {
      // A move is about to fill or empty this very place; its outcome tells what lies here.
      return inbox.tracker.putBack(path, at: now + .milliseconds(200))
    }
    do throws(SystemFault) {
      let file = OwnedDescriptor(try fileSystem.openFile(path, in: root.raw))
      let status = try fileSystem.status(of: file.raw)
      if isHandled(place, status) { return forget(path, in: inbox, at: now) }
      let marks = ContentMarks(size: status.size, modified: status.modified)
      let isBusy = fileSystem.writerState(of: file.raw) == .open
      switch inbox.tracker.looked(at: path, .file(marks, busy: isBusy), at: now) {
      case .forget: return
      case .wait(let busySince):
        if busySince != nil { reportBusy(place, in: inbox) }
      case .offer(let last):
        clear(.fileBusy, subject: inbox.name)
        if let known = takenBackBeforeLoss(status) { return hold(known, at: place, status, in: inbox, path: path) }
        var settled = SettledPicture(
          place: place, status: status, fingerprint: status.fingerprint(handle: fileSystem.handle(of: file.raw)),
          isLastTry: last)
        switch company(of: settled, in: inbox, root: root, at: now) {
        case .decide(let companions): settled.companions = companions
        case .hold(let pause): return inbox.tracker.hold(path, for: pause, at: now)
        case .follow(let lead): return follow(lead, settled, in: inbox)
        case .stay(let reason): return note(place, status, .left, reason, in: inbox, path: path)
        case .planned: return inbox.tracker.finished(path, at: now)
        }
        // The worker gets a descriptor of its own, since a lease on one that it holds too would outlive ours.
        let picture = OwnedDescriptor(try fileSystem.openFile(path, in: root.raw))
        offer(settled, picture, in: inbox, model: model)
      }
    } catch {
      failedToLook(at: place, path, in: inbox, root: root, error, at: now)
    }
  }

  private func failedToLook(
    at place: Place, _ path: FilePath, in inbox: Inbox, root: Root, _ fault: SystemFault,
    at now: ContinuousClock.Instant
  ) {
    if fault.errno == SystemFault.irregularFileErrno, let status = try? fileSystem.status(of: path, in: root.raw) {
      guard status.kind != .folder else { return forget(path, in: inbox, at: now) }
      let what: String =
        switch status.kind {
        case .symbolicLink: "a symbolic link"
        case .pipe: "a pipe"
        case .socket: "a socket"
        default: "a device"
        }
      note(place, status, .left, "\(what), which Winnow neither follows nor opens", in: inbox, path: path)
    } else if fault.isMissing {
      wentAway(place, path, in: inbox, at: now)
    } else if let status = try? fileSystem.status(of: path, in: root.raw) {
      let error = fault.about("\(place)")
      // What lacks a right is a matter between a file and its owner.
      if fault.errno != EACCES && fault.errno != EPERM { unreadable(place, fault.reason, in: inbox) }
      note(place, status, .failed, error.sentence, in: inbox, path: path)
      inbox.retrying.plan(at: now)
    } else {
      // Its folder was closed meanwhile.
      forget(path, in: inbox, at: now)
      report(fault, reading: path.removingLastComponent(), of: inbox)
    }
  }

  /// A file that is gone. One that the ledger has as waiting gets a last row.
  private func wentAway(_ place: Place, _ path: FilePath, in inbox: Inbox, at now: ContinuousClock.Instant) {
    forget(path, in: inbox, at: now)
    readable(path, in: inbox)
    guard let known = try? ledger.picture(at: place.absolute), known.record.state == .failed else { return }
    try? ledger.retire(pictures: [known.record.id])
  }

  /// The bytes of a file cannot be read: a condition names the latest, until all of them could be or are gone.
  func unreadable(_ place: Place, _ reason: String, in inbox: Inbox) {
    // As many as settle at once; chosen.
    if inbox.unreadable.count < 4096 { inbox.unreadable.insert(place.relative) }
    raise(
      HealthCondition(
        .pictureUnreadable, subject: inbox.name,
        "\(inbox.unreadable.count == 1 ? "a file" : "\(inbox.unreadable.count) files") cannot be read, the latest "
          + "\(place): \(reason)",
        remedy: "check the disk or the share; Winnow tries again by itself", degrades: false))
  }

  func readable(_ path: FilePath, in inbox: Inbox) {
    guard inbox.unreadable.remove(path) != nil, inbox.unreadable.isEmpty else { return }
    clear(.pictureUnreadable, subject: inbox.name)
  }

  func forget(_ path: FilePath, in inbox: Inbox, at now: ContinuousClock.Instant) {
    _ = inbox.tracker.looked(at: path, .nothing, at: now)
  }

  private func reportBusy(_ place: Place, in inbox: Inbox) {
    raise(
      HealthCondition(
        .fileBusy, subject: inbox.name, "\(place) has been open for writing for a long time",
        remedy: "close the program that writes it; it is sorted once it is closed", degrades: false))
  }

  /// Whether the ledger says that this very file was handled and is to be left alone.
  func isHandled(_ place: Place, _ status: FileStatus) -> Bool {
    guard let known = try? ledger.picture(at: place.absolute), !known.isReleased, known.isDecided else { return false }
    let fingerprint = known.record.fingerprint
    guard status.mayBe(fingerprint), status.hasContentMarks(of: fingerprint) else { return false }
    switch known.record.state {
    case .held, .left, .corrected, .review, .quarantined, .sorted: return true
    case .failed: return false
    }
  }

  /// Writes a row about a file that stays where it is.
  private func note(
    _ place: Place, _ status: FileStatus, _ outcome: HistoryOutcome, _ reason: String, in inbox: Inbox, path: FilePath
  ) {
    let known = try? ledger.picture(at: place.absolute)
    let isSame = known.map { $0.record.fingerprint.inode == status.inode } ?? false
    let picture = PictureRecord(
      id: isSame ? known?.record.id ?? ledger.nextPictureID() : ledger.nextPictureID(), inbox: inbox.name, place: place,
      state: outcome.state, fingerprint: status.fingerprint(handle: []), reason: reason, digest: nil, facts: nil,
      top: [], model: nil, time: Timestamp.now())
    note(picture, outcome, in: inbox, path: path)
  }

  /// Leaves a picture alone as after an undo.
  private func hold(
    _ known: PictureRecord, at place: Place, _ status: FileStatus, in inbox: Inbox, path: FilePath
  ) {
    var picture = known
    picture.inbox = inbox.name
    picture.place = place
    picture.state = .held
    picture.fingerprint = status.fingerprint(handle: [])
    picture.reason = "it was in the inbox when the ledger lost what had happened: left alone, as after an undo"
    picture.time = Timestamp.now()
    note(picture, .undone, in: inbox, path: path)
  }

  private func note(_ picture: PictureRecord, _ outcome: HistoryOutcome, in inbox: Inbox, path: FilePath) {
    inbox.inHand += 1
    inbox.tracker.take(path)
    let key = inbox.key
    moves.enqueue(
      MoveStage.Item(
        kind: .note(PictureNote(picture: picture, outcome: outcome, by: inbox.by, run: inbox.run)),
        completion: { [self] in
          handBack(key)
          noted($0, path: path, key: key)
        }))
  }

  func handBack(_ key: Int) {
    if let inbox = inboxes.first(where: { $0.key == key }) { inbox.inHand -= 1 }
  }
}

/// A file that is whole, as far as can be told without reading it.
struct SettledPicture: Sendable {
  var place: Place
  var status: FileStatus
  var fingerprint: FileFingerprint
  /// If it ends early now, it counts as truncated for good.
  var isLastTry: Bool
  /// What goes with it.
  var companions: [SettledCompanion] = []
}

/// A companion as it was when its picture was offered.
struct SettledCompanion: Sendable {
  var place: Place
  var fingerprint: FileFingerprint
}
