import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowDataset
import WinnowImport
import WinnowReport
import WinnowSupervision

/// Imports models, tests them, and brings them to int8 with pictures of a data set.
struct ModelMaking {
  let library: ModelLibrary
  let worker: FilePath
  let cache: FilePath?
  let cancellation: Cancellation
  let report: (Double, String) -> Void

  func importModel(_ request: ModelImportRequest, onnx: FilePath) throws(WinnowError) -> ModelChangeReply {
    // Most of the time goes into the pictures, where there are any.
    let share = request.data == nil ? 1.0 : 0.3
    let importer = ModelImport(
      into: library, worker: worker, cache: cache, cancellation: cancellation, report: { report($0 * share, $1) })
    var reply = try importer.run(request, onnx: onnx)
    guard let data = request.data else { return reply }
    do throws(WinnowError) {
      reply.int8 = try quantize(
        ModelReference(name: reply.model, version: reply.version), with: data,
        report: { report(share + (1 - share) * $0, $1) })
    } catch {
      // The import itself is done, and stays.
      reply.warnings.append("\(reply.model)@\(reply.version) is served at full precision: \(error.message)")
    }
    reply.current = library.current(of: reply.model)?.version == reply.version
    return reply
  }

  func quantize(_ model: ModelReference, with data: FilePath?) throws(WinnowError) -> QuantizeReply {
    try quantize(model, with: data, report: report)
  }

  func evaluate(_ model: ModelReference, on request: EvaluateRequest) throws(WinnowError) -> EvaluateReply {
    report(0, "listing \(request.folder.escaped)")
    let folder = try DatasetFolder(opening: request.folder, cancellation: cancellation)
    let classes = try library.bundle(model).classes
    let labels = LabelledFolder(folder, classes: classes)
    let evaluation = ModelEvaluation(in: library, worker: worker, cancellation: cancellation, report: report)
    return try evaluation.run(
      model, on: labels.pictures, of: request.folder,
      into: request.output ?? Self.reportFolder(of: request.folder, model),
      against: try request.against.map { (other) throws(WinnowError) in try ModelReference(other) },
      foreign: try request.foreign.map { (folder) throws(WinnowError) in
        LabelledFolder(try DatasetFolder(opening: folder, cancellation: cancellation), classes: classes).pictures
      })
  }

  /// Beside the pictures.
  private static func reportFolder(of folder: FilePath, _ model: ModelReference) -> FilePath {
    let name = (folder.lastComponent.map { FilePath(root: nil, components: $0) } ?? "pictures").bytes
    return folder.removingLastComponent().pushing(
      FilePath(bytes: name + Array("_\(model.name)_report".utf8)))
  }

  private func quantize(
    _ model: ModelReference, with data: FilePath?, report: @escaping (Double, String) -> Void
  ) throws(WinnowError) -> QuantizeReply {
    guard let data else {
      throw WinnowError(
        .invalidInput, "int8 is served only where it was compared with full precision on pictures, and none are given",
        remedy: "name a folder of at least 310: --data DIR")
    }
    report(0, "listing \(data.escaped)")
    let folder = try DatasetFolder(opening: data, cancellation: cancellation)
    let labels = LabelledFolder(folder, classes: try library.bundle(model).classes)
    let quantisation = ModelQuantisation(
      in: library, worker: worker, cache: cache, cancellation: cancellation, report: report)
    return try quantisation.run(model, on: labels.pictures)
  }
}
