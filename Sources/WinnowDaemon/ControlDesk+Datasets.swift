import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowSupervision

/// Work on data sets: jobs that winnow-lab does.
extension ControlDesk {
  /// - Throws: `.notPermitted` where the peer may not name the paths.
  func work(_ request: DatasetRequest, from peer: Peer, by: String) throws(WinnowError) -> Job {
    let request = try DatasetPermission(roots: daemon.loaded.configuration.training.roots).check(request, from: peer)
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: request.verb.rawValue, spec: request, by: by) { holder.process?.cancel() }
    do throws(WinnowError) {
      holder.process = try run(
        LabRequest(verb: .dataset, library: daemon.library.root, dataset: request), descriptors: [:],
        progress: { [daemon] fraction, text in daemon.jobs.progress(id, fraction, text) }
      ) { [daemon] result in
        holder.process = nil
        do throws(WinnowError) {
          daemon.jobs.finish(id, result: try LabRecord.decodeResult(JSONValue.self, from: try result.get()))
        } catch {
          daemon.jobs.fail(id, error)
        }
      }
    } catch {
      daemon.jobs.fail(id, error)
    }
    return try daemon.jobs.show(id)
  }

  /// Begins a job anew that ended early, with the same request: what it left in its output is where it goes on.
  ///
  /// - Throws: `.refused` where nothing is left to do, or nothing was kept; `.notPermitted` as for a new job.
  func resume(_ text: String, from peer: Peer, by: String) throws(WinnowError) -> Job {
    let job = try daemon.jobs.show(try JobBoard.number(text))
    let isTraining = job.kind == Self.trainingKind
    guard isTraining || DatasetRequest.Verb(rawValue: job.kind)?.resumes == true else {
      throw WinnowError(
        .refused, "a \(job.kind) keeps nothing that could be taken up again", remedy: "start it anew")
    }
    guard job.state.isFinal, job.state != .done else {
      throw WinnowError(.refused, "job \(job.id) is \(job.state.rawValue), so there is nothing to go on with")
    }
    guard let spec = job.spec else { throw WinnowError(.malformed, "job \(job.id) does not say what was asked for") }
    if isTraining {
      return try train(try Wire.decode(TrainRequest.self, from: try Wire.encode(spec)), from: peer, by: by)
    }
    return try work(try Wire.decode(DatasetRequest.self, from: try Wire.encode(spec)), from: peer, by: by)
  }
}
