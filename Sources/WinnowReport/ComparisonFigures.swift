import WinnowEvaluation

/// Two models on the same pictures: what got better and worse. Part of `report.json`.
struct ComparisonFigures: Codable, Hashable {
  struct ClassFigures: Codable, Hashable {
    var label: String
    var count: Int
    /// 0 to 1.
    var before: Double
    var after: Double

    private enum CodingKeys: String, CodingKey {
      case label = "class"
      case count = "n"
      case before = "accuracy_before"
      case after = "accuracy_after"
    }
  }

  /// One picture that both models answered.
  struct Pair: Hashable {
    var label: String
    var isRightBefore: Bool
    var isRightAfter: Bool
  }

  /// The other model.
  var model: String
  /// Pictures of classes that both know.
  var count: Int
  var before: Double
  var after: Double
  /// The accuracy of the tested model less the other's.
  var difference: Estimate
  /// Pictures that the tested model alone has right, and that the other alone has.
  var won: Int
  var lost: Int
  /// Of McNemar's exact two-sided test.
  var p: Double
  var classes: [ClassFigures]
  /// Tested pictures of classes that the other does not know.
  var left: Int

  private enum CodingKeys: String, CodingKey {
    case model, difference, won, lost, p, classes
    case count = "n"
    case before = "accuracy_before"
    case after = "accuracy_after"
    case left = "left_out"
  }

  /// Nil where no picture can be compared.
  init?(with model: String, _ pairs: [Pair], left: Int) {
    guard !pairs.isEmpty else { return nil }
    let comparison = PairedComparison(pairs.lazy.map { (old: $0.isRightBefore, new: $0.isRightAfter) })
    self.model = model
    count = pairs.count
    before = Self.share(pairs, \.isRightBefore)
    after = Self.share(pairs, \.isRightAfter)
    difference = comparison.estimate
    (won, lost) = (comparison.won, comparison.lost)
    p = comparison.pDifferent
    classes = Dictionary(grouping: pairs, by: \.label).sorted { $0.key < $1.key }.map { label, pairs in
      ClassFigures(
        label: label, count: pairs.count, before: Self.share(pairs, \.isRightBefore),
        after: Self.share(pairs, \.isRightAfter))
    }
    self.left = left
  }

  private static func share(_ pairs: [Pair], _ isRight: KeyPath<Pair, Bool>) -> Double {
    Double(pairs.count { $0[keyPath: isRight] }) / Double(pairs.count)
  }
}
