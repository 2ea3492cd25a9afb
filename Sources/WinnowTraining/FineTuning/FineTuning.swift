import SystemPackage
import WinnowBundle
import WinnowCore
import WinnowDataset
import WinnowEvaluation
import WinnowGraph
import WinnowSupervision
import WinnowTorch

/// Teaches all of a network, from a head that knows the classes already.
///
/// ```
/// worker: decode, crop ─► pixels ─► step, step, … ─► validation ─► checkpoint        an epoch
/// ```
struct FineTuning {
  /// A picture with its class.
  struct Subject {
    var picture: PixelLoader.Picture
    var label: Int
  }

  /// The network that judged best, and what it says of the pictures.
  struct Outcome {
    var graph: Graph
    /// Its averaged network has the weights of `graph`.
    var network: LearningNetwork
    /// What it says of the pictures that only judge.
    var validation: Answers
    var progress: TrainingCheckpoint.Progress
    var warnings: [String]
  }

  struct Answers {
    /// Places within the list that was asked about.
    var places: [Int] = []
    /// `[places.count][classCount]`.
    var logits: [Float] = []
  }

  /// A killed training loses at most this, in seconds; chosen.
  private static let checkpointSeconds = 40.0
  /// Pictures that are judged at once.
  private static let judgedBatch = 32

  let graph: Graph
  let input: InputSpec
  let output: String
  let feature: String
  let classCount: Int
  let teaching: [Subject]
  let validating: [Subject]
  let recipe: FineTuningRecipe
  let seed: UInt64
  /// What somebody fixed; nil measures.
  let precision: String?
  let threads: Int?
  let fingerprint: String
  let library: TorchLibrary
  let loader: PixelLoader
  let folder: OutputFolder
  let cancellation: Cancellation
  let report: (Double, String) -> Void

