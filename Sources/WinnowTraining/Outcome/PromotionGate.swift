import WinnowCore
import WinnowEvaluation

/// Whether a new version goes live by itself. Pure.
struct PromotionGate {
  /// The chance that is taken of promoting a version that is no better; design.
  static let level = 0.05
  /// How much worse a version may be that is called no worse: one point.
  static let margin = -0.01

  let isPromoted: Bool
  /// One sentence.
  let reason: String

  /// - Parameter comparison: with the live version; nil where there is none, or no picture that both know.
  init(_ wish: TrainingSettings.Promotion?, isFirst: Bool, _ comparison: PairedComparison?) {
    guard !isFirst else {
      (isPromoted, reason) = (true, "it is the first version of its name, and live")
      return
    }
    guard let wish else {
      (isPromoted, reason) = (false, "it goes live with `winnowctl model promote`")
      return
    }
    guard let comparison, comparison.count > 0, let bound = comparison.lowerBound else {
      (isPromoted, reason) = (false, "it could not be compared with the live version, which stays")
      return
    }
    let figures =
      "on \(comparison.count) test pictures it alone has \(comparison.won) right, the live one alone \(comparison.lost)"
    switch wish {
    case .ifBetter:
      isPromoted = comparison.pBetter <= Self.level
      reason =
        isPromoted
        ? "it is better, and live: \(figures)" : "it is not proven to be better, and the live version stays: \(figures)"
    case .ifNotWorse:
      isPromoted = bound > Self.margin
      reason =
        isPromoted
        ? "it is not worse, and live: \(figures)" : "it may be worse by a point, and the live version stays: \(figures)"
    }
  }
}
