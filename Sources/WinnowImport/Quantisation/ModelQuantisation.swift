public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowFiles
import WinnowGraph
public import WinnowSupervision

/// Brings a model to int8: takes the ranges of its activations from pictures, writes the int8 network, lets it compute
/// its golden answers, compares it with full precision on other pictures, and publishes both networks as a new version
/// where int8 keeps its promise. Where it does not, the library stays as it was.
public struct ModelQuantisation {
  private let library: ModelLibrary
  private let worker: FilePath
  private let cache: FilePath?
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void
  private var task: WorkerTask { WorkerTask(program: worker, cancellation: cancellation) }

  /// - Parameters:
  ///   - worker: The program winnow-worker.
  ///   - cache: The folder for compiled networks; nil compiles nothing ahead.
  ///   - report: Called with 0 to 1 and what is being done.
  public init(
    in library: ModelLibrary, worker: FilePath, cache: FilePath?, cancellation: Cancellation,
    report: @escaping (Double, String) -> Void
  ) {
    self.library = library
    self.worker = worker
    self.cache = cache
    self.cancellation = cancellation
    self.report = report
  }

  /// - Throws: `.notQuantisable`; `.notFound`; what keeps the worker from running; `.jobCancelled`. That int8 does not
  ///   keep its promise is no error but a reply without a version.
  public func run(_ reference: ModelReference, on pictures: TrialPictures) throws(WinnowError) -> QuantizeReply {
    let source = try library.bundle(reference)
    let deal = pictures.dealt()
    guard deal.judging.count >= Int8Trial.fewestPictures else {
      return declined(
        source,
        because: "there are \(pictures.count) pictures, and \(Int8Trial.fewestPictures) to judge by and "
          + "\(TrialDeal.fewestForCalibration) to calibrate with are needed")
    }
    try begin(0, "reading \(source.model)")
    let quantisation = try Quantisation(of: try Graph(onnx: try source.contents(of: ModelBundle.modelFile)))
    let trial = try library.makeDraft()
    // It goes, with all that is in it, at the end and not before.
    defer { _ = trial.path }
    // A library of its own: a worker serves published bundles alone, and nobody else is to find these.
    let scratch = ModelLibrary(root: trial.path.appending("trial"))
    let classifying = TrialClassifying(program: worker, pictures: pictures, cancellation: cancellation)

    let (statistics, calibrated) = try calibrate(quantisation, as: source, in: scratch, deal.calibration, classifying)
    guard let statistics, calibrated.count >= TrialDeal.fewestForCalibration else {
      return declined(source, because: "only \(calibrated.count) pictures to calibrate with could be read")
    }
    try begin(0.35, "writing the int8 network")
    let candidate = try self.candidate(try quantisation.quantised(with: statistics), of: source, in: scratch)
    try begin(0.45, "measuring the speed")
    let speed = try measure(candidate)
    guard speed.favoursInt8 else {
      return declined(
        source,
        because: "this processor has no instructions for int8, and computes \(Int(speed.int8)) pictures a "
          + "second in int8 but \(Int(speed.full)) at \(speed.fullPrecision)",
        calibrated: calibrated.count, speed: speed)
    }
    let (outcome, precision) = try judge(
      candidate, against: source, deal.judging, besides: calibrated, classifying)
    guard let promise = outcome.promise(calibrated: calibrated.count, comparedWith: precision) else {
      return declined(
        source, because: outcome.complaint ?? "", calibrated: calibrated.count, outcome: outcome, speed: speed)
    }
    var reply = try publish(candidate, of: source, promise)
    if !speed.floatLayers.isEmpty {
      reply.warnings.append(
        "the engine computes \(speed.floatLayers.count) layers in float all the same: "
          + speed.floatLayers.prefix(5).joined(separator: ", "))
    }
    return self.reply(
      reply, source, "int8 keeps its promise: " + promise.sentence, calibrated.count, outcome, speed)
  }

  // MARK: Steps

  /// What calibration tells of the activations, and the hashes of the pictures that it comes from.
  ///
  /// A calibration network is served like any other; its "classes" are measures of its activations, which come back as
  /// logits.
  private func calibrate(
    _ quantisation: Quantisation, as source: ModelBundle, in scratch: ModelLibrary, _ indices: [Int],
    _ classifying: TrialClassifying
  ) throws(WinnowError) -> (CalibrationStatistics?, Set<ContentDigest>) {
    var tally = CalibrationTally(quantisation)
    var calibrated: Set<ContentDigest> = []
    let graphs = try quantisation.calibrationGraphs()
    for (part, graph) in graphs.enumerated() {
      func share(_ done: Double) -> Double { 0.05 + 0.3 * (Double(part) + done) / Double(graphs.count) }
      try begin(share(0), "running the network for calibration")
      let manifest = BundleManifest(
        name: "calibration", created: .now(),
        classes: (0..<quantisation.calibrationSizes[part]).map { "measure \($0)" }, input: source.manifest.input,
        output: OutputSpec(values: .logits, tensor: Quantisation.measuresName))
      let draft = try scratch.makeDraft()
      try draft.write(graph.onnxBytes(), to: ModelBundle.modelFile)
      try draft.write(manifest)
      let golden = try task.run(["--make-golden", "--bundle", CommandArgument(draft.path)])
      try draft.write(golden, to: GoldenAnswers.fileName)
      let (model, _) = try scratch.publish(draft, manifest: manifest)
      let bundle = try scratch.resolve(ModelReference(name: model.name, version: model.version)).path
      var seen: Set<ContentDigest> = []
      _ = try classifying.run(
        indices, through: bundle, precision: "fp32", wantsLogits: true,
        progress: { report(share(0.2 + 0.8 * $0), "calibrating") }
      ) { (_, answer) throws(WinnowError) in
        // A copy would count twice.
        if seen.insert(answer.digest).inserted { try tally.add(answer.logits, part: part) }
      }
      calibrated.formUnion(seen)
    }
    return (tally.statistics, calibrated)
  }

