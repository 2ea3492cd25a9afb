import Dispatch
import SystemPackage
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline

extension ControlDesk {
  // MARK: - Classify

  func classify(_ request: ClassifyRequest, _ picture: SpooledFile, _ reply: Reply<ClassifyReply>) {
    do throws(WinnowError) {
      let reference =
        if let name = request.model { try ModelReference(name) } else { try daemon.catalogue.onlyModel() }
      let descriptor = try Self.duplicate(picture.descriptor)
      pipeline.classify(
        descriptor, name: request.file.escaped, byteCount: Int64(picture.length), with: reference,
        wantsLogits: request.logits
      ) { result in
        // The spooled file is kept until here.
        _ = picture
        reply.answer { () throws(WinnowError) in try Self.classifyReply(request, result.get()) }
      }
    } catch {
      reply.fail(error)
    }
  }

  func preview(_ request: PreviewRequest, _ picture: SpooledFile, _ reply: Reply<PreviewReply>) {
    do throws(WinnowError) {
      let descriptor = try Self.duplicate(picture.descriptor)
      let file = PreviewedFile(
        path: request.file, byteCount: Int64(picture.length), modified: request.modified, inbox: request.inbox)
      pipeline.preview(file, descriptor) { result in
        // The spooled file is kept until here.
        _ = picture
        reply.answer { () throws(WinnowError) in Self.previewReply(request, try result.get()) }
      }
    } catch {
      reply.fail(error)
    }
  }

  private static func previewReply(_ request: PreviewRequest, _ preview: PicturePreview) -> PreviewReply {
    let best = preview.prediction.top.first
    return PreviewReply(
      file: request.file, inbox: preview.inbox, action: preview.action, outcome: preview.outcome,
      destination: preview.destination, reason: preview.reason, class: best?.label, probability: best?.probability,
      model: preview.prediction.model.description, taken: preview.prediction.picture.captureTime,
      camera: preview.prediction.picture.camera)
  }

  private static func duplicate(_ descriptor: FileDescriptor) throws(WinnowError) -> OwnedDescriptor {
    do {
      return OwnedDescriptor(try descriptor.duplicate().rawValue)
    } catch {
      throw WinnowError(.systemCall, "a descriptor cannot be duplicated", cause: "\(error)")
    }
  }

  private static func classifyReply(
    _ request: ClassifyRequest, _ prediction: Prediction
  ) throws(WinnowError) -> ClassifyReply {
    guard let best = prediction.top.first else {
      throw WinnowError(.malformed, "the worker gave no class for \(request.file.escaped)")
    }
    return ClassifyReply(
      file: request.file, class: best.label, probability: best.probability,
      top: prediction.top.prefix(5).map { .init(class: $0.label, probability: $0.probability) },
      model: prediction.model.description, logits: request.logits ? prediction.logits : nil)
  }

  // MARK: - History

  func history(_ query: WinnowControlAPI.HistoryQuery, _ stream: RecordStream<WinnowControlAPI.HistoryRow>) {
    if query.before != nil || query.search != nil || query.outcome != nil || query.class != nil {
      return search(HistorySearch(query), left: query.limit ?? .max, stream)
    }
    let ledgerQuery = WinnowLedger.HistoryQuery(
      path: query.file, inbox: query.inbox, since: query.since, limit: 256, newestFirst: true)
    historyPage(ledgerQuery, left: query.limit ?? .max, stream)
  }

  private func historyPage(
    _ query: WinnowLedger.HistoryQuery, left: Int, _ stream: RecordStream<WinnowControlAPI.HistoryRow>
  ) {
    do throws(WinnowError) {
      var query = query
      query.limit = min(256, left)
      guard query.limit > 0 else { return stream.finish() }
      let page = try daemon.ledger.history(query)
      let next = page.next
      let rows = page.rows.map(Self.historyRow)
      query.after = next
      let following = query
      stream.emit(page: rows) { [self] in
        daemon.queue.async { [self] in
          if next == nil { return stream.finish() }
          historyPage(following, left: left - rows.count, stream)
        }
      }
    } catch {
      stream.fail(error)
    }
  }

