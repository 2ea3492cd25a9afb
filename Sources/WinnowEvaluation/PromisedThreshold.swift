import Foundation

/// The lowest threshold at which, with 95% certainty, at most so many of the accepted pictures are wrong.
///
/// From the strictest point of the grid that accepts as many pictures as a promise needs, which is chosen by counts alone
/// and never by labels, downwards as long as the one-sided Clopper-Pearson bound of the error stays below the target: a
/// fixed sequence of tests, so that looking at many thresholds costs no certainty.
public struct PromisedThreshold: Hashable, Sendable {
  static let certainty = 0.95

  /// 0 to 1.
  public let threshold: Double
  /// Of the pictures that it was chosen by: how many it accepts, and how many of those are wrong.
  public let accepted: Int
  public let wrong: Int

  /// Nil where nothing can be promised.
  ///
  /// - Parameter error: The share that may be wrong, above 0 and below 1.
  public init?(error: Double, _ counts: AcceptanceCounts) {
    let needed = Self.needed(error: error)
    guard let strictest = (0...AcceptanceCounts.steps).last(where: { counts.accepted[$0] >= needed }) else {
      return nil
    }
    var lowest: Int?
    for step in (0...strictest).reversed() {
      guard Self.isBelow(error, wrong: counts.wrong[step], of: counts.accepted[step]) else { break }
      lowest = step
    }
    guard let lowest else { return nil }
    threshold = Double(lowest) / Double(AcceptanceCounts.steps)
    accepted = counts.accepted[lowest]
    wrong = counts.wrong[lowest]
  }

  /// How many pictures without a single error it takes to promise this: 299 for one in a hundred.
  public static func needed(error: Double) -> Int { Int((log(1 - certainty) / log(1 - error)).rounded(.up)) }

  /// Whether the upper bound of the share is at most `error`: so few wrong ones would be seen in one of twenty tries at
  /// most, were it larger.
  static func isBelow(_ error: Double, wrong: Int, of count: Int) -> Bool {
    guard wrong < count else { return false }
    let (logError, logRest) = (log(error), log1p(-error))
    var sum = 0.0
    for hits in 0...wrong {
      let choose = lgamma(Double(count) + 1) - lgamma(Double(hits) + 1) - lgamma(Double(count - hits) + 1)
      sum += exp(choose + Double(hits) * logError + Double(count - hits) * logRest)
      if sum > 1 - certainty { return false }
    }
    return true
  }
}
