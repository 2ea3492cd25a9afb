public import SystemPackage
public import WinnowBundle
public import WinnowCore
import WinnowFiles
public import WinnowGraph
public import WinnowSupervision

/// Makes a version of a model from a network in the form that is served: writes the bundle, lets the worker compute its
/// golden answers, publishes it, and compiles it for this machine.
public struct ModelPublishing {
  private let library: ModelLibrary
  private let worker: WorkerTask
  private let cache: FilePath?
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  public struct Published {
    public let model: ModelVersion
    public let isCurrent: Bool
    /// What did not work out, which does not matter to the answers.
    public let warnings: [String]
  }

  /// - Parameters:
  ///   - worker: The program winnow-worker.
  ///   - cache: The folder for compiled networks; nil compiles nothing ahead.
  ///   - report: Called with 0 to 1 and what is being done.
  public init(
    in library: ModelLibrary, worker: FilePath, cache: FilePath?, cancellation: Cancellation,
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
  /// - Parameters:
  ///   - files: What else the bundle holds, by name.
  ///   - verify: Looks at what the network answers where it will be served; what it throws keeps the bundle back.
  /// - Throws: An error about the network or the worker; `.jobCancelled`.
  public func publish(
    _ graph: Graph, _ manifest: BundleManifest, files: [String: [UInt8]] = [:],
    verify: (GoldenAnswers) throws(WinnowError) -> Void = { _ in }
  ) throws(WinnowError) -> Published {
    try begin(0, "writing the bundle")
    let draft = try library.makeDraft()
    try draft.write(graph.onnxBytes(), to: ModelBundle.modelFile)
    for (name, bytes) in files { try draft.write(bytes, to: name) }
    try draft.write(manifest)

    try begin(0.15, "running the network for the first time")
    let golden = try goldenAnswers(of: graph, manifest.classes.count, in: draft.path)
    try verify(try GoldenAnswers(json: golden))
    try draft.write(golden, to: GoldenAnswers.fileName)

    try begin(0.55, "publishing \(manifest.name)")
    let (model, isCurrent) = try library.publish(draft, manifest: manifest)

    // From here on it is there, whether or not somebody still waits for it.
    report(0.6, "compiling \(model) for this machine")
    let complaint = CompilingAhead(library: library, cache: cache, worker: worker).compile(model)
    return Published(model: model, isCurrent: isCurrent, warnings: complaint.map { [$0] } ?? [])
  }

  /// - Throws: `.jobCancelled`.
  private func begin(_ share: Double, _ step: String) throws(WinnowError) {
    report(share, step)
    try cancellation.check()
  }

  /// What the worker says the network answers; it makes sure that a batch answers as each picture does alone.
  private func goldenAnswers(
    of graph: Graph, _ classCount: Int, in draft: FilePath
  ) throws(WinnowError) -> [UInt8] {
    let json: [UInt8]
    do {
      json = try worker.run(["--make-golden", "--bundle", CommandArgument(draft)])
    } catch {
      let unknown = graph.unsupportedOperators()
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
