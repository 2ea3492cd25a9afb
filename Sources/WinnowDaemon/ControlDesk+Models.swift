import Dispatch
import FoundationEssentials
import Glibc
import SystemPackage
import WinnowBundle
import WinnowConfig
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowPipeline
import WinnowSupervision

extension ControlDesk {
  func modelEntries() throws(WinnowError) -> [ModelEntry] {
    let (entries, problems) = try daemon.library.list()
    for problem in problems {
      daemon.journal.write(JournalLine(.warning, problem.description, code: problem.code.rawValue))
    }
    return entries.map { entry in
      ModelEntry(
        name: entry.model.name, version: entry.model.version, current: entry.isCurrent,
        precision: entry.bundle.manifest.precisions)
    }
  }

  private func change(_ model: ModelVersion, previous: Int?) -> ModelChangeReply {
    ModelChangeReply(
      model: model.name, version: model.version, current: daemon.library.current(of: model.name) == model,
      previous: previous)
  }

  func promote(_ text: String, by: String) throws(WinnowError) -> ModelChangeReply {
    let reference = try ModelReference(text)
    let previous = daemon.library.current(of: reference.name)?.version
    let versions = try daemon.library.versions(of: reference.name)
    guard let version = reference.version ?? versions.last else {
      throw WinnowError(.notFound, "there is no model \"\(reference.name)\"", remedy: "see `winnowctl model list`")
    }
    let model = ModelVersion(name: reference.name, version: version)
    try daemon.library.promote(model)
    daemon.modelsChanged()
    tell("\(model) was promoted by \(by)")
    return change(model, previous: previous)
  }

  func rollback(_ text: String, by: String) throws(WinnowError) -> ModelChangeReply {
    let reference = try ModelReference(text)
    let previous = daemon.library.current(of: reference.name)?.version
    let model = try daemon.library.rollback(reference.name)
    daemon.modelsChanged()
    tell("\(reference.name) went back to version \(model.version), by \(by)")
    return change(model, previous: previous)
  }

  func removeModel(_ text: String) throws(WinnowError) -> ModelChangeReply {
    let reference = try ModelReference(text)
    let resolved = try daemon.library.resolve(reference).model
    if let inbox = daemon.loaded.configuration.inboxes.first(where: { inbox in
      inbox.model.name == reference.name && (inbox.model.version ?? resolved.version) == resolved.version
    }), reference.version == nil || daemon.library.current(of: reference.name) == resolved {
      throw WinnowError(
        .refused, "\(resolved) sorts the inbox \(inbox.name)", remedy: "give the inbox another model first")
    }
    try daemon.library.remove(reference)
    daemon.modelsChanged()
    return ModelChangeReply(model: resolved.name, version: resolved.version, current: false)
  }

  func export(_ text: String, _ reply: FileReply) {
    send(reply) { () throws(WinnowError) in
      let (_, path) = try daemon.library.resolve(try ModelReference(text))
      return (path.appending(ModelBundle.modelFile), .bytes)
    }
  }

  // MARK: - What winnow-lab does

  /// Asks winnow-lab about a model and passes its answer on.
  func lab<Answer: Codable & Sendable>(_ verb: LabRequest.Verb, _ model: String, _ reply: Reply<Answer>) {
    do throws(WinnowError) {
      let model = try ModelReference(model).description
      try run(
        LabRequest(verb: verb, library: daemon.library.root, model: model), descriptors: [:], progress: { _, _ in }
      ) { result in
        reply.answer { () throws(WinnowError) in
          try LabRecord.decodeResult(Answer.self, from: try result.get())
        }
      }
    } catch {
      reply.fail(error)
    }
  }

