import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowPipeline
import WinnowSupervision

/// Trainings: jobs that winnow-trainer does, one at a time.
extension ControlDesk {
  static let trainingKind = "train"

  /// - Throws: `.notPermitted` where the peer may not name the folder; `.busy` while another training runs.
  func train(_ request: TrainRequest, from peer: Peer, by: String) throws(WinnowError) -> Job {
    var request = request
    if let folder = try permission.check(request.folder, from: peer) { request.folder = folder }
    if let running = daemon.jobs.running(kind: Self.trainingKind) {
      throw WinnowError(
        .busy, "job \(running) is training, and one training runs at a time",
        remedy: "wait for it, or end it with `winnowctl jobs cancel \(running)`")
    }
    let training = daemon.loaded.configuration.training
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: Self.trainingKind, spec: request, by: by) { holder.process?.cancel() }
    do throws(WinnowError) {
      holder.process = try run(
        LabRequest(
          verb: .train, library: daemon.library.root, train: request,
          limits: JobLimits(nice: training.nice, memory: training.memoryLimit)),
        by: .trainer, descriptors: [:],
        progress: { [daemon] fraction, text in daemon.jobs.progress(id, fraction, text) }
      ) { [daemon] result in
        holder.process = nil
        do throws(WinnowError) {
          let reply = try LabRecord.decodeResult(TrainReply.self, from: try result.get())
          daemon.modelsChanged()
          daemon.journal.write(
            JournalLine(.notice, "\(reply.model)@\(reply.version) was trained by \(by): \(reply.promotion)"))
          daemon.jobs.finish(id, result: reply)
        } catch {
          daemon.jobs.fail(id, error)
        }
      }
    } catch {
      daemon.jobs.fail(id, error)
    }
    return try daemon.jobs.show(id)
  }
}