  /// A bundle with both networks, in the scratch library.
  private func candidate(
    _ int8: Graph, of source: ModelBundle, in scratch: ModelLibrary
  ) throws(WinnowError) -> ModelBundle {
    var manifest = source.manifest
    // For the worker to find the network by; what it really kept is written when that is known.
    manifest.int8 = Int8Promise(
      basis: .agreement, calibrated: 0, judged: 0, drop: nil, agreement: 0, sureAgreement: nil, comparedWith: "")
    let draft = try scratch.makeDraft()
    try draft.copyFiles(of: source, except: Self.int8Files)
    try draft.write(int8.onnxBytes(), to: ModelBundle.int8ModelFile)
    try draft.write(manifest)
    try begin(0.4, "running the int8 network for the first time")
    let golden = try task.run([
      "--make-golden", "--precision", "int8", "--bundle", CommandArgument(draft.path),
    ])
    try draft.write(golden, to: GoldenAnswers.int8FileName)
    let (model, _) = try scratch.publish(draft, manifest: manifest)
    return try scratch.bundle(ModelReference(name: model.name, version: model.version))
  }

  private static let int8Files: Set<String> = [ModelBundle.int8ModelFile, GoldenAnswers.int8FileName]

  private func measure(_ candidate: ModelBundle) throws(WinnowError) -> EngineSpeed {
    try EngineSpeed(json: try task.run(["--measure", "--bundle", CommandArgument(candidate.path)]))
  }

  /// - Parameter calibrated: Hashes of pictures whose copies judge nothing.
  private func judge(
    _ candidate: ModelBundle, against source: ModelBundle, _ indices: [Int], besides calibrated: Set<ContentDigest>,
    _ classifying: TrialClassifying
  ) throws(WinnowError) -> (Int8Trial, comparedWith: String) {
    var seen = calibrated
    var full: [Int: TrialClassifying.Answer] = [:]
    let precision = try classifying.run(
      indices, through: source.path, precision: source.manifest.int8 == nil ? "auto" : "bf16",
      progress: { report(0.5 + 0.2 * $0, "classifying at full precision") }
    ) { (index, answer) throws(WinnowError) in
      if seen.insert(answer.digest).inserted { full[index] = answer }
    }
    var trial = Int8Trial()
    _ = try classifying.run(
      indices.filter { full[$0] != nil }, through: candidate.path, precision: "int8",
      progress: { report(0.7 + 0.2 * $0, "classifying in int8") }
    ) { (index, answer) throws(WinnowError) in
      guard let before = full[index] else { return }
      trial.add(
        Int8Trial.Answers(
          full: before.best, probability: before.probability, int8: answer.best,
          right: classifying.pictures.right(index)))
    }
    return (trial, precision ?? "full precision")
  }

  private func publish(
    _ candidate: ModelBundle, of source: ModelBundle, _ promise: Int8Promise
  ) throws(WinnowError) -> QuantizeReply {
    try begin(0.9, "publishing \(source.model.name)")
    var manifest = source.manifest
    manifest.version = 0
    manifest.created = .now()
    manifest.parent = source.model
    manifest.int8 = promise
    let draft = try library.makeDraft()
    try draft.copyFiles(of: candidate, except: [])
    let wasLive = library.current(of: source.model.name) == source.model
    let (model, _) = try library.publish(draft, manifest: manifest)
    // It answers as its parent does, so it takes its parent's place.
    if wasLive { try library.promote(model) }
    var warnings: [String] = []
    report(0.92, "compiling \(model) for this machine")
    if let complaint = CompilingAhead(library: library, cache: cache, worker: task).compile(model) {
      warnings.append(complaint)
    }
    report(1, "\(model) serves in int8")
    return QuantizeReply(
      model: source.model.description, version: model.version, current: library.current(of: model.name) == model,
      reason: "", warnings: warnings)
  }

  // MARK: Replies

  private func declined(
    _ source: ModelBundle, because reason: String, calibrated: Int = 0, outcome: Int8Trial? = nil,
    speed: EngineSpeed? = nil
  ) -> QuantizeReply {
    report(1, "\(source.model) stays as it is")
    return reply(
      QuantizeReply(model: source.model.description, reason: ""), source,
      "\(source.model) is served at full precision as before: \(reason)", calibrated, outcome, speed)
  }

  private func reply(
    _ reply: QuantizeReply, _ source: ModelBundle, _ reason: String, _ calibrated: Int, _ outcome: Int8Trial?,
    _ speed: EngineSpeed?
  ) -> QuantizeReply {
    var result = reply
    result.reason = reason
    result.calibrated = calibrated
    result.comparison = outcome.map { outcome in
      let labelled = outcome.labelled
      func share(_ right: Int) -> Double? { labelled == 0 ? nil : Double(right) / Double(labelled) }
      return QuantizeReply.Comparison(
        pictures: outcome.pictures, labelled: labelled, agreement: outcome.agreement,
        sureAgreement: outcome.sureAgreement, fullAccuracy: share(outcome.fullRight),
        int8Accuracy: share(outcome.int8Right), drop: outcome.netDrop, dropBound: outcome.dropBound)
    }
    result.speed = speed.map { QuantizeReply.Speed(fullPrecision: $0.fullPrecision, full: $0.full, int8: $0.int8) }
    return result
  }

  /// - Throws: `.jobCancelled`.
  private func begin(_ share: Double, _ step: String) throws(WinnowError) {
    report(share, step)
    try cancellation.check()
  }
}
