public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
import WinnowGraph
public import WinnowSupervision

/// Makes a version of a model from an ONNX file: checks it, brings it into the form that is served, lets the worker
/// compute its golden answers, publishes it, and compiles it for this machine.
public struct ModelImport {
  private let publishing: ModelPublishing
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// - Parameters:
  ///   - worker: The program winnow-worker.
  ///   - cache: The folder for compiled networks; nil compiles nothing ahead.
  ///   - report: Called with 0 to 1 and what is being done.
  public init(
    into library: ModelLibrary, worker: FilePath, cache: FilePath?, cancellation: Cancellation,
    report: @escaping (Double, String) -> Void
  ) {
    publishing = ModelPublishing(
      in: library, worker: worker, cache: cache, cancellation: cancellation,
      report: { report(0.3 + 0.7 * $0, $1) })
    self.cancellation = cancellation
    self.report = report
  }

  /// Nothing is published unless all of it works, but for the compiling, whose failure is a warning.
  ///
  /// - Throws: An error that names the file; `.jobCancelled`.
  public func run(_ request: ModelImportRequest, onnx: FilePath) throws(WinnowError) -> ModelChangeReply {
    let classes = try Self.classes(request.labels)
    try BundleManifest(name: request.name, created: .now(), classes: classes.labels.map(\.text)).validate()
    let source = request.source ?? onnx.escaped
    try begin(0, "reading \(source)")
    let bytes = try RegularFile.read(onnx, named: source, atMost: ModelBundle.largestFile)
    do throws(WinnowError) {
      try begin(0.1, "checking the network")
      let network = try ImportedNetwork(bytes, classes: classes, for: request)
      return try publish(network, classes, as: request.name)
    } catch {
      if error.code == .jobCancelled { throw error }
      throw WinnowError(error.code, "\(source): \(error.message)", remedy: error.remedy, cause: error.cause)
    }
  }

  /// - Parameter lines: Of the labels file; spaces around a label do not count.
  private static func classes(_ lines: [String]) throws(WinnowError) -> ClassList {
    do {
      return try ClassList(file: Array(lines.joined(separator: "\n").utf8))
    } catch {
      throw WinnowError(error.code, "the labels: \(error.message)", remedy: error.remedy)
    }
  }

  private func publish(
    _ network: ImportedNetwork, _ classes: ClassList, as name: String
  ) throws(WinnowError) -> ModelChangeReply {
    let manifest = BundleManifest(
      name: name, created: .now(), classes: classes.labels.map(\.text), input: network.input,
      output: network.output, parameters: network.parameters)

    let published = try publishing.publish(network.graph, manifest)
    var warnings = ModelWarnings.about(network.graph, classes: classes, output: network.output)
    warnings += published.warnings
    report(1, "\(published.model) is imported")
    return ModelChangeReply(
      model: published.model.name, version: published.model.version, current: published.isCurrent, warnings: warnings)
  }

  /// - Throws: `.jobCancelled`.
  private func begin(_ share: Double, _ step: String) throws(WinnowError) {
    report(share, step)
    try cancellation.check()
  }
}
