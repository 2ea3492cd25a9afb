import Foundation

/// Whether so many wrong pictures speak against a promised share of errors.
public enum BrokenPromise {
  /// Whether the one-sided 95% Clopper-Pearson lower bound of the share is above `error`: were no more than that wrong,
  /// so many would be seen in one of twenty tries at most.
  ///
  /// - Parameters:
  ///   - error: the promised share, above 0 and below 1.
  ///   - wrong: 0 to `count`.
  public static func isSeen(error: Double, wrong: Int, of count: Int) -> Bool {
    guard wrong > 0, wrong <= count else { return false }
    let (logError, logRest) = (log(error), log1p(-error))
    var fewer = 0.0
    for hits in 0..<wrong {
      let choose = lgamma(Double(count) + 1) - lgamma(Double(hits) + 1) - lgamma(Double(count - hits) + 1)
      fewer += exp(choose + Double(hits) * logError + Double(count - hits) * logRest)
    }
    return 1 - fewer <= 1 - PromisedThreshold.certainty
  }
}