  /// For people who look through: in the order in which rows were written, a stretch at a time.
  private func search(
    _ search: HistorySearch, left: Int, _ stream: RecordStream<WinnowControlAPI.HistoryRow>
  ) {
    do throws(WinnowError) {
      guard left > 0 else { return stream.finish() }
      var search = search
      search.limit = min(256, left)
      let finding = try daemon.ledger.search(search)
      search.before = finding.next
      let following = search
      stream.emit(page: finding.rows.map(Self.historyRow)) { [self] in
        daemon.queue.async { [self] in
          if following.before == nil { return stream.finish() }
          self.search(following, left: left - finding.rows.count, stream)
        }
      }
    } catch {
      stream.fail(error)
    }
  }

  static func historyRow(_ row: WinnowLedger.HistoryRow) -> WinnowControlAPI.HistoryRow {
    // What only got a mark stayed where it was.
    let isMarked = row.action.placesMark && row.outcome != .undone
    return WinnowControlAPI.HistoryRow(
      file: (isMarked ? row.from : row.to ?? row.from).absolute, from: row.from.absolute, to: row.to?.absolute,
      outcome: row.outcome,
      reason: row.reason, class: row.className, probability: row.probability, model: row.model?.description,
      time: row.time, sha256: row.digest?.hex, run: "\(row.run)", by: row.by, inbox: row.inbox,
      label: row.label, action: row.action == .move ? nil : row.action, row: row.id, picture: row.picture)
  }

  // MARK: - Undo and redo

  func reverse(_ request: UndoRequest, isRedo: Bool, by: String, _ reply: Reply<UndoReply>) {
    do throws(WinnowError) {
      let reversal: SortingPipeline.Reversal
      switch (request.selection, isRedo) {
      case (.files(let files), false): reversal = .undo(.paths(files))
      case (.run(let run), false): reversal = .undo(.run(try JobBoard.number(run)))
      case (.since(let time), false): reversal = .undo(.since(time))
      case (.all, false): reversal = .undo(.all)
      case (.last, false):
        throw WinnowError(.invalidInput, "what is to be taken back?", remedy: "name files, --run, --since or --all")
      case (.files(let files), true): reversal = .redoPaths(run: nil, files)
      case (.run(let run), true): reversal = .redo(run: try JobBoard.number(run))
      case (.last, true), (.all, true): reversal = .redo(run: nil)
      case (.since, true):
        throw WinnowError(.invalidInput, "redo knows no time span", remedy: "use redo --run, or redo alone")
      }
      pipeline.reverse(reversal, dryRun: request.dryRun, by: by) { result in
        reply.answer { () throws(WinnowError) in
          let report = try result.get()
          return UndoReply(
            done: report.doneCount, refused: report.refused.map { FileReason(file: $0.file, reason: $0.reason) },
            run: report.run.map { "\($0)" })
        }
      }
    } catch {
      reply.fail(error)
    }
  }

  func replay(_ request: ReplayRequest, by: String, _ reply: Reply<ReplayReply>) {
    let scope = SortingPipeline.ReplayScope(
      inbox: request.inbox, includesRevised: request.changed, isDryRun: request.dryRun)
    pipeline.replay(scope, by: by) { result in
      reply.answer { () throws(WinnowError) in
        let report = try result.get()
        let folders = report.folders.map { ReplayReply.Folder(folder: $0.key, count: $0.value) }
        return ReplayReply(
          done: report.moves.doneCount,
          folders: folders.sorted { ($1.count, $0.folder.string) < ($0.count, $1.folder.string) },
          refused: report.moves.refused.map { FileReason(file: $0.file, reason: $0.reason) },
          run: report.moves.run.map { "\($0)" })
      }
    }
  }

  // MARK: - Verify

  func verify(_ reply: Reply<VerifyReply>) {
    let ledger = daemon.ledger
    let stop = StopFlag()
    reply.onGone { stop.raise() }
    Thread.detach {
      reply.answer { () throws(WinnowError) in
        let report = try Verification.run(ledger) { stop.isRaised }
        return VerifyReply(checked: report.checked, changed: report.changed, missing: report.missing)
      }
    }
  }
}

extension HistorySearch {
  fileprivate init(_ query: WinnowControlAPI.HistoryQuery) {
    self.init(
      before: query.before, path: query.file, inbox: query.inbox, since: query.since, outcome: query.outcome,
      className: query.class, text: query.search ?? "")
  }
}
