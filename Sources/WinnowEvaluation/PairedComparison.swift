import Foundation

/// Two classifiers on the same labelled pictures, by the pictures that one alone has right.
public struct PairedComparison: Hashable, Sendable {
  public let count: Int
  /// Pictures that the new one alone has right, and that the old one alone has.
  public let won: Int
  public let lost: Int

  public init(count: Int, won: Int, lost: Int) {
    self.count = count
    self.won = won
    self.lost = lost
  }

  /// - Parameter pairs: whether the old one has a picture right, and whether the new one has.
  public init(_ pairs: some Sequence<(old: Bool, new: Bool)>) {
    var (count, won, lost) = (0, 0, 0)
    for pair in pairs {
      count += 1
      if pair.new, !pair.old { won += 1 }
      if pair.old, !pair.new { lost += 1 }
    }
    self.init(count: count, won: won, lost: lost)
  }

  /// The new one's accuracy less the old one's; 0 without pictures.
  public var difference: Double { count == 0 ? 0 : Double(won - lost) / Double(count) }

  /// How probable at least so many wins among the pictures that they differ on would be, were neither better: the exact
  /// one-sided test of McNemar.
  public var pBetter: Double {
    let differing = won + lost
    guard differing > 0 else { return 1 }
    // P(X >= won), X binomial with one half.
    let logHalf = -Double(differing) * log(2)
    let sum = (won...differing).reduce(0.0) { sum, hits in
      sum + exp(Self.logChoose(differing, hits) + logHalf)
    }
    return min(1, sum)
  }

  /// How probable a difference at least as large, either way, would be, were neither better: the exact two-sided test of
  /// McNemar.
  public var pDifferent: Double {
    let (more, fewer) = (max(won, lost), min(won, lost))
    return min(1, 2 * PairedComparison(count: count, won: more, lost: fewer).pBetter)
  }

  /// The one-sided 95% lower bound of `difference`. Nil without pictures.
  public var lowerBound: Double? { adjusted.map { $0.centre - Self.oneSided95 * $0.spread } }

  /// `difference` with its two-sided 95% interval.
  public var estimate: Estimate {
    guard let adjusted else { return Estimate(value: 0) }
    let reach = Self.twoSided95 * adjusted.spread
    return Estimate(value: difference, low: adjusted.centre - reach, high: adjusted.centre + reach)
  }

  /// Wald's for paired shares with half a picture added to each of the four cells, which holds its level for small counts
  /// too (Agresti and Min 2005).
  private var adjusted: (centre: Double, spread: Double)? {
    guard count > 0 else { return nil }
    let total = Double(count) + 2
    let (won, lost) = (Double(won) + 0.5, Double(lost) + 0.5)
    let spread = (won + lost - (won - lost) * (won - lost) / total).squareRoot() / total
    return ((won - lost) / total, spread)
  }

  private static let oneSided95 = 1.644_853_626_951_472
  private static let twoSided95 = 1.959_963_984_540_054

  private static func logChoose(_ n: Int, _ k: Int) -> Double {
    lgamma(Double(n) + 1) - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1)
  }
}
