import Dispatch
public import SystemPackage
public import WinnowCore
import WinnowFiles
import WinnowLedger

/// What a person decides about pictures.
public enum ReviewDecision: Sendable {
  /// Each goes to the best class the model saw.
  case accept([FilePath])
  /// The same for all that are in review, have a proposal and were not skipped.
  case allProposals
  /// Each goes to this class. Pictures that Winnow was sure of, or a person, can be meant too.
  case set([FilePath], label: String)
}

/// Pictures that wait for a person, and what the person says.
extension SortingPipeline {
  private static let reviewPage = 256

  /// Decides about pictures; all of it is one run. Calls `whenDone` on the pipeline's queue.
  ///
  /// - Parameter dryRun: tells what would be done and moves nothing.
  public func decideReview(
    _ decision: ReviewDecision, dryRun: Bool, by: String,
    whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    do throws(WinnowError) {
      let run = dryRun ? nil : try ledger.beginRun(kind: .review, by: by, at: Timestamp.now())
      switch decision {
      case .accept(let files): decide(files[...], label: nil, OrderedReport(run: run), by: by, whenDone: whenDone)
      case .set(let files, let label):
        decide(files[...], label: label, OrderedReport(run: run), by: by, whenDone: whenDone)
      case .allProposals: decideAll(after: 0, OrderedReport(run: run), by: by, whenDone: whenDone)
      }
    } catch {
      whenDone(.failure(error))
    }
  }

  private func decide(
    _ files: ArraySlice<FilePath>, label: String?, _ soFar: OrderedReport, by: String,
    whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    guard !files.isEmpty else { return end(soFar, whenDone: whenDone) }
    var report = soFar
    var orders: [OrderedMove] = []
    var confirmations = LedgerBatch()
    for file in files.prefix(Self.reviewPage) {
      do throws(WinnowError) {
        switch try reviewOrder(file, label: label, by: by) {
        case .move(var order):
          order.companions = companions(of: order)
          orders.append(order)
        case .confirm(let picture, let label):
          confirmations.notes.append(
            PictureNote(picture: picture, outcome: .sorted, by: by, run: soFar.run ?? 0, label: .set(label)))
        }
      } catch {
        report.add(refused: file, error.description)
      }
    }
    let rest = files.dropFirst(Self.reviewPage)
    guard let run = report.run else {
      for note in confirmations.notes {
        let file = note.picture.place.absolute
        report.add(done: file, to: file, label: note.label.given)
      }
      tellOnly(orders, &report)
      let report = report
      return queue.async { [self] in decide(rest, label: label, report, by: by, whenDone: whenDone) }
    }
    confirm(confirmations, &report)
    // A picture that has a mark gets another one, once that has gone.
    carryOut(orders.flatMap(\.replaced), run: run, by: by, rehash: false) { [self, report, orders] replaced in
      let kept = Set(replaced.refused.map(\.file))
      let orders = orders.filter { !kept.contains($0.picture.place.absolute) }
      carryOut(orders, run: run, by: by, rehash: false) { [self, report] ended in
        var report = report
        for refused in replaced.refused { report.add(refused: refused.file, refused.reason) }
        report.add(ended)
        decide(rest, label: label, report, by: by, whenDone: whenDone)
      }
    }
  }

  private func decideAll(
    after id: Int64, _ soFar: OrderedReport, by: String,
    whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    let page: [PictureRecord]
    do throws(WinnowError) {
      page = try ledger.pictures(state: .review, skipped: false, after: id, limit: Self.reviewPage)
    } catch {
      return whenDone(.failure(error))
    }
    guard let last = page.last else { return end(soFar, whenDone: whenDone) }
    var report = soFar
    var orders: [OrderedMove] = []
    for picture in page where !picture.top.isEmpty {
      do throws(WinnowError) {
        if case .move(var order) = try reviewOrder(picture.place.absolute, label: nil, by: by) {
          order.companions = companions(of: order)
          orders.append(order)
        }
      } catch {
        report.add(refused: picture.place.absolute, error.description)
      }
    }
    guard let run = report.run else {
      tellOnly(orders, &report)
      let report = report
      return queue.async { [self] in decideAll(after: last.id, report, by: by, whenDone: whenDone) }
    }
    carryOut(orders, run: run, by: by, rehash: false) { [self, report] ended in
      var report = report
      report.add(ended)
      decideAll(after: last.id, report, by: by, whenDone: whenDone)
    }
  }

  private func tellOnly(_ orders: [OrderedMove], _ report: inout OrderedReport) {
    for order in orders {
      report.add(done: order.picture.place.absolute, to: order.destination.absolute, label: order.label)
    }
  }

  private func end(
    _ report: OrderedReport, whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    if let run = report.run { try? ledger.finishRun(run, at: Timestamp.now()) }
    checkPromises()
    whenDone(.success(report))
  }

  /// Records that pictures lie where they belong. They stay there.
  private func confirm(_ batch: LedgerBatch, _ report: inout OrderedReport) {
    guard !batch.notes.isEmpty else { return }
    do throws(WinnowError) {
      try ledger.commit(batch)
      for note in batch.notes {
        let file = note.picture.place.absolute
        if case .set(let label) = note.label { report.add(done: file, to: file, label: label) }
        tell(.picture(Self.event(of: note)))
      }
    } catch {
      for note in batch.notes { report.add(refused: note.picture.place.absolute, error.description) }
    }
  }

