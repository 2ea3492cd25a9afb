public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
import WinnowGraph
public import WinnowSupervision
import WinnowWeights

/// Makes a version of a model from an ONNX file, or from the weights of a known architecture: checks it, brings it into the form that is served, lets the worker
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
    try BundleManifest(name: request.name, created: .now(), classes: ["any"]).validate()
    let source = request.source ?? onnx.escaped
    let architecture = try request.architecture.map { (name) throws(WinnowError) in try Architecture(named: name) }
    // Before a large file is read.
    let given = request.labels.isEmpty && architecture != nil ? nil : try Self.classes(request.labels)
    try begin(0, "reading \(source)")
    let bytes = try RegularFile.read(onnx, named: source, atMost: ModelBundle.largestFile)
    do throws(WinnowError) {
      try begin(0.1, "checking the network")
      let (graph, found) = try Self.read(bytes, architecture)
      let classes = if let given { given } else { try Self.numbered(found) }
      let network = try ImportedNetwork(graph, classes: classes, for: request)
      return try publish(network, classes, as: request.name, architecture)
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

  /// - Returns: the network, and of an architecture's weights how many classes it tells apart.
  private static func read(
    _ bytes: [UInt8], _ architecture: Architecture?
  ) throws(WinnowError) -> (Graph, classes: Int) {
    guard let architecture else { return (try Graph(onnx: bytes), 0) }
    let weights = try PretrainedWeights(bytes)
    // Normalisations stay as they are, so that the network can be trained further; the engine folds them itself.
    return (try weights.graph(of: architecture), try weights.classCount(of: architecture))
  }

  private static func numbered(_ count: Int) throws(WinnowError) -> ClassList {
    try ClassList((0..<count).map { "class \($0)" })
  }

  private func publish(
    _ network: ImportedNetwork, _ classes: ClassList, as name: String, _ architecture: Architecture?
  ) throws(WinnowError) -> ModelChangeReply {
    var manifest = BundleManifest(
      name: name, created: .now(), classes: classes.labels.map(\.text), input: network.input,
      output: network.output, parameters: network.parameters)
    manifest.architecture = architecture?.name

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
