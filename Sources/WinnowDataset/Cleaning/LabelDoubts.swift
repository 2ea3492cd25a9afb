/// Which labels a model doubts, by confident learning (Northcutt, Jiang, Chuang: Confident Learning, 2021).
///
/// A class's threshold is the mean probability that the model gives it over the pictures labelled so. A label is in
/// doubt where another class reaches its threshold and, among the classes that do, is the likeliest.
struct LabelDoubts {
  struct Opinion: Hashable {
    /// The class by the label.
    var label: Int
    /// Classes and their probabilities, 0 to 1; what is not listed has none.
    var classes: [Int]
    var probabilities: [Float]
  }

  struct Doubt: Hashable {
    /// The class that the model is sure of instead.
    var instead: Int
    /// By how much its probability is above the label's, -1 to 1.
    var margin: Float
  }

  /// For each opinion the doubt, nil where there is none.
  static func doubted(_ opinions: [Opinion?], classCount: Int) -> [Doubt?] {
    var sums = [Double](repeating: 0, count: classCount)
    var counts = [Int](repeating: 0, count: classCount)
    for case let opinion? in opinions where (0..<classCount).contains(opinion.label) {
      counts[opinion.label] += 1
      if let place = opinion.classes.firstIndex(of: opinion.label) {
        sums[opinion.label] += Double(opinion.probabilities[place])
      }
    }
    // A class without pictures has no threshold that could be reached.
    let thresholds = zip(sums, counts).map { sum, count in count > 0 ? sum / Double(count) : .infinity }
    return opinions.map { opinion in
      guard let opinion else { return nil }
      let sure = zip(opinion.classes, opinion.probabilities)
        .filter { (0..<classCount).contains($0.0) && Double($0.1) >= thresholds[$0.0] - 1e-6 && $0.1 > 0 }
        .max { ($0.1, $1.0) < ($1.1, $0.0) }
      guard let sure, sure.0 != opinion.label else { return nil }
      let own = opinion.classes.firstIndex(of: opinion.label).map { opinion.probabilities[$0] } ?? 0
      return Doubt(instead: sure.0, margin: sure.1 - own)
    }
  }
}
