import COpenBLAS
import WinnowCore
import WinnowEvaluation
import WinnowSupervision

/// A linear head fitted to features: multinomial logistic regression whose strength of regularisation is chosen by the
/// log-loss of pictures that the heads judged were not taught ("out of fold"), fitted at last to all pictures.
struct HeadFit {
  static let foldCount = 5
  /// scikit-learn's C for features of mean square 1: the larger, the less the weights are held down. Each is tried from
  /// the weights of the one before; chosen: from far too strong to far too weak on photos.
  static let strengths = [0.000_1, 0.000_5, 0.002_5, 0.012_5, 0.062_5, 0.312_5]

  /// `[classCount][width]`, for features as the network gives them.
  let weights: [Float]
  let biases: [Float]
  let strength: Double
  /// Of each picture, `[pictures][classCount]`: what a head says that was not taught it.
  let outOfFold: [Float]
  let logLoss: Double
  /// The head that was not taught the pictures of fold 0: `[classCount][width]` and `[classCount]`.
  let withheld: (weights: [Float], biases: [Float])

  /// A picture's place among the rows: its crop, and the mirrored one, which teaches alike.
  struct Row {
    var picture: Int
    var isMirrored: Bool
  }

  /// - Parameters:
  ///   - labels: of each picture.
  ///   - folds: of each picture, 0 to `foldCount` - 1.
  ///   - report: the share done, 0 to 1.
  /// - Throws: `.jobCancelled`; what reading the features throws.
  init(
    _ features: FeatureMatrix, rows: [Row], labels: [Int], folds: [Int], classCount: Int, cancellation: Cancellation,
    report: (Double) -> Void
  ) throws(WinnowError) {
    let scale = try Self.scale(of: features)
    let rowWeights = (0..<Self.foldCount).map { fold in rows.map { folds[$0.picture] == fold ? 0 : Float(1) } }
    let problems = SoftmaxProblems(
      features: features, scale: scale, classCount: classCount, labels: rows.map { Int32(labels[$0.picture]) },
      weights: rowWeights + [rows.map { _ in 1 }])
    let last = Self.foldCount
    let taught = (0..<Self.foldCount).map { fold in Double(folds.count { $0 != fold }) }

    var points = [[Float]](
      repeating: [Float](repeating: 0, count: problems.parameterCount), count: Self.foldCount)
    var best: (loss: Double, strength: Double, logits: [Float], points: [[Float]])?
    for (step, strength) in Self.strengths.enumerated() {
      // C counts each picture's loss whole; here it is the mean.
      let decays = taught.map { 1 / (strength * max($0, 1)) }
      points = try Self.solve(problems, Array(0..<Self.foldCount), from: points, decays: decays, cancellation)
      let logits = try Self.heldOut(problems, points, rows, folds, classCount)
      let loss = Temperature.logLoss(
        of: logits, labels: labels, classCount: classCount,
        temperature: Temperature.fitted(to: logits, labels: labels, classCount: classCount))
      report(Double(step + 1) / Double(Self.strengths.count + 1))
      if let found = best, loss > found.loss {
        // Weaker still only gets worse.
        if loss > 1.02 * found.loss { break }
      } else {
        best = (loss, strength, logits, points)
      }
    }
    guard let best else { preconditionFailure("there are strengths to try") }
    let decay = 1 / (best.strength * Double(max(labels.count, 1)))
    let point = try Self.solve(problems, [last], from: [best.points[0]], decays: [decay], cancellation)[0]
    report(1)
    let weightCount = classCount * features.width
    weights = point[..<weightCount].map { $0 * scale }
    biases = Array(point[weightCount...])
    withheld = (best.points[0][..<weightCount].map { $0 * scale }, Array(best.points[0][weightCount...]))
    strength = best.strength
    outOfFold = best.logits
    logLoss = best.loss
  }

  /// What the head says of other features, a row each: `[rows][classCount]`.
  func logits(of features: FeatureMatrix) throws(WinnowError) -> [Float] {
    let problems = SoftmaxProblems(
      features: features, scale: 1, classCount: biases.count, labels: [], weights: [])
    return try problems.logits(at: [weights + biases]) { _, _ in true }[0]
  }

  /// What brings the features to a mean square of 1.
  private static func scale(of features: FeatureMatrix) throws(WinnowError) -> Float {
    var sum = 0.0
    try features.forEachBlock { _, block in
      sum += Double(cblas_sdot(Int32(block.count), block.baseAddress, 1, block.baseAddress, 1))
    }
    let mean = sum / Double(max(1, features.count * features.width))
    return mean > 0 ? Float(1 / mean.squareRoot()) : 1
  }

  /// The best parameters of each problem; all are looked for in step, so that each round reads the features once.
  private static func solve(
    _ problems: SoftmaxProblems, _ numbers: [Int], from starts: [[Float]], decays: [Double],
    _ cancellation: Cancellation
  ) throws(WinnowError) -> [[Float]] {
    var searches = starts.map { LimitedMemoryBFGS(from: $0) }
    while true {
      try cancellation.check()
      let open = searches.indices.filter { searches[$0].trial != nil }
      guard !open.isEmpty else { return searches.map(\.point) }
      let found = try problems.evaluate(
        open.map { numbers[$0] }, at: open.compactMap { searches[$0].trial }, decays: open.map { decays[$0] })
      for (index, evaluation) in zip(open, found) {
        searches[index].take(value: evaluation.value, gradient: evaluation.gradient)
      }
    }
  }

  /// Each picture's logits under the problem that was not taught it.
  private static func heldOut(
    _ problems: SoftmaxProblems, _ points: [[Float]], _ rows: [Row], _ folds: [Int], _ classCount: Int
  ) throws(WinnowError) -> [Float] {
    let all = try problems.logits(at: points) { row, problem in
      !rows[row].isMirrored && folds[rows[row].picture] == problem
    }
    var result = [Float](repeating: 0, count: folds.count * classCount)
    for (row, place) in rows.enumerated() where !place.isMirrored {
      let logits = all[folds[place.picture]]
      for label in 0..<classCount {
        result[place.picture * classCount + label] = logits[row * classCount + label]
      }
    }
    return result
  }
}
