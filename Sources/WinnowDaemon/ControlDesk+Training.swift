import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowLedger
import WinnowPipeline
import WinnowSupervision

/// Trainings: jobs that winnow-trainer does, one at a time.
extension ControlDesk {
  static let trainingKind = "train"

  /// - Throws: `.notPermitted` where the peer may not name the folder; `.busy` while another training runs.
  func train(_ request: TrainRequest, from peer: Peer, by: String) throws(WinnowError) -> Job {
    var request = request
    request.folder = try permission.check(request.folder, from: peer)
    if let running = daemon.jobs.running(kind: Self.trainingKind) {
      throw WinnowError(
        .busy, "job \(running) is training, and one training runs at a time",
        remedy: "wait for it, or end it with `winnowctl jobs cancel \(running)`")
    }
    let sorted = try request.inbox.map { (inbox) throws(WinnowError) in try sortedPictures(of: inbox) }
    let training = daemon.loaded.configuration.training
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: Self.trainingKind, spec: request, by: by) { holder.process?.cancel() }
    do throws(WinnowError) {
      holder.process = try run(
        LabRequest(
          verb: .train, library: daemon.library.root, train: request, sorted: sorted,
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

  /// What people said of an inbox's pictures, by confirming or correcting.
  ///
  /// - Throws: `.notFound` for an inbox that is not there, or of which nobody said anything.
  private func sortedPictures(of inbox: String) throws(WinnowError) -> [SortedPicture] {
    guard daemon.loaded.configuration.inboxes.contains(where: { $0.name == inbox }) else {
      throw WinnowError(.notFound, "there is no inbox \"\(inbox)\"", remedy: "see `winnowctl inbox list`")
    }
    var pictures: [SortedPicture] = []
    var last: Int64 = 0
    while true {
      let page = try daemon.ledger.labelled(inbox: inbox, after: last)
      guard let end = page.last else { break }
      last = end.record.id
      pictures += page.map {
        SortedPicture(root: $0.record.place.root, path: $0.record.place.relative, label: $0.label)
      }
    }
    guard !pictures.isEmpty else {
      throw WinnowError(
        .notFound, "nobody has confirmed or corrected a picture of the inbox \"\(inbox)\" yet",
        remedy: "look through its review, or drag pictures to where they belong")
    }
    return pictures
  }
}
