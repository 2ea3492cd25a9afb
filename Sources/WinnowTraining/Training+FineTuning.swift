import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowDataset
import WinnowEvaluation
import WinnowFiles
import WinnowGraph
import WinnowSupervision
import WinnowTorch
import WinnowWeights

/// The second half of a training: all of the network is taught, from the head that was fitted.
extension Training {
  /// Fewer pictures than this teach a network nothing that a head does not know; chosen.
  private static let fewestPictures = 40
  /// Pictures of a class whose features make its centre; chosen.
  private static let centrePictures = 100
  static let weightsFile = "weights.safetensors"

  /// Of the whole progress, the part until a head is there.
  var headShare: Double { settings.method == .head ? 1 : 0.1 }

  /// What fine-tuning came to, where it is wanted and better than the head; with both compared where both are there.
  ///
  /// - Throws: With `.finetune`, why it cannot be done; with `.auto` that is a warning.
  func tuned(
    from head: FittedHead, _ backbone: ModelBundle, _ taught: TaughtPictures, _ plan: TrainingPlan,
    _ source: TrainingSource
  ) throws(WinnowError) -> (candidate: TrainingCandidate?, choice: CandidateChoice?) {
    switch settings.method {
    case .head: return (nil, nil)
    case .finetune:
      let candidate = try fineTuned(from: head, backbone, taught, plan, source)
      return (candidate, CandidateChoice(head: head.candidate, tuned: candidate))
    case .auto:
      guard plan.teaching.count >= Self.fewestPictures else { return (nil, nil) }
      do throws(WinnowError) {
        let candidate = try fineTuned(from: head, backbone, taught, plan, source)
        let choice = CandidateChoice(head: head.candidate, tuned: candidate)
        return (choice?.takesTuned ?? true ? candidate : nil, choice)
      } catch {
        guard error.code == .notTrainable || error.code == .torchMissing else { throw error }
        var candidate = head.candidate
        candidate.warnings.append("the network itself was not taught: \(error.message)")
        return (candidate, nil)
      }
    }
  }

  private func fineTuned(
    from head: FittedHead, _ backbone: ModelBundle, _ taught: TaughtPictures, _ plan: TrainingPlan,
    _ source: TrainingSource
  ) throws(WinnowError) -> TrainingCandidate {
    let input = backbone.manifest.input
    guard input.layout == .nchw, input.colour == .rgb, let feature = backbone.manifest.output.feature else {
      throw WinnowError(
        .notTrainable, "the network takes its pictures in an order that fine-tuning does not know",
        remedy: "train a new head alone: --method head")
    }
    let library = try TorchLibrary(at: TorchLibrary.path(beside: try ProgramLocation.ofThisProcess().executable))
    let classCount = taught.labels.count
    let graph = try graph(of: backbone, head.fit.withheld.weights, head.fit.withheld.biases, classCount: classCount)
    func subjects(_ indices: [Int]) -> [FineTuning.Subject] {
      indices.map { index in
        FineTuning.Subject(
          picture: PixelLoader.Picture(place: taught.places[index], digest: taught.pictures[index].digest),
          label: taught.pictures[index].label)
      }
    }
    let teaching = plan.teaching.filter { !plan.validating.contains($0) }
    let validating = plan.teaching.filter(plan.validating.contains)
    var counts = [Int](repeating: 0, count: classCount)
    for index in teaching { counts[taught.pictures[index].label] += 1 }
    let recipe = settings.overrides.applied(
      to: FineTuningRecipe(
        classCounts: counts, side: input.crop,
        isFolded: !graph.nodes.contains { $0.isOperator("BatchNormalization") }))
    let loader = PixelLoader(worker: worker, source, cancellation: cancellation)
    let summary = try graph.summary()
    let size = "\(summary.layers.count) layers, \(summary.parameters) parameters, \(summary.flops / 1_000_000) MFLOPs"
    try begin(headShare, "fine-tuning \(backbone.model): \(size); \(teaching.count) pictures, \(recipe.epochs) epochs")
    let tuning = FineTuning(
      graph: graph, input: input, output: graph.outputs[0].name, feature: feature, classCount: classCount,
      teaching: subjects(teaching), validating: subjects(validating), recipe: recipe, seed: settings.seed,
      precision: settings.overrides.precision, threads: settings.overrides.threads,
      fingerprint: fingerprint(backbone, taught, teaching, recipe), library: library, loader: loader,
      folder: try runFolder(of: settings.name), cancellation: cancellation,
      report: { [headShare] in report(headShare + (0.82 - headShare) * $0, $1) })
    let outcome = try tuning.run()

    func answers(_ indices: [Int]) throws(WinnowError) -> (TestedHead, pictures: [Int]) {
      let said = try tuning.answers(outcome.network, to: subjects(indices)).answers
      let pictures = said.places.map { indices[$0] }
      return (taught.answers(to: pictures, said.logits), pictures)
    }
    let judged = outcome.validation.places.map { validating[$0] }
    let (tested, testedPictures) = try answers(plan.testing)
    let centres = try centres(tuning, outcome, teaching, taught, subjects)
    return TrainingCandidate(
      method: .finetune, graph: outcome.graph, judged: taught.answers(to: judged, outcome.validation.logits),
      judgedPictures: judged, tested: tested, testedPictures: testedPictures, recent: try answers(plan.testingRecent).0,
      centres: centres, familiarity: try familiarity(of: judged, tuning, outcome, centres, subjects),
      progress: outcome.progress,
      torchVersion: library.version, network: outcome.network, warnings: outcome.warnings)
  }