  /// What a person's word about a picture comes to.
  private enum ReviewOrder {
    case move(OrderedMove)
    /// Winnow sorted it there by itself, and the person agrees.
    case confirm(PictureRecord, label: String)
  }

  private func reviewOrder(_ file: FilePath, label: String?, by: String) throws(WinnowError) -> ReviewOrder {
    let picture = try picture(
      inHandsOf: file, states: label == nil ? [.review, .sorted] : [.review, .sorted, .corrected])
    guard let inbox = inboxes.first(where: { $0.name == picture.inbox }) else {
      throw WinnowError(.notFound, "the inbox \(picture.inbox) of \(file.escaped) is no longer there")
    }
    guard let chosen = label ?? picture.top.first?.label, !chosen.isEmpty else {
      throw WinnowError(
        .invalidInput, "the model gave no class for \(file.escaped)", remedy: "use `winnowctl review set FILE CLASS`")
    }
    let facts = DestinationTemplate.Facts(
      inbox: inbox.name, subfolder: FilePath(), camera: picture.facts?.camera,
      taken: picture.facts?.captureTime ?? picture.fingerprint.modified, name: picture.place.name)
    let folder = inbox.policy.folder(of: chosen, facts: facts)
    if label != nil { try requireClass(chosen, folder, in: inbox) }
    let called = inbox.classNames[chosen] ?? chosen
    let template = inbox.settings.policy.template
    if picture.place.root == inbox.settings.output,
      template.classFolder(of: picture.place.relative.removingLastComponent())?.label == template.shown(called)
    {
      if picture.state == .sorted {
        var picture = picture
        picture.reason = "\(called), confirmed by \(by)"
        picture.time = Timestamp.now()
        return .confirm(picture, label: called)
      }
      throw WinnowError(.alreadyExists, "\(file.escaped) is in the folder of \(called) already")
    }
    let isCorrection = chosen != picture.top.first?.label
    var order = OrderedMove(
      picture: picture,
      destination: Place(root: inbox.settings.output, relative: folder).appending(name: picture.place.name),
      outcome: isCorrection ? .corrected : .sorted, reason: "\(chosen), decided in review by \(by)",
      numbersTakenNames: true, label: called)
    if inbox.settings.action.placesMark, picture.place.root == inbox.settings.path {
      order.action = inbox.settings.action
      if order.action == .tag { order.destination = Self.sidecar(of: picture.place) }
      if picture.state != .review { order.replaced = [try takingAwayMark(of: picture)].compactMap { $0 } }
    }
    return .move(order)
  }

  /// A class is one that the model knows, or one that people made a folder for: a slip of the fingers makes none.
  private func requireClass(_ label: String, _ folder: FilePath, in inbox: Inbox) throws(WinnowError) {
    guard let model = try? resolveModel(inbox.settings.model), !model.labels.contains(label),
      !inbox.classNames.values.contains(label)
    else { return }
    if let folder = inbox.settings.policy.template.classFolder(of: folder)?.folder,
      let root = try? Root(opening: inbox.settings.output, on: fileSystem),
      let status = try? fileSystem.status(of: folder, in: root.raw), status.kind == .folder
    {
      return
    }
    throw WinnowError(
      .invalidInput, "\(model.version) has no class \"\(label)\", and there is no folder of that name",
      remedy: "see `winnowctl model show`; for a new class make its folder first")
  }

  private func picture(inHandsOf file: FilePath, states: Set<PictureState>) throws(WinnowError) -> PictureRecord {
    var named = try ledger.picture(at: file)
    // What goes with a picture stands for it.
    if let lead = named?.record.companionOf { named = try ledger.picture(id: lead) }
    guard let known = named, states.contains(known.record.state) else {
      throw WinnowError(
        .notFound,
        states.contains(.corrected)
          ? "Winnow knows no picture \(file.escaped)" : "\(file.escaped) is not in review, nor sorted by Winnow itself",
        remedy: "see `winnowctl review list`")
    }
    return known.record
  }

  // MARK: - Skipping

  /// Leaves pictures in review, not to be asked about again. Calls `whenDone` on the pipeline's queue.
  public func skipReview(
    _ files: [FilePath], by: String, whenDone: @escaping @Sendable (Result<OrderedReport, WinnowError>) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    do throws(WinnowError) {
      let run = try ledger.beginRun(kind: .review, by: by, at: Timestamp.now())
      var batch = LedgerBatch()
      var report = OrderedReport(run: run)
      for file in files {
        do throws(WinnowError) {
          var picture = try picture(inHandsOf: file, states: [.review, .sorted])
          if picture.state == .sorted {
            guard try ledger.leaveOutOfSample(picture: picture.id) else {
              throw WinnowError(.notFound, "\(file.escaped) is not in review", remedy: "see `winnowctl review list`")
            }
            report.add(done: file, to: file)
            continue
          }
          let reason = picture.reason.split(separator: Self.skippedMark).first.map(String.init) ?? picture.reason
          picture.reason = reason + Self.skippedMark + by
          picture.time = Timestamp.now()
          batch.notes.append(PictureNote(picture: picture, outcome: .review, by: by, run: run, isSkipped: true))
          report.add(done: file, to: file)
        } catch {
          report.add(refused: file, error.description)
        }
      }
      try ledger.commit(batch)
      try ledger.finishRun(run, at: Timestamp.now())
      whenDone(.success(report))
    } catch {
      whenDone(.failure(error))
    }
  }

  private static let skippedMark = "; skipped by "
}
