import WinnowBundle
import WinnowCore
import WinnowDataset
import WinnowEvaluation
import WinnowGraph

/// A head that was fitted, and what it makes of the backbone.
struct FittedHead {
  let fit: HeadFit
  let candidate: TrainingCandidate
}

/// The first half of every training: a new head on the backbone's feature; the network itself stays.
extension Training {
  func head(_ backbone: ModelBundle, _ taught: TaughtPictures, _ plan: TrainingPlan) throws(WinnowError) -> FittedHead {
    let teaching = plan.teaching
    try begin(0.7 * headShare, "fitting the head to \(teaching.count) pictures")
    let classCount = taught.labels.count
    let placeOf = Dictionary(uniqueKeysWithValues: teaching.enumerated().map { ($1, $0) })
    // Only what teaches, so that the fit passes over nothing else.
    let features = FeatureMatrix(width: taught.features.width)
    let tests = FeatureMatrix(width: taught.features.width)
    let recentTests = FeatureMatrix(width: taught.features.width)
    var rows: [HeadFit.Row] = []
    var centres = ClassCentreSums(classCount: classCount, width: features.width)
    let (isTest, isRecent) = (Set(plan.testing), Set(plan.testingRecent))
    try taught.features.forEachBlock { first, block in
      for row in 0..<block.count / features.width {
        let (picture, isMirrored) = ((first + row) / 2, (first + row) % 2 == 1)
        let feature = UnsafeBufferPointer(rebasing: block[row * features.width..<(row + 1) * features.width])
        if let place = placeOf[picture] {
          features.append(Array(feature))
          rows.append(HeadFit.Row(picture: place, isMirrored: isMirrored))
          if !isMirrored { centres.add(feature, of: taught.pictures[picture].label) }
        } else if !isMirrored, isTest.contains(picture) {
          tests.append(Array(feature))
        } else if !isMirrored, isRecent.contains(picture) {
          recentTests.append(Array(feature))
        }
      }
    }
    let familiarity = try self.familiarity(of: taught, placeOf, centres)
    let folds = teaching.map { index in if case .teaches(let fold) = plan.roles[index] { fold } else { 0 } }
    let fit = try HeadFit(
      features, rows: rows, labels: teaching.map { taught.pictures[$0].label }, folds: folds, classCount: classCount,
      cancellation: cancellation,
      report: { report((0.7 + 0.12 * $0) * headShare, "fitting the head to \(teaching.count) pictures") })
    func answers(_ indices: [Int], _ features: FeatureMatrix) throws(WinnowError) -> TestedHead {
      taught.answers(to: indices, try fit.logits(of: features))
    }
    return FittedHead(
      fit: fit,
      candidate: TrainingCandidate(
        method: .head, graph: try graph(of: backbone, fit.weights, fit.biases, classCount: classCount),
        judged: taught.answers(to: teaching, fit.outOfFold), judgedPictures: teaching,
        tested: try answers(plan.testing, tests), testedPictures: plan.testing,
        recent: try answers(plan.testingRecent, recentTests), centres: centres,
        familiarity: familiarity))
  }

  /// Pictures whose familiarity is measured; more change the rarest two in a hundred little.
  private static let mostFamiliarity = 5_000

  /// How familiar pictures that teach are, each by centres without itself.
  private func familiarity(
    of taught: TaughtPictures, _ placeOf: [Int: Int], _ centres: ClassCentreSums
  ) throws(WinnowError) -> [Double?] {
    var familiarity = [Double?](repeating: nil, count: placeOf.count)
    let width = taught.features.width
    let step = max(1, placeOf.count / Self.mostFamiliarity)
    try taught.features.forEachBlock { first, block in
      for row in 0..<block.count / width where (first + row) % 2 == 0 {
        let picture = (first + row) / 2
        guard let place = placeOf[picture], place % step == 0 else { continue }
        familiarity[place] = centres.familiarity(
          of: UnsafeBufferPointer(rebasing: block[row * width..<(row + 1) * width]),
          leavingOut: taught.pictures[picture].label)
      }
    }
    return familiarity
  }

  /// The backbone with another head.
  ///
  /// - Throws: `.notTrainable` where it gives no feature.
  func graph(
    of backbone: ModelBundle, _ weights: [Float], _ biases: [Float], classCount: Int
  ) throws(WinnowError) -> Graph {
    guard let feature = backbone.manifest.output.feature else {
      throw WinnowError(
        .notTrainable, "\(backbone.model) gives no feature that a new head could be put on", remedy: "use another model"
      )
    }
    let network = try Graph(onnx: try backbone.contents(of: ModelBundle.modelFile))
    return try network.withLinearHead(
      on: feature, weights: try Tensor(weights, shape: [classCount, weights.count / classCount]),
      biases: try Tensor(biases, shape: [classCount]), named: "logits")
  }
}

extension TaughtPictures {
  /// Answers to pictures, with the right ones beside them.
  ///
  /// - Parameter logits: `[indices.count][labels.count]`.
  func answers(to indices: [Int], _ logits: [Float]) -> TestedHead {
    TestedHead(
      classCount: labels.count, logits: logits, labels: indices.map { pictures[$0].label },
      groups: indices.map { pictures[$0].group })
  }
}
