import Glibc

/// Says which class each picture looks like to a head that was not taught it ("out of sample"): five linear heads on a
/// model's features, each taught without the fifth of the pictures that it judges.
///
/// A head is a softmax regression by stochastic gradient descent in single precision; the order of its steps is fixed,
/// so the same features give the same opinions. Pictures of one group, which show the same, are judged together, lest
/// a head has been taught the copy.
struct HeldOutHeads {
  static let foldCount = 5
  /// Of a class with fewer pictures than folds some head would learn nothing.
  static let fewestPictures = 2 * foldCount
  /// Steps of each head that suffice, however few pictures there are; chosen on 1,000 photos.
  private static let steps = 40_000
  private static let fewestRounds = 2
  private static let mostRounds = 40
  private static let firstRate: Float = 2

  private let features: FeatureSpill
  private let classCount: Int
  /// Of each picture the class; nil for one that is neither taught nor judged.
  private let labels: [Int?]
  private let folds: [Int]
  private let pictures: [Int]
  private let scaling: FeatureScaling
  /// For each fold `[classCount][length + 1]`, each row padded to whole vectors.
  private var weights: [[Float]]
  private let rowLength: Int

  /// - Parameters:
  ///   - labels: one for each feature, below `classCount`; nil where there is none.
  ///   - groups: one for each feature; equal numbers show the same.
  init(features: FeatureSpill, labels: [Int?], groups: [Int], classCount: Int) {
    self.features = features
    self.classCount = classCount
    var counts = [Int](repeating: 0, count: classCount)
    for case let label? in labels { counts[label] += 1 }
    let kept = labels.map { label in label.flatMap { counts[$0] >= Self.fewestPictures ? $0 : nil } }
    self.labels = kept
    pictures = kept.indices.filter { kept[$0] != nil }
    // Groups of a class go round the folds, so that each fold holds a fifth of each class.
    var next = [Int](repeating: 0, count: classCount)
    var foldOfGroup: [Int: Int] = [:]
    var folds = [Int](repeating: 0, count: kept.count)
    for index in pictures {
      guard let label = kept[index] else { continue }
      if let known = foldOfGroup[groups[index]] {
        folds[index] = known
      } else {
        folds[index] = next[label] % Self.foldCount
        next[label] += 1
        foldOfGroup[groups[index]] = folds[index]
      }
    }
    self.folds = folds
    scaling = FeatureScaling(features)
    rowLength =
      (features.length + 1 + FeatureLanes.scalarCount - 1) / FeatureLanes.scalarCount * FeatureLanes.scalarCount
    weights = Array(repeating: [Float](repeating: 0, count: rowLength * classCount), count: Self.foldCount)
  }

  /// The opinion on each picture; nil where there is none.
  mutating func opinions() -> [LabelDoubts.Opinion?] {
    let none = [LabelDoubts.Opinion?](repeating: nil, count: labels.count)
    guard Set(pictures.compactMap { labels[$0] }).count > 1 else { return none }
    teach()
    var opinions = none
    for index in pictures {
      guard let label = labels[index], let feature = scaled(index) else { continue }
      let shares = shares(of: feature, fold: folds[index])
      let best = shares.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }.prefix(10)
      opinions[index] = LabelDoubts.Opinion(
        label: label, classes: Array(best), probabilities: best.map { shares[$0] })
    }
    return opinions
  }

  private mutating func teach() {
    let rounds = max(Self.fewestRounds, min(Self.mostRounds, Self.steps / pictures.count))
    let total = Float(rounds * pictures.count)
    let stride = Self.stride(pictures.count)
    var step = 0
    for round in 0..<rounds {
      var position = round
      for _ in pictures {
        position = (position + stride) % pictures.count
        let index = pictures[position]
        let rate = Self.firstRate * (1 - Float(step) / total)
        step += 1
        guard let label = labels[index], let feature = scaled(index) else { continue }
        for fold in 0..<Self.foldCount where fold != folds[index] {
          let shares = shares(of: feature, fold: fold)
          for row in shares.indices {
            let error = (row == label ? 1 : 0) - shares[row]
            // What is learnt already needs no step.
            if abs(error) > 0.0001 {
              FeatureLanes.add(feature, times: rate * error, to: &weights[fold], at: row * rowLength)
            }
          }
        }
      }
    }
  }

  private func shares(of feature: [Float], fold: Int) -> [Float] {
    var logits = (0..<classCount).map { FeatureLanes.product(feature, weights[fold], at: $0 * rowLength) }
    let largest = logits.max() ?? 0
    var sum: Float = 0
    for index in logits.indices {
      logits[index] = expf(logits[index] - largest)
      sum += logits[index]
    }
    return logits.map { $0 / sum }
  }

  /// Of about unit length, with a constant behind it, padded to a row.
  private func scaled(_ index: Int) -> [Float]? {
    guard var feature = features.read(index) else { return nil }
    scaling.apply(to: &feature)
    feature.append(0.1)
    feature += [Float](repeating: 0, count: rowLength - feature.count)
    return feature
  }

  /// A step that visits all of `count` things in an order without rhythm.
  private static func stride(_ count: Int) -> Int {
    func isCoprime(_ step: Int) -> Bool {
      var (a, b) = (count, step)
      while b != 0 { (a, b) = (b, a % b) }
      return a == 1
    }
    var step = max(1, Int(Double(count) * 0.618_033_988_75))
    while !isCoprime(step) { step += 1 }
    return step
  }
}
