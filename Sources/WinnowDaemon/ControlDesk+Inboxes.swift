import SystemPackage
import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger
import WinnowPipeline

extension ControlDesk {
  func inboxEntries() -> [InboxEntry] {
    daemon.loaded.configuration.inboxes.map(entry)
  }

  private func entry(_ inbox: InboxConfiguration) -> InboxEntry {
    InboxEntry(
      name: inbox.name, path: inbox.path, output: inbox.output, review: inbox.review, model: inbox.model.description,
      threshold: inbox.threshold.description, action: inbox.action.rawValue,
      origin: daemon.store.holds(inbox.name) ? .added : .config)
  }

  func add(_ request: InboxAddRequest, by: String) throws(WinnowError) -> InboxEntry {
    do {
      let addition = InboxAddition(
        name: request.name, path: request.path, output: request.output, model: try ModelReference(request.model),
        threshold: try request.threshold.map { (text) throws(WinnowError) in try ConfidenceThreshold(text) })
      _ = try daemon.library.resolve(addition.model)
      let wanted = try ConfigurationFile.load(
        daemon.paths.configuration, mustExist: daemon.paths.configurationMustExist,
        stateDirectory: daemon.paths.stateDirectory, adding: addition)
      try wanted.checkRoots(stateDirectory: daemon.paths.stateDirectory)
      for inbox in wanted.configuration.inboxes where inbox.name == request.name {
        try daemon.makeRoots(of: inbox)
      }
      _ = try daemon.store.add(addition)
      _ = try daemon.reload()
    } catch {
      throw Self.error(error)
    }
    tell("the inbox \(request.name) was added by \(by)", inbox: request.name)
    guard let entry = inboxEntries().first(where: { $0.name == request.name }) else {
      throw WinnowError(.notFound, "the inbox \(request.name) was added, but is not there")
    }
    return entry
  }

  func remove(_ name: String, by: String) throws(WinnowError) -> InboxRemoveReply {
    guard daemon.loaded.configuration.inboxes.contains(where: { $0.name == name }) else {
      throw WinnowError(.notFound, "there is no inbox \"\(name)\"", remedy: "see `winnowctl inbox list`")
    }
    guard daemon.store.holds(name) else {
      throw WinnowError(
        .refused, "the inbox \(name) stands in \(daemon.loaded.file(ofInbox: name)?.escaped ?? "the configuration")",
        remedy: "take it out there and reload")
    }
    do {
      try daemon.store.remove(name)
      try daemon.ledger.set("roots made: \(name)", to: nil)
      for path in daemon.loaded.configuration.inboxes.filter({ $0.name == name }).flatMap(\.roots) {
        pipeline.forgetMount(of: path)
      }
      _ = try daemon.reload()
    } catch {
      throw Self.error(error)
    }
    tell("the inbox \(name) was removed by \(by)", inbox: name)
    return InboxRemoveReply(removed: name)
  }

  // MARK: - Sort once

  func sort(_ request: SortRequest, from peer: Peer, by: String) throws(WinnowError) -> Job {
    let inboxes = daemon.loaded.configuration.inboxes
    let output = request.output ?? Self.defaultOutput(for: request.folder)
    if !peer.mayNameAnyPath {
      let roots = inboxes.flatMap { [$0.path, $0.output] }
      for path in [request.folder, output] where !roots.contains(where: { path.lexicallyNormalized().starts(with: $0) })
      {
        throw WinnowError(
          .notPermitted, "\(path.escaped) lies under no configured inbox or output",
          remedy: "ask root, or the user that winnowd runs as")
      }
    }
    if let inbox = inboxes.first(where: { request.folder.starts(with: $0.path) || $0.path.starts(with: request.folder) }
    ) {
      throw WinnowError(
        .refused, "\(request.folder.escaped) is sorted already, by the inbox \(inbox.name)",
        remedy: "use `winnowctl rescan`")
    }
    let reference = if let model = request.model { try ModelReference(model) } else { try daemon.catalogue.onlyModel() }
    let settings = InboxSettings(
      name: "sort \(request.folder.escaped)", path: request.folder, output: output,
      review: output.appending("_review"), quarantine: output.appending("_quarantine"), model: reference,
      policy: RoutingPolicy(threshold: 0.8, template: try DestinationTemplate("{class}")), polling: .never)
    try checkSeparate(request.folder, output)
    _ = try daemon.catalogue.served(reference)
    if !request.dryRun { for path in settings.roots where path != settings.path { try RootFolder.make(path) } }
    return try startSort(settings, request, by: by)
  }

  /// The folder beside `folder`, called like it with `_sorted` behind.
  private static func defaultOutput(for folder: FilePath) -> FilePath {
    let name = folder.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
    return folder.removingLastComponent().pushing(FilePath(bytes: name + Array("_sorted".utf8)))
  }

  private func checkSeparate(_ folder: FilePath, _ output: FilePath) throws(WinnowError) {
    guard folder.isAbsolute, output.isAbsolute else {
      throw WinnowError(.invalidInput, "paths have to be absolute")
    }
    if output.starts(with: folder) || folder.starts(with: output) {
      throw WinnowError(
        .invalidInput, "\(output.escaped) and \(folder.escaped) lie inside each other",
        remedy: "choose an output beside the folder")
    }
    do throws(SystemFault) {
      _ = try Root(opening: folder, on: LinuxFileSystem())
    } catch {
      throw error.about(folder.escaped)
    }
  }

  private func startSort(_ settings: InboxSettings, _ request: SortRequest, by: String) throws(WinnowError) -> Job {
    let holder = SortHolder()
    let pipeline = pipeline
    let jobs = daemon.jobs!
    let ledger = daemon.ledger
    let run = try ledger.beginRun(kind: .sort, by: by, detail: request.folder.escaped, at: Timestamp.now())
    let id = try jobs.begin(kind: "sort", spec: request, by: by) {
      if let run = holder.run { pipeline.cancel(run) }
    }
    holder.run = pipeline.sortOnce(
      settings, dryRun: request.dryRun, run: run, by: by,
      progress: { run in
        jobs.progress(id, Double(run.finished) / Double(max(run.found, 1)), "\(run.finished) of \(run.found)")
      },
      completion: { sorted in
        try? ledger.finishRun(run, at: Timestamp.now())
        if sorted.isCancelled { return jobs.fail(id, WinnowError(.jobCancelled, "the job was cancelled")) }
        let counts = sorted.counts
        jobs.finish(
          id,
          result: SortResult(
            seen: sorted.finished, sorted: counts[.sorted] ?? 0, review: counts[.review] ?? 0,
            quarantined: counts[.quarantined] ?? 0, left: counts[.left] ?? 0, failed: counts[.failed] ?? 0,
            run: request.dryRun ? nil : "\(run)",
            planned: request.dryRun ? sorted.planned.map(Self.plannedRow) : nil))
      })
    return try jobs.show(id)
  }

  private final class SortHolder {
    var run: SortRun?
  }

  private static func plannedRow(_ event: PictureEvent) -> WinnowControlAPI.HistoryRow {
    WinnowControlAPI.HistoryRow(
      file: event.from.absolute, from: event.from.absolute, to: event.to?.absolute, outcome: event.outcome,
      reason: event.reason, class: event.best?.label, probability: event.best?.probability,
      model: event.model?.description, time: event.time, sha256: event.digest?.hex, inbox: nil)
  }
}