  /// Makes sure that a network answers where it is served as it did where it was taught.
  ///
  /// - Throws: `.goldenMismatch`.
  static func verify(_ golden: GoldenAnswers, against network: LearningNetwork, side: Int) throws(WinnowError) {
    var largest = 0.0
    for answer in golden.answers {
      let said = try network.answers(answer.picture.pixels(side: side), count: 1, feature: nil).logits
      largest = max(largest, GoldenCheck.difference(answer.logits, from: said))
    }
    guard largest <= GoldenAnswers.standardTolerances["fp32"] ?? 0 else {
      throw WinnowError(
        .goldenMismatch, "the exported network does not answer as it did when it was taught: they differ by \(largest)",
        remedy: "train a new head alone, --method head, and tell us: this is a fault of Winnow's")
    }
  }

  /// The mean features of some pictures of each class, as the taught network sees them.
  private func centres(
    _ tuning: FineTuning, _ outcome: FineTuning.Outcome, _ teaching: [Int], _ taught: TaughtPictures,
    _ subjects: ([Int]) -> [FineTuning.Subject]
  ) throws(WinnowError) -> ClassCentreSums {
    var counts = [Int](repeating: 0, count: taught.labels.count)
    let chosen = teaching.filter { index in
      counts[taught.pictures[index].label] += 1
      return counts[taught.pictures[index].label] <= Self.centrePictures
    }
    let (answers, features) = try tuning.answers(outcome.network, to: subjects(chosen), features: true)
    let width = answers.places.isEmpty ? 0 : features.count / answers.places.count
    var centres = ClassCentreSums(classCount: taught.labels.count, width: width)
    features.withUnsafeBufferPointer { features in
      for (row, place) in answers.places.enumerated() {
        centres.add(
          UnsafeBufferPointer(rebasing: features[row * width..<(row + 1) * width]),
          of: taught.pictures[chosen[place]].label)
      }
    }
    return centres
  }

  /// How familiar pictures are that the centres are not made of.
  private func familiarity(
    of judged: [Int], _ tuning: FineTuning, _ outcome: FineTuning.Outcome, _ centres: ClassCentreSums,
    _ subjects: ([Int]) -> [FineTuning.Subject]
  ) throws(WinnowError) -> [Double?] {
    let (answers, features) = try tuning.answers(outcome.network, to: subjects(judged), features: true)
    let width = answers.places.isEmpty ? 0 : features.count / answers.places.count
    var familiarity = [Double?](repeating: nil, count: judged.count)
    features.withUnsafeBufferPointer { features in
      for (row, place) in answers.places.enumerated() {
        familiarity[place] = centres.familiarity(
          of: UnsafeBufferPointer(rebasing: features[row * width..<(row + 1) * width]), leavingOut: nil)
      }
    }
    return familiarity
  }

  /// Equal for trainings that would come to the same weights.
  private func fingerprint(
    _ backbone: ModelBundle, _ taught: TaughtPictures, _ teaching: [Int], _ recipe: FineTuningRecipe
  ) -> String {
    var hasher = ContentHasher()
    let data = TrainingRecord.fingerprint(
      of: teaching.lazy.map { (taught.labels[taught.pictures[$0].label], taught.pictures[$0].digest.hex) })
    let words = [
      "\(backbone.model)", data, "\(settings.seed)", "\(recipe)", "\(settings.overrides)", "\(settings.testShare)",
    ]
    for word in words { hasher.update(Array("\(word)\n".utf8)) }
    return hasher.finish().hex
  }

  /// Where a training of a model keeps its checkpoint and curves: `STATE/training/NAME`.
  func runFolder(of name: String) throws(WinnowError) -> OutputFolder {
    let root = library.root.removingLastComponent().appending("training")
    _ = try OutputFolder(root)
    return try OutputFolder(root.appending(name))
  }

  static func weights(of graph: Graph) throws(WinnowError) -> [UInt8] {
    let tensors = graph.initialisers.filter { $0.value.floats != nil && $0.value.count > 1 }
      .map { (name: $0.key, tensor: $0.value) }.sorted { $0.name < $1.name }
    return try Safetensors.file(tensors).flatMap(\.self)
  }
}

extension CandidateChoice {
  /// Both beside each other, on the same pictures.
  var figures: [String: TrainReply.Figure] {
    [
      "head_validation_log_loss": .init(value: headLoss), "head_validation_accuracy": .init(value: headAccuracy),
      "finetune_validation_log_loss": .init(value: tunedLoss),
      "finetune_validation_accuracy": .init(value: tunedAccuracy),
      "finetune_log_loss_difference": .init(
        value: difference, low: difference - 1.96 * standardError, high: difference + 1.96 * standardError),
    ]
  }
}