  private var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classCount)
    for subject in teaching { counts[subject.label] += 1 }
    return counts
  }

  /// - Throws: `.jobCancelled`, where the checkpoint stays; `.torchFailure`; what the worker or the disk says.
  func run() throws(WinnowError) -> Outcome {
    let earlier = try TrainingCheckpoint(in: folder).flatMap { $0.progress.fingerprint == fingerprint ? $0 : nil }
    var progress: TrainingCheckpoint.Progress
    if let earlier {
      progress = earlier.progress
    } else {
      let choice = try ComputeChoice(
        precision: precision, threads: threads, recipe: recipe, classCount: classCount,
        makeNetwork: { (numbers) throws(WinnowError) in try makeNetwork(numbers, stepCount: 0) }, library: library)
      progress = TrainingCheckpoint.Progress(
        fingerprint: fingerprint, recipe: recipe, precision: choice.precision, threads: choice.threads)
    }
    let choice = ComputeChoice(precision: progress.precision, threads: progress.threads)
    try library.setThreads(choice.threads)
    let network = try makeNetwork(choice.numbers, stepCount: progress.steps)
    if let earlier { try earlier.restore(network.state, in: library) }
    var best = earlier?.best ?? []
    if earlier == nil { try TrainingCheckpoint.write(progress, network.state, best: [], to: folder) }

    while progress.epoch < recipe.epochs, !isExhausted(progress) {
      try learn(network, &progress, best: best)
      try finishEpoch(network, &progress, best: &best)
      try TrainingCheckpoint.write(progress, network.state, best: best, to: folder)
      try draw(progress.history)
    }
    for (name, tensor) in network.averagedWeights {
      guard let kept = best.first(where: { $0.name == name }), let floats = kept.tensor.floats else { continue }
      try tensor.assign(try TorchTensor(floats, shape: kept.tensor.shape, in: library))
    }
    var result = graph
    for (name, tensor) in best { result.initialisers[name] = tensor }
    return Outcome(
      graph: result, network: network, validation: try answers(network, to: validating).answers, progress: progress,
      warnings: loader.losses.sorted { $0.key < $1.key }.map {
        "\($1) times a picture could not be had while it was to teach: \($0)"
      })
  }

  private func makeNetwork(
    _ numbers: TorchTensor.Numbers, stepCount: Int
  ) throws(WinnowError) -> LearningNetwork {
    try LearningNetwork(
      graph, input: input, output: output, classCounts: classCounts, recipe: recipe, numbers: numbers,
      stepCount: stepCount, in: library)
  }

  private func isExhausted(_ progress: TrainingCheckpoint.Progress) -> Bool {
    guard let kept = progress.choice.kept else { return false }
    return progress.epoch - 1 - kept >= recipe.patience
  }

  // MARK: - An epoch

  private func learn(
    _ network: LearningNetwork, _ progress: inout TrainingCheckpoint.Progress, best: [(name: String, tensor: Tensor)]
  ) throws(WinnowError) {
    let plan = EpochPlan(count: teaching.count, epoch: progress.epoch, seed: seed, recipe: recipe)
    let first = progress.step
    let total = Double(max(1, recipe.epochs * plan.batchCount))
    var state = progress
    var (began, written) = (ContinuousClock.now, ContinuousClock.now)
    try loader.load(max(0, plan.batchCount - first)) { number in
      plan.batch(first + number).map { (teaching[$0].picture, plan.crop(of: $0)) }
    } each: { (number, batch) throws(WinnowError) in
      let members = Array(plan.batch(first + number))
      let labels = batch.rows.map { teaching[members[$0]].label }
      // A norm over one picture is none.
      if labels.count > 1 {
        let done = Double(state.epoch * plan.batchCount + state.step) / total
        let (loss, right) = try network.step(batch.pixels, labels: labels, progress: done, step: state.steps)
        guard loss.isFinite else { throw Self.diverged }
        state.steps += 1
        state.lossSum += loss * Double(labels.count)
        state.right += right
        state.seen += labels.count
      }
      state.step += 1
      let now = ContinuousClock.now
      state.seconds += (now - began) / .seconds(1)
      began = now
      tell(state, plan.batchCount)
      if (now - written) / .seconds(1) > Self.checkpointSeconds {
        try TrainingCheckpoint.write(state, network.state, best: best, to: folder)
        (began, written) = (.now, .now)
      }
    }
    progress = state
  }

  private func finishEpoch(
    _ network: LearningNetwork, _ progress: inout TrainingCheckpoint.Progress,
    best: inout [(name: String, tensor: Tensor)]
  ) throws(WinnowError) {
    let judged = try answers(network, to: validating).answers
    let labels = judged.places.map { validating[$0].label }
    let tested = TestedHead(classCount: classCount, logits: judged.logits, labels: labels, groups: [])
    // As it will be served: smoothing and averaging change how sure a network is from epoch to epoch, which a
    // temperature puts right at the end.
    let temperature = Temperature.fitted(to: judged.logits, labels: labels, classCount: classCount)
    let loss = tested.logLoss(temperature: temperature)
    let seen = Double(max(1, progress.seen))
    let batches = EpochPlan(count: teaching.count, epoch: progress.epoch, seed: seed, recipe: recipe).batchCount
    let done = Double((progress.epoch + 1) * batches) / Double(max(1, recipe.epochs * batches))
    progress.history.epochs.append(
      TrainingHistory.Epoch(
        loss: progress.lossSum / seen, accuracy: Double(progress.right) / seen, validationLoss: loss,
        validationAccuracy: tested.accuracy, rate: recipe.rate(at: done), seconds: progress.seconds,
        speed: progress.seconds > 0 ? Double(progress.seen) / progress.seconds : 0))
    if progress.choice.take(tested.losses(temperature: temperature), of: progress.epoch) {
      best = try network.averagedWeights.map { (weight) throws(WinnowError) in
        (name: weight.name, tensor: try Tensor(try weight.tensor.floats(), shape: try weight.tensor.shape()))
      }
    }
    progress.epoch += 1
    (progress.step, progress.lossSum, progress.seen, progress.right, progress.seconds) = (0, 0, 0, 0, 0)
  }

  /// What the averaged network says of the centre crops, and their features.
  func answers(
    _ network: LearningNetwork, to subjects: [Subject], features: Bool = false
  ) throws(WinnowError) -> (answers: Answers, features: [Float]) {
    var answers = Answers()
    var found: [Float] = []
    let wish = CropWish(side: input.crop, region: .centre(resize: input.resize))
    let count = (subjects.count + Self.judgedBatch - 1) / Self.judgedBatch
    func members(_ number: Int) -> Range<Int> {
      number * Self.judgedBatch..<min(subjects.count, (number + 1) * Self.judgedBatch)
    }
    try loader.load(count) { number in
      members(number).map { (subjects[$0].picture, wish) }
    } each: { (number, batch) throws(WinnowError) in
      guard !batch.rows.isEmpty else { return }
      let said = try network.answers(batch.pixels, count: batch.rows.count, feature: features ? feature : nil)
      answers.places += batch.rows.map { members(number).lowerBound + $0 }
      answers.logits += said.logits
      found += said.features
    }
    return (answers, found)
  }

  // MARK: - Telling

  private func tell(_ progress: TrainingCheckpoint.Progress, _ batches: Int) {
    let done = Double(progress.epoch * batches + progress.step) / Double(max(1, recipe.epochs * batches))
    let speed = progress.seconds > 0 ? Double(progress.seen) / progress.seconds : 0
    let left = speed > 0 ? (1 - done) * Double(recipe.epochs * batches * recipe.batch) / speed : 0
    let seen = Double(max(1, progress.seen))
    var text = "epoch \(progress.epoch + 1) of \(recipe.epochs): loss \(Self.rounded(progress.lossSum / seen, 3)), "
    text += "\(Self.rounded(100 * Double(progress.right) / seen, 1))% right"
    if let last = progress.history.epochs.last {
      text += "; validation loss \(Self.rounded(last.validationLoss, 3)), "
      text += "\(Self.rounded(100 * last.validationAccuracy, 1))% right"
    }
    text += "; rate \(Self.rounded(recipe.rate(at: done) * 1e4, 2))e-4; \(Self.rounded(speed, 1)) pictures a second; "
    text += left < 90 ? "\(Int(left)) s left" : "\(Int((left / 60).rounded())) min left"
    report(done, text)
  }

  private static func rounded(_ value: Double, _ digits: Int) -> String {
    let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    return "\((value * factor).rounded() / factor)"
  }

  /// The curves as they are now, for whoever looks while it runs.
  private func draw(_ history: TrainingHistory) throws(WinnowError) {
    try folder.write(Array(history.csv.utf8), as: "curves.csv")
    for (name, chart) in [("loss", history.lossChart), ("accuracy", history.accuracyChart)] {
      try folder.write(Array(chart.utf8), as: "\(name).svg")
      _ = folder.rasterise(name)
    }
  }

  private static let diverged = WinnowError(
    .torchFailure, "the loss is no number any more: the steps are too large", remedy: "train with a smaller --rate")
}
