extension Prediction {
  /// What a model says of pictures that show the same: to each picture the mean of all its answers. A class that is not
  /// among the ten best of a picture counts as 0 there, which is too little by at most the tenth's probability.
  ///
  /// - Parameter burst: answers of one version of a model.
  public static func mean(of burst: [Prediction]) -> [Prediction] {
    guard burst.count > 1 else { return burst }
    let share = 1 / Double(burst.count)
    var scores: [Int: ClassScore] = [:]
    for score in burst.lazy.flatMap(\.top) {
      let sum = (scores[score.index]?.probability ?? 0) + score.probability * share
      scores[score.index] = ClassScore(index: score.index, label: score.label, probability: min(sum, 1))
    }
    let order = scores.values.sorted { ($1.probability, $0.index) < ($0.probability, $1.index) }
    let familiarities = burst.compactMap(\.familiarity)
    let familiarity = familiarities.count == burst.count ? familiarities.reduce(0, +) * share : nil
    return burst.map {
      Prediction(
        model: $0.model, top: Array(order.prefix(10)), logits: $0.logits, picture: $0.picture, familiarity: familiarity)
    }
  }
}
