import Dispatch
public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowDataset
import WinnowEvaluation
import WinnowFiles
import WinnowGraph
public import WinnowImport
public import WinnowSupervision

/// A whole training: looks at every picture once, fits a head to the network of a model that is there, teaches the
/// network from that head where that is wanted, tests, publishes.
public struct Training {
  let settings: TrainingSettings
  let library: ModelLibrary
  let worker: FilePath
  private let cache: FilePath?
  let cancellation: Cancellation
  let report: (Double, String) -> Void
  private let test: Test?

  /// Writes the report of a new version about the pictures that test it.
  ///
  /// - Returns: the page.
  public typealias Test = (ModelVersion, TrialPictures) throws(WinnowError) -> FilePath

  /// - Parameters:
  ///   - worker: The program winnow-worker.
  ///   - cache: The folder for compiled networks; nil compiles nothing ahead.
  ///   - test: Called once the version is published; a report that cannot be written is a warning.
  ///   - report: Called with 0 to 1 and what is being done.
  public init(
    _ settings: TrainingSettings, in library: ModelLibrary, worker: FilePath, cache: FilePath?,
    cancellation: Cancellation, test: Test? = nil, report: @escaping (Double, String) -> Void
  ) {
    self.settings = settings
    self.library = library
    self.worker = worker
    self.cache = cache
    self.cancellation = cancellation
    self.test = test
    self.report = report
  }

