import SystemPackage
import WinnowCore
import WinnowFiles
import WinnowLedger

/// From files that people moved to what the ledger says of them.
extension SortingPipeline {
  /// inotify does not say who moved a file.
  static let unknownPerson = "somebody"

  /// Reads files that may be pictures of the ledger, and records what people did with them.
  func read(_ requests: [StrayReader.Request]) {
    outputs.inHand += 1
    strayReader.read(requests) { [self] readings in
      outputs.inHand -= 1
      guard !isStopping else { return }
      var strays: [Stray] = []
      for reading in readings {
        switch reading {
        case .stray(let stray): strays.append(stray)
        case .nothing: break
        case .unreadable(let request, let fault):
          let error = fault.about("\(Place(root: request.tree, relative: request.path))")
          journal(
            JournalLine(
              .warning, "\(error.sentence); it may be a picture that somebody moved, and nobody can tell",
              code: error.code.rawValue, file: request.tree.pushing(request.path).escaped))
        }
      }
      record(judge(strays))
      pump()
    }
  }

  private func judge(_ strays: [Stray]) -> [RecognisedMove] {
    // What is asked of the ledger now, since a move of our own may have come between.
    var pictures: [Int64: SoughtPicture] = [:]
    for stray in strays {
      var known = self.pictures(inode: stray.fingerprint.inode, born: stray.fingerprint.born)
      if let digest = stray.digest { known += (try? ledger.pictures(digest: digest)) ?? [] }
      for known in known where pictures[known.record.id] == nil { pictures[known.record.id] = sought(known) }
    }
    let fileSystem = fileSystem
    return CorrectionPolicy.judge(
      strays, pictures.values.sorted { $0.record.id < $1.record.id },
      CorrectionPolicy.Surroundings(layouts: watchedInboxes.map(layout)) { folder in
        try? Root(opening: folder, on: fileSystem).status.born
      })
  }

  func layout(of inbox: Inbox) -> OutputLayout {
    let settings = inbox.settings
    let labels = (try? resolveModel(settings.model).labels) ?? []
    return OutputLayout(
      inbox: inbox.name, output: settings.output, review: settings.review, quarantine: settings.quarantine,
      none: settings.none, template: settings.policy.template, labels: Set(labels), classNames: inbox.classNames)
  }

  // MARK: - Effects

  private func record(_ moves: [RecognisedMove]) {
    var renamed: [ClassRenaming: Bool] = [:]
    for move in moves {
      if case .followed(let renaming) = move.meaning {
        if renamed[renaming] == nil { renamed[renaming] = rename(renaming) }
        guard renamed[renaming] == true else { continue }
      }
      note(move)
    }
  }

  /// - Returns: whether it is durable.
  private func rename(_ renaming: ClassRenaming) -> Bool {
    guard let inbox = watchedInboxes.first(where: { $0.name == renaming.inbox }) else { return false }
    let template = inbox.settings.policy.template
    let label =
      inbox.classNames.first { $0.value == renaming.from }?.key
      ?? (try? resolveModel(inbox.settings.model).labels)?.first { template.shown($0) == renaming.from }
    // A class that people made has no other name anywhere.
    if let label, inbox.classNames[label] != renaming.to {
      do throws(WinnowError) {
        try ledger.name(label, as: renaming.to, inbox: renaming.inbox)
      } catch {
        journal(JournalLine(.warning, error.description, code: error.code.rawValue, inbox: renaming.inbox))
        lookAgainLater()
        return false
      }
      inbox.classNames[label] = renaming.to
    }
    journal(
      JournalLine(
        .notice, "the class \(renaming.from) is called \(renaming.to) from now on: its folder was renamed",
        inbox: renaming.inbox))
    return true
  }

  private func note(_ move: RecognisedMove) {
    var picture = move.known.picture.record
    let stray = move.known.stray
    let before = picture.place
    guard let place = place(of: stray.place.absolute, for: picture.inbox) else { return }
    outputs.sought[picture.id] = nil
    outputs.lost[picture.fingerprint.inode] = nil
    picture.time = time(of: stray, since: picture)
    picture.place = place
    picture.fingerprint = stray.fingerprint
    picture.digest = picture.digest ?? stray.digest
    let label: LabelChange
    let outcome: HistoryOutcome
    switch picture.companionOf == nil ? move.meaning : .kept {
    case .corrected(let given):
      (outcome, label) = (.corrected, .set(given))
      picture.reason = "\(given), says a person who moved it here"
    case .putBack(let given):
      (outcome, label) = (.sorted, .set(given))
      picture.reason = "\(given), as Winnow had it: a person put it back"
    case .toReview:
      (outcome, label) = (.review, .clear)
      picture.reason = "a person put it into review"
    case .followed(let renaming):
      outcome = picture.state.outcome
      label = move.known.picture.label == renaming.from ? .set(renaming.to) : .keep
      picture.reason = "the folder of its class \(renaming.from) was renamed to \(renaming.to)"
    case .kept:
      outcome = isQuarantine(place) ? .quarantined : picture.state.outcome
      label = .keep
      picture.reason = "a person moved it"
    }
    let note = PictureNote(
      picture: picture, outcome: outcome, by: Self.unknownPerson, run: daemonRun, label: label)
    outputs.inHand += 1
    moves.enqueue(
      MoveStage.Item(
        kind: .note(note),
        completion: { [self] ending in
          outputs.inHand -= 1
          switch ending {
          case .noted(let note):
            var event = Self.event(of: note)
            event.from = before
            event.to = note.picture.place
            tell(.picture(event))
          default: lookAgainLater()
          }
          if outputs.inHand == 0 {
            checkPromises()
            pump()
          }
        }))
  }

  /// When a person moved it, as far as the file tells; else now.
  private func time(of stray: Stray, since picture: PictureRecord) -> Timestamp {
    let now = Timestamp.now()
    let isRenamed = stray.fingerprint.isSameFile(as: picture.fingerprint)
    return isRenamed && stray.changed > picture.time && stray.changed <= now ? stray.changed : now
  }

  private func place(of path: FilePath, for name: String) -> Place? {
    let inboxes = watchedInboxes.filter { $0.name == name } + watchedInboxes.filter { $0.name != name }
    for inbox in inboxes {
      if let place = OutputLayout.place(of: path, in: Array(inbox.settings.roots.dropFirst())) { return place }
    }
    return nil
  }

  private func isQuarantine(_ place: Place) -> Bool { watchedInboxes.contains { $0.settings.quarantine == place.root } }

  /// The ledger cannot be written now: the trees are compared with it in a while.
  private func lookAgainLater() {
    let next = now + .seconds(30)
    outputs.nextPoll = min(outputs.nextPoll ?? next, next)
  }
}
