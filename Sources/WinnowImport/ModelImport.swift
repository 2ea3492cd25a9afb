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
  private let library: ModelLibrary
  private let worker: WorkerTask
  private let cache: FilePath?
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
    self.library = library
    self.worker = WorkerTask(program: worker, cancellation: cancellation)
    self.cache = cache
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

    try begin(0.3, "writing the bundle")
    let draft = try library.makeDraft()
    try draft.write(network.graph.onnxBytes(), to: ModelBundle.modelFile)
    try draft.write(manifest)

    try begin(0.4, "running the network for the first time")
    try draft.write(try goldenAnswers(of: network, classes.count, in: draft.path), to: GoldenAnswers.fileName)

    try begin(0.7, "publishing \(name)")
    let (model, isCurrent) = try library.publish(draft, manifest: manifest)

    // From here on it is there, whether or not somebody still waits for it.
    var warnings = ModelWarnings.about(network.graph, classes: classes, output: network.output)
    report(0.75, "compiling \(model) for this machine")
    let ahead = CompilingAhead(library: library, cache: cache, worker: worker)
    if let complaint = ahead.compile(model) { warnings.append(complaint) }
    report(1, "\(model) is imported")
    return ModelChangeReply(model: model.name, version: model.version, current: isCurrent, warnings: warnings)
  }

  /// - Throws: `.jobCancelled`.
  private func begin(_ share: Double, _ step: String) throws(WinnowError) {
    report(share, step)
    try cancellation.check()
  }

  /// What the worker says the network answers; it makes sure that a batch answers as each picture does alone.
  private func goldenAnswers(
    of network: ImportedNetwork, _ classCount: Int, in draft: FilePath
  ) throws(WinnowError) -> [UInt8] {
    let json: [UInt8]
    do {
      json = try worker.run(["--make-golden", "--bundle", CommandArgument(draft)])
    } catch {
      let unknown = network.graph.unsupportedOperators()
      guard !unknown.isEmpty, error.code != .jobCancelled else { throw error }
      throw WinnowError(
        .unknownOperator,
        "the model uses operators that are not known, and it does not run: \(unknown.joined(separator: ", "))",
        remedy: "export it with ONNX's standard operators, without pre- or post-processing", cause: error.message)
    }
    let golden = try GoldenAnswers(json: json)
    guard golden.answers.allSatisfy({ $0.logits.count == classCount }) else {
      throw WinnowError(.malformed, "winnow-worker did not answer with one value for each class")
    }
    return json
  }
}