  func importModel(
    _ request: ModelImportRequest, _ onnx: SpooledFile, _ stream: RecordStream<WinnowControlAPI.JobRecord>,
    from peer: Peer, by: String
  ) {
    do throws(WinnowError) {
      let holder = LabHolder()
      var request = request
      request.data = try permission.check(request.data, from: peer)
      var spec = request
      spec.labels = []
      let id = try daemon.jobs.begin(kind: "import", spec: spec, by: by) { holder.process?.cancel() }
      daemon.jobs.follow(id, stream)
      // The lab reads the file that was handed over as its descriptor 3, never a path somebody else chose.
      let lab = LabRequest(
        verb: .import, library: daemon.library.root, settings: request, onnx: FilePath("/proc/self/fd/3"))
      do throws(WinnowError) {
        holder.process = try run(
          lab, descriptors: [3: onnx.descriptor.rawValue],
          progress: { [daemon] fraction, text in daemon.jobs.progress(id, fraction, text) }
        ) { [daemon] result in
          _ = onnx
          holder.process = nil
          do throws(WinnowError) {
            let reply = try LabRecord.decodeResult(ModelChangeReply.self, from: try result.get())
            daemon.modelsChanged()
            daemon.jobs.finish(id, result: reply)
          } catch {
            daemon.jobs.fail(id, error)
          }
        }
      } catch {
        daemon.jobs.fail(id, error)
      }
    } catch {
      stream.fail(error)
    }
  }

  /// - Throws: `.notPermitted` where the peer may not name the folder.
  func quantize(
    _ text: String, _ request: QuantizeRequest, from peer: Peer, by: String
  ) throws(WinnowError) -> Job {
    let model = try daemon.library.resolve(try ModelReference(text)).model.description
    let request = QuantizeRequest(data: try permission.check(request.data, from: peer))
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: "quantize", spec: request, by: by) { holder.process?.cancel() }
    do throws(WinnowError) {
      holder.process = try run(
        LabRequest(verb: .quantize, library: daemon.library.root, model: model, quantize: request), descriptors: [:],
        progress: { [daemon] fraction, text in daemon.jobs.progress(id, fraction, text) }
      ) { [daemon] result in
        holder.process = nil
        do throws(WinnowError) {
          let reply = try LabRecord.decodeResult(QuantizeReply.self, from: try result.get())
          if reply.version != nil { daemon.modelsChanged() }
          daemon.journal.write(JournalLine(.notice, reply.reason))
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

  /// - Throws: `.notPermitted` where the peer may not name the folders.
  func evaluate(
    _ text: String, _ request: EvaluateRequest, from peer: Peer, by: String
  ) throws(WinnowError) -> Job {
    let model = try daemon.library.resolve(try ModelReference(text)).model.description
    var request = request
    if let folder = try permission.check(request.folder, from: peer) { request.folder = folder }
    request.output = try permission.check(request.output, from: peer)
    request.foreign = try permission.check(request.foreign, from: peer)
    request.against = try request.against.map { (other) throws(WinnowError) in
      try daemon.library.resolve(try ModelReference(other)).model.description
    }
    let holder = LabHolder()
    let id = try daemon.jobs.begin(kind: Self.evaluationKind, spec: request, by: by) { holder.process?.cancel() }
    do throws(WinnowError) {
      holder.process = try run(
        LabRequest(verb: .evaluate, library: daemon.library.root, model: model, evaluate: request), descriptors: [:],
        progress: { [daemon] fraction, text in daemon.jobs.progress(id, fraction, text) }
      ) { [daemon] result in
        holder.process = nil
        do throws(WinnowError) {
          daemon.jobs.finish(id, result: try LabRecord.decodeResult(EvaluateReply.self, from: try result.get()))
        } catch {
          daemon.jobs.fail(id, error)
        }
      }
    } catch {
      daemon.jobs.fail(id, error)
    }
    return try daemon.jobs.show(id)
  }

  static let evaluationKind = "evaluate"

  var permission: DatasetPermission {
    DatasetPermission(roots: daemon.loaded.configuration.training.roots)
  }

  final class LabHolder {
    var process: LabProcess?
  }

  @discardableResult
  func run(
    _ request: LabRequest, by program: ProgramLocation.Program = .lab, descriptors: [Int32: Int32],
    progress: @escaping (Double?, String?) -> Void,
    ended: @escaping (Result<[UInt8], WinnowError>) -> Void
  ) throws(WinnowError) -> LabProcess {
    let spec: [UInt8]
    do {
      spec = Array(try JSONEncoder().encode(request))
    } catch {
      throw WinnowError(.malformed, "a request to \(program.rawValue) cannot be written", cause: "\(error)")
    }
    let holder = LabHolder()
    let process = try LabProcess(
      LabProcess.Job(executable: try daemon.programs.path(of: program), spec: spec, descriptors: descriptors),
      on: daemon.queue, onProgress: progress,
      onEnd: { result in
        holder.process = nil
        ended(result)
      })
    holder.process = process
    return process
  }
}
