import Dispatch
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowPipeline

/// Answers what comes through the control socket: each call goes to the pipeline's queue, and its answer back.
///
/// `@unchecked Sendable`: the daemon is set once at init, and everything else is touched on its queue.
final class ControlDesk: ControlService, @unchecked Sendable {
  unowned let daemon: Daemon
  /// Those who hear of what happens.
  var listeners: [ObjectIdentifier: RecordStream<WatchEvent>] = [:]

  init(daemon: Daemon) { self.daemon = daemon }

  var pipeline: SortingPipeline { daemon.pipeline }

  func handle(_ call: ControlCall, from peer: Peer) {
    daemon.queue.async { [self] in answer(call, from: peer) }
  }

  private func answer(_ call: ControlCall, from peer: Peer) {
    let by = Accounts.describe(user: peer.user)
    switch call {
    case .version(let reply): reply.send(VersionReply(version: Daemon.version))
    case .status(let reply): reply.answer { () throws(WinnowError) in try status() }
    case .metrics(let reply): metrics(reply)
    case .events(let stream): subscribe(stream)
    case .wait(let request, let reply): wait(request, reply)
    case .session(let reply): reply.send(SessionReply(user: by, standing: "\(peer.standing)"))
    case .webOpen(let reply): reply.answer { () throws(WinnowError) in try openWeb(for: peer) }
    case .classify(let request, let picture, let reply): classify(request, picture, reply)
    case .sort(let request, let reply):
      reply.answer { () throws(WinnowError) in try sort(request, from: peer, by: by) }
    case .history(let query, let stream): history(query, stream)
    case .thumbnail(let request, let reply): daemon.thumbnails.make(request, reply)
    case .undo(let request, let reply): reverse(request, isRedo: false, by: by, reply)
    case .redo(let request, let reply): reverse(request, isRedo: true, by: by, reply)
    case .replay(let request, let reply): replay(request, by: by, reply)
    case .reviewList(let query, let stream): reviewList(query, left: query.limit ?? .max, stream)
    case .reviewAccept(let request, let reply):
      decide(
        request.files.isEmpty ? .allProposals : .accept(request.files), dryRun: request.dryRun, by: by, reply)
    case .reviewSet(let request, let reply):
      decide(.set(request.files, label: request.class), dryRun: request.dryRun, by: by, reply)
    case .reviewSkip(let request, let reply): skip(request, by: by, reply)
    case .reviewSample(let request, let reply): reply.answer { () throws(WinnowError) in try sample(request) }
    case .pause(let request, let reply):
      reply.answer { () throws(WinnowError) in try setPaused(true, request, by: by) }
    case .resume(let request, let reply):
      reply.answer { () throws(WinnowError) in try setPaused(false, request, by: by) }
    case .rescan(let request, let reply):
      reply.answer { () throws(WinnowError) in
        let (inboxes, released) = try pipeline.rescan(request.inbox, again: request.again)
        return RescanReply(inboxes: inboxes, released: released)
      }
    case .reload(let reply): reply.answer { () throws(WinnowError) in try reload() }
    case .verify(let reply): verify(reply)
    case .doctor(let reply): doctor(reply)
    case .backup(let reply): backUp(reply)
    case .inboxList(let reply): reply.send(InboxListReply(inboxes: inboxEntries()))
    case .inboxAdd(let request, let reply): reply.answer { () throws(WinnowError) in try add(request, by: by) }
    case .inboxRemove(let name, let reply): reply.answer { () throws(WinnowError) in try remove(name, by: by) }
    case .configShow(let reply):
      reply.send(
        ConfigReply(
          settings: daemon.loaded.settings.map {
            ConfigReply.Setting(key: $0.key, value: $0.value, source: $0.source)
          }))
    case .configPreview(let request, let picture, let reply): preview(request, picture, reply)
    case .modelList(let reply):
      reply.answer { () throws(WinnowError) in ModelListReply(models: try modelEntries()) }
    case .modelImport(let request, let onnx, let stream): importModel(request, onnx, stream, from: peer, by: by)
    case .modelShow(let model, let reply): lab(.show, model, reply)
    case .modelSummary(let model, let reply): lab(.summary, model, reply)
    case .modelFlops(let model, let reply): lab(.flops, model, reply)
    case .modelRemove(let model, let reply): reply.answer { () throws(WinnowError) in try removeModel(model) }
    case .modelPromote(let model, let reply): reply.answer { () throws(WinnowError) in try promote(model, by: by) }
    case .modelRollback(let model, let reply): reply.answer { () throws(WinnowError) in try rollback(model, by: by) }
    case .modelExport(let model, let reply): export(model, reply)
    case .modelQuantize(let model, let request, let reply):
      reply.answer { () throws(WinnowError) in try quantize(model, request, from: peer, by: by) }
    case .modelEvaluate(let model, let request, let reply):
      reply.answer { () throws(WinnowError) in try evaluate(model, request, from: peer, by: by) }
    case .dataset(let request, let reply):
      reply.answer { () throws(WinnowError) in try work(request, from: peer, by: by) }
    case .train(let request, let reply):
      reply.answer { () throws(WinnowError) in try train(request, from: peer, by: by) }
    case .jobList(let reply):
      reply.answer { () throws(WinnowError) in JobListReply(jobs: try daemon.jobs.list()) }
    case .jobShow(let id, let reply):
      reply.answer { () throws(WinnowError) in try daemon.jobs.show(try JobBoard.number(id)) }
    case .jobFollow(let id, let stream):
      do throws(WinnowError) {
        daemon.jobs.follow(try JobBoard.number(id), stream)
      } catch {
        stream.fail(error)
      }
    case .jobCancel(let id, let reply):
      reply.answer { () throws(WinnowError) in try daemon.jobs.cancel(try JobBoard.number(id)) }
    case .jobResume(let id, let reply): reply.answer { () throws(WinnowError) in try resume(id, from: peer, by: by) }
    case .jobLog(let id, let reply):
      reply.answer { () throws(WinnowError) in try daemon.jobs.log(of: try JobBoard.number(id)) }
    case .jobCurves(let id, let reply): send(reply) { () throws(WinnowError) in try curves(of: id) }
    case .jobReport(let id, let reply): send(reply) { () throws(WinnowError) in try report(of: id) }
    }
  }

  private func setPaused(_ paused: Bool, _ request: PauseRequest, by: String) throws(WinnowError) -> PauseReply {
    try pipeline.setPaused(paused, inbox: request.inbox)
    tell("\(paused ? "paused" : "resumed") by \(by)", inbox: request.inbox)
    return PauseReply(state: state, paused: pipeline.pausedInboxes)
  }

  private func reload() throws(WinnowError) -> ReloadReply {
    do {
      let changes = try daemon.reload()
      announceChange("the configuration was read anew", inbox: nil)
      return ReloadReply(changes: changes, warnings: daemon.loaded.warnings.map(\.description))
    } catch {
      throw Self.error(error)
    }
  }

  /// What was thrown, as the outside sees it.
  static func error(_ error: any Error) -> WinnowError {
    switch error {
    case let error as WinnowError: error
    case let invalid as InvalidConfiguration: invalid.error
    default: WinnowError(.systemCall, "\(error)")
    }
  }

  var state: StatusReply.State {
    if pipeline.isDegraded { .degraded } else if pipeline.isPaused || pipeline.isOnBattery { .paused } else { .ready }
  }
}