  /// - Throws: what is wrong with the pictures or the backbone; what keeps the worker from running; `.jobCancelled`.
  ///   Nothing is published then.
  public func run() throws(WinnowError) -> TrainReply {
    let began = ContinuousClock.now
    try begin(0, "reading what there is to learn from")
    let backbone = try Backbone(settings, in: library).bundle()
    let frozen = try FrozenTest(of: settings.name, in: library)
    let folder = try settings.folder.map { (path) throws(WinnowError) in
      try DatasetFolder(opening: path, cancellation: cancellation)
    }
    let source = try TrainingSource(folder, sorted: settings.sorted)
    let looker = WorkerLooking(program: worker, bundle: backbone.path, cancellation: cancellation)
    let taught = try TaughtPictures(of: source, by: looker, cancellation: cancellation) {
      report(0.02 + 0.68 * $0, $1)
    }
    let plan = try TrainingPlan(
      taught.pictures, labels: taught.labels, frozen: frozen, testShare: settings.testShare,
      foldCount: HeadFit.foldCount, seed: settings.seed)

    let head = try head(backbone, taught, plan)
    let (candidate, choice) = try tuned(from: head, backbone, taught, plan, source)
    let outcome = candidate ?? head.candidate
    let temperature = outcome.temperature
    var figures = outcome.tested.figures(temperature: temperature, seed: settings.seed)
    if let accuracy = outcome.recent.figures(temperature: temperature, seed: settings.seed)["accuracy"] {
      figures["recent_accuracy"] = accuracy
    }
    let kind = outcome.method == .head ? "out_of_fold" : "validation"
    for (name, figure) in outcome.judged.figures(temperature: temperature, seed: settings.seed) {
      if name == "accuracy" || name == "log_loss" { figures["\(kind)_\(name)"] = figure }
    }
    if let choice { figures.merge(choice.figures) { own, _ in own } }
    var manifest = BundleManifest(
      name: settings.name, created: .now(), classes: taught.labels, input: backbone.manifest.input,
      output: OutputSpec(
        values: .logits, tensor: outcome.graph.outputs[0].name, feature: backbone.manifest.output.feature),
      architecture: backbone.manifest.architecture, parent: backbone.model)
    manifest.temperature = temperature
    manifest.familiarity = Familiarity(of: outcome.familiarity.compactMap(\.self))
    for (name, figure) in figures {
      manifest.metrics[name] = .init(value: figure.value, low: figure.low, high: figure.high)
    }
    var files = [
      ModelBundle.centresFile: outcome.centres.bytes,
      TaughtDigests.fileName: Self.taught(taught, plan).bytes,
      OutOfFoldAnswers.fileName: try outcome.judged.outOfFold(
        taught.labels, temperature: temperature, familiarity: outcome.familiarity
      ).json(),
    ]
    let leftOut = Self.leftOut(taught, plan)
    files[TrainingRecord.fileName] = try record(outcome, head, backbone, taught, plan).json()
    if let progress = outcome.progress {
      files["curves.csv"] = Array(progress.history.csv.utf8)
      files[Self.weightsFile] = try Self.weights(of: outcome.graph)
    }
    let kept = frozenTest(taught, plan, besides: frozen)
    if !kept.isEmpty { files[FrozenTest.fileName] = try kept.json() }

    let live = library.current(of: settings.name)
    let comparison = try compare(with: live, outcome, taught, plan, in: source)
    let published = try ModelPublishing(
      in: library, worker: worker, cache: cache, cancellation: cancellation, report: { report(0.85 + 0.05 * $0, $1) }
    ).publish(outcome.graph, manifest, files: files) { (golden) throws(WinnowError) in
      guard let network = outcome.network else { return }
      try Self.verify(golden, against: network, side: manifest.input.crop)
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let gate = PromotionGate(settings.promotion, isFirst: published.isCurrent, comparison)
    if gate.isPromoted, !published.isCurrent { try library.promote(published.model) }
    let (page, complaint) = testReport(of: published.model, with: source, taught, plan)
    let int8 = try quantise(published.model, with: source, taught, plan)
    if outcome.progress != nil { try runFolder(of: settings.name).remove(TrainingCheckpoint.fileName) }
    report(1, "\(published.model) is trained: \(gate.reason)")

    return TrainReply(
      model: published.model.name, version: published.model.version,
      current: int8?.current == true || library.current(of: settings.name) == published.model,
      method: outcome.method.rawValue,
      backbone: backbone.model.description, classes: taught.labels,
      pictures: .init(
        taught: plan.teaching.count, tested: plan.testing.count, leftOut: leftOut),
      metrics: figures,
      comparison: live.flatMap { live in
        comparison.map {
          TrainReply.Comparison(
            version: live.version, pictures: $0.count, won: $0.won, lost: $0.lost, difference: $0.difference,
            lowerBound: $0.lowerBound, p: $0.pBetter)
        }
      }, promotion: gate.reason, seconds: seconds, int8: int8, report: page?.escaped,
      warnings: taught.warnings + plan.warnings + outcome.warnings + published.warnings + complaint)
  }

  private func record(
    _ outcome: TrainingCandidate, _ head: FittedHead, _ backbone: ModelBundle, _ taught: TaughtPictures,
    _ plan: TrainingPlan
  ) -> TrainingRecord {
    var record = TrainingRecord(
      method: outcome.method.rawValue, backbone: backbone.model.description, seed: settings.seed,
      testShare: settings.testShare, strength: head.fit.strength, strengths: HeadFit.strengths,
      folds: HeadFit.foldCount,
      fingerprint: TrainingRecord.fingerprint(
        of: plan.teaching.lazy.map { (taught.labels[taught.pictures[$0].label], taught.pictures[$0].digest.hex) }),
      taught: plan.teaching.count, tested: plan.testing.count, leftOut: Self.leftOut(taught, plan))
    if let progress = outcome.progress {
      record.fineTuning = TrainingRecord.FineTuning(
        recipe: progress.recipe, precision: progress.precision, threads: progress.threads,
        torch: outcome.torchVersion ?? "", judged: plan.validating.count, best: progress.choice.kept.map { $0 + 1 },
        history: progress.history)
    }
    return record
  }

  private static func taught(_ taught: TaughtPictures, _ plan: TrainingPlan) -> TaughtDigests {
    TaughtDigests(Set(plan.teaching.compactMap { ContentDigest(hex: taught.pictures[$0].digest.hex) }))
  }

  /// How many pictures do not take part, by reason; reasons without any are not there.
  private static func leftOut(_ taught: TaughtPictures, _ plan: TrainingPlan) -> [String: Int] {
    var counts = ["unreadable": taught.rejects]
    for reason in TrainingPlan.Reason.allCases { counts[reason.rawValue] = plan.count(of: reason) }
    return counts.filter { $0.value > 0 }
  }

  private func testReport(
    of model: ModelVersion, with source: TrainingSource, _ taught: TaughtPictures, _ plan: TrainingPlan
  ) -> (page: FilePath?, complaint: [String]) {
    guard let test, !plan.testing.isEmpty else { return (nil, []) }
    report(0.9, "writing the report of the test")
    let pictures = TrialPictures(
      count: plan.testing.count, right: { [taught.pictures[plan.testing[$0]].label] }, isHeldOut: { _ in true },
      name: { source.name(taught.places[plan.testing[$0]]) },
      open: { (index) throws(WinnowError) in try source.open(taught.places[plan.testing[index]]) })
    do throws(WinnowError) {
      return (try test(model, pictures), [])
    } catch {
      return (nil, ["the report of the test cannot be written: \(error)"])
    }
  }

  /// Brings the version to int8, as one more version, where enough pictures can judge that: those of the test, which
  /// neither taught the head nor give the ranges.
  private func quantise(
    _ model: ModelVersion, with source: TrainingSource, _ taught: TaughtPictures, _ plan: TrainingPlan
  ) throws(WinnowError) -> QuantizeReply? {
    guard plan.testing.count >= Int8Trial.fewestPictures else { return nil }
    let indices = plan.teaching + plan.testing
    let pictures = TrialPictures(
      count: indices.count, right: { [taught.pictures[indices[$0]].label] },
      isHeldOut: { $0 >= plan.teaching.count }, name: { source.name(taught.places[indices[$0]]) },
      open: { (index) throws(WinnowError) in try source.open(taught.places[indices[index]]) })
    return try ModelQuantisation(
      in: library, worker: worker, cache: cache, cancellation: cancellation, report: { report(0.9 + 0.1 * $0, $1) }
    ).run(ModelReference(name: model.name, version: model.version), on: pictures)
  }

  // MARK: - Steps

  /// What later versions are to be tested on: all that ever was, whether or not its pictures are in the folder today.
  private func frozenTest(_ taught: TaughtPictures, _ plan: TrainingPlan, besides frozen: FrozenTest) -> FrozenTest {
    var kept = frozen
    for index in plan.testing {
      kept.add(taught.pictures[index].digest, of: taught.labels[taught.pictures[index].label])
    }
    return kept
  }

  /// The new head beside the live version, on the test pictures of classes that both know.
  private func compare(
    with live: ModelVersion?, _ outcome: TrainingCandidate, _ taught: TaughtPictures, _ plan: TrainingPlan,
    in source: TrainingSource
  ) throws(WinnowError) -> PairedComparison? {
    let (tested, testing) = (outcome.tested, outcome.testedPictures)
    guard let live, !testing.isEmpty else { return nil }
    let bundle = try library.bundle(ModelReference(name: live.name, version: live.version))
    var known: [String: Set<Int>] = [:]
    for (index, label) in bundle.manifest.classes.enumerated() { known[label, default: []].insert(index) }
    let answers = tested.answers
    let common = testing.indices.filter { known[taught.labels[tested.labels[$0]]] != nil }
    guard !common.isEmpty else { return nil }
    try begin(0.82, "comparing with \(live)")
    let pictures = TrialPictures(
      count: common.count, right: { known[taught.labels[tested.labels[common[$0]]]] ?? [] }, isHeldOut: { _ in true },
      name: { source.name(taught.places[testing[common[$0]]]) },
      open: { (index) throws(WinnowError) in try source.open(taught.places[testing[common[index]]]) })
    var pairs: [(old: Bool, new: Bool)] = []
    _ = try TrialClassifying(program: worker, pictures: pictures, cancellation: cancellation).run(
      Array(common.indices), through: bundle.path, precision: "auto", progress: { _ in }
    ) { (index, answer) throws(WinnowError) in
      let place = common[index]
      pairs.append((old: pictures.right(index).contains(answer.best), new: answers[place] == tested.labels[place]))
    }
    return PairedComparison(pairs)
  }

  /// - Throws: `.jobCancelled`.
  func begin(_ share: Double, _ step: String) throws(WinnowError) {
    report(share, step)
    try cancellation.check()
  }
}
