import Foundation
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
    guard try ModelReference(request.name).version == nil else {
      throw WinnowError(.invalidInput, "\"\(request.name)\" names a version", remedy: "give the model's name alone")
    }
    var request = request
    request.folder = try permission.check(request.folder, from: peer)
    if let running = daemon.jobs.running(kind: Self.trainingKind) {
      throw WinnowError(
        .busy, "job \(running) is training, and one training runs at a time",
        remedy: "wait for it, or end it with `winnowctl jobs cancel \(running)`")
    }
    return try begin(request, by: by)
  }

  /// Takes up the trainings that the last daemon did not end, as jobs of their own: each goes on at its checkpoint.
  func goOn(with left: [WinnowLedger.JobRecord]) {
    for job in left where job.kind == Self.trainingKind {
      do {
        let next = try begin(try JSONDecoder().decode(TrainRequest.self, from: Data(job.spec.utf8)), by: job.by)
        daemon.journal.write(JournalLine(.notice, "the training of job \(job.id) goes on as job \(next.id)"))
      } catch {
        daemon.journal.write(JournalLine(.warning, "the training of job \(job.id) cannot go on: \(error)"))
      }
    }
  }

  private func begin(_ request: TrainRequest, by: String) throws(WinnowError) -> Job {
    let sorted = try request.inbox.map { (inbox) throws(WinnowError) in try sortedPictures(of: inbox) }
    let training = daemon.loaded.configuration.training
    let work = LabRequest(
      verb: .train, library: daemon.library.root, train: request, sorted: sorted,
      limits: JobLimits(nice: training.nice, memory: training.memoryLimit))
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: Self.trainingKind, spec: request, by: by) { holder.process?.cancel() }
    start(work, as: id, by: by, holder, TrainingEnds())
    return try daemon.jobs.show(id)
  }

  private func start(_ work: LabRequest, as id: Int64, by: String, _ holder: LabHolder, _ ends: TrainingEnds) {
    do throws(WinnowError) {
      holder.process = try run(
        work, by: .trainer, descriptors: [:],
        progress: { [daemon] fraction, text in
          ends.progressed(to: fraction)
          daemon.jobs.progress(id, fraction, text)
        }
      ) { [self] result in
        holder.process = nil
        do throws(WinnowError) {
          let reply = try LabRecord.decodeResult(TrainReply.self, from: try result.get())
          daemon.modelsChanged()
          daemon.journal.write(
            JournalLine(.notice, "\(reply.model)@\(reply.version) was trained by \(by): \(reply.promotion)"))
          daemon.jobs.finish(id, result: reply)
        } catch {
          guard error.code == .jobFailed, !daemon.isStopping, ends.goesOn() else { return daemon.jobs.fail(id, error) }
          daemon.journal.write(
            JournalLine(.warning, "winnow-trainer ended in the middle of job \(id) and is started again: \(error)"))
          start(work, as: id, by: by, holder, ends)
        }
      }
    } catch {
      daemon.jobs.fail(id, error)
    }
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

/// How often a training's program ended without a word, lately.
private final class TrainingEnds {
  /// Ends without getting further in between, after which it is not tried again; chosen.
  private static let most = 3

  private var count = 0
  private var farthest = 0.0

  func progressed(to fraction: Double?) {
    guard let fraction, fraction > farthest + 0.001 else { return }
    (farthest, count) = (fraction, 0)
  }

  /// Counts an end.
  func goesOn() -> Bool {
    count += 1
    return count <= Self.most
  }
}
