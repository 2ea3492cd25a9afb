import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// From what became durable to whoever has to know.
extension SortingPipeline {
  /// An item of the mover has ended. `path` is the tracked file it was about.
  func noted(_ ending: MoveStage.Ending, path: FilePath?, key: Int) {
    let inbox = inboxes.first { $0.key == key }
    switch ending {
    case .moved(let outcome, let picture, let companions):
      moved(outcome, picture, path: path, in: inbox)
      for companion in companions { noted(companion: companion, in: inbox) }
    case .noted(let note):
      finish(path, in: inbox)
      count(note.outcome, in: inbox)
      tell(.picture(Self.event(of: note)))
    case .postponed:
      if let path { inbox?.tracker.postponed(path, for: .seconds(1), at: now) }
    case .unresolved(let intent, let error):
      finish(path, in: inbox)
      placesUnresolved.formUnion(Self.places(of: [(intent, error)]))
      report(unresolved: [(intent, error)])
    }
    pump()
  }

  /// What went with a picture has arrived, or comes later.
  private func noted(companion ending: MoveStage.Ending, in inbox: Inbox?) {
    switch ending {
    case .moved(let outcome, let picture, _):
      if case .arrived = outcome.result {
        inbox?.decisions.count(at: now)
        tell(.picture(Self.event(of: outcome, picture)))
      } else if let inbox, outcome.intent.source.root == inbox.settings.path {
        _ = inbox.tracker.observe(.changed(outcome.intent.source.relative), at: now)
      }
    case .unresolved(let intent, let error):
      placesUnresolved.formUnion(Self.places(of: [(intent, error)]))
      report(unresolved: [(intent, error)])
    case .noted, .postponed: break
    }
  }

  private func moved(_ outcome: MoveOutcome, _ picture: PictureRecord, path: FilePath?, in inbox: Inbox?) {
    switch outcome.result {
    case .arrived:
      inbox?.gate.success()
      inbox?.retrying.reset()
      if let inbox {
        clear(.outputFault, subject: inbox.name)
        if (try? ledger.counts()[inbox.name]?[.failed]) ?? 0 > 0 { inbox.retrying.plan(at: now) }
      }
      finish(path, in: inbox)
      count(outcome.intent.outcome, in: inbox)
      tell(.picture(Self.event(of: outcome, picture)))
    case .abandoned(let error, .startAnew):
      finish(path, in: inbox)
      // Whatever lies there now is looked at like any arrival.
      if let path, let inbox { _ = inbox.tracker.observe(.changed(path), at: now) }
      journal(
        JournalLine(
          .notice, error.message, code: error.code.rawValue, inbox: picture.inbox, file: picture.place.description))
    case .abandoned(let error, .wait):
      finish(path, in: inbox)
      guard let inbox else { return }
      count(.failed, in: inbox)
      inbox.retrying.plan(at: now)
      if Self.concernsAll(error) { inbox.gate.fault(at: now) }
      raise(
        HealthCondition(
          .outputFault, subject: inbox.name, error.message, remedy: error.remedy ?? "Winnow tries again by itself"))
    case .abandoned(_, .refuse):
      finish(path, in: inbox)
    }
  }

  /// Whether a fault stands in the way of every picture of the inbox, rather than of one.
  private static func concernsAll(_ error: WinnowError) -> Bool {
    [.diskFull, .readOnly, .mountAway, .cannotMoveSafely, .actionUnsupported].contains(error.code)
  }

  private func count(_ outcome: HistoryOutcome, in inbox: Inbox?) {
    if outcome != .failed { inbox?.decisions.count(at: now) }
    if case .once(let run) = inbox?.purpose { run.count(outcome) }
  }

  private func finish(_ path: FilePath?, in inbox: Inbox?) {
    guard let path, let inbox else { return }
    inbox.tracker.finished(path, at: now)
  }

  static func event(of outcome: MoveOutcome, _ picture: PictureRecord) -> PictureEvent {
    let intent = outcome.intent
    return PictureEvent(
      time: outcome.time, picture: picture.id, inbox: picture.inbox, from: intent.source, to: intent.destination,
      outcome: intent.outcome, reason: intent.reason, best: picture.top.first, model: picture.model,
      digest: intent.digest, run: intent.run, by: intent.by, label: intent.label)
  }

  static func event(of note: PictureNote) -> PictureEvent {
    PictureEvent(
      time: note.picture.time, picture: note.picture.id, inbox: note.picture.inbox, from: note.picture.place, to: nil,
      outcome: note.outcome, reason: note.picture.reason, best: note.picture.top.first, model: note.picture.model,
      digest: note.picture.digest, run: note.run, by: note.by, label: note.label.given)
  }
}
