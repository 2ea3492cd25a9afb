import WinnowEvaluation

/// How well a model tells pictures of what it was never taught from its own. Part of `report.json`.
struct ForeignFigures: Codable, Hashable {
  /// What the model said of one picture.
  struct Answer: Hashable {
    /// Of the best class, 0 to 1.
    var probability: Double
    /// −1 to 1; nil where the model cannot tell.
    var familiarity: Double?
  }

  /// By one number that is larger for its own pictures.
  struct Separation: Codable, Hashable {
    /// Foreign pictures below the 5% point of the own ones, so that 95 in a hundred of these are kept.
    var refused: Estimate
    /// How probable it is that an own picture has more of it than a foreign one; half of ties count.
    var auroc: Double

    private enum CodingKeys: String, CodingKey {
      case auroc
      case refused = "refused_at_95"
    }

    /// Nil without pictures of either kind.
    init?(own: [Double], foreign: [Double]) {
      guard !own.isEmpty, !foreign.isEmpty else { return nil }
      let sorted = own.sorted()
      let cut = sorted[sorted.count * 5 / 100]
      guard let refused = Share(foreign.count { $0 < cut }, of: foreign.count).estimate else { return nil }
      self.refused = refused
      auroc = Self.auroc(sorted, foreign)
    }

    /// - Parameter own: ascending.
    private static func auroc(_ own: [Double], _ foreign: [Double]) -> Double {
      /// How many of `own` are below `value`, or not above it.
      func count(_ isBefore: (Double) -> Bool) -> Int {
        var (low, high) = (0, own.count)
        while low < high {
          let middle = (low + high) / 2
          if isBefore(own[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
      }
      let wins = foreign.reduce(0.0) { sum, value in
        let (below, notAbove) = (count { $0 < value }, count { $0 <= value })
        return sum + Double(own.count - notAbove) + Double(notAbove - below) / 2
      }
      return wins / (Double(own.count) * Double(foreign.count))
    }
  }

  /// Foreign pictures.
  var count: Int
  /// Those that are too unfamiliar to be sorted where the model serves; nil where it cannot tell.
  var refused: Estimate?
  /// Nil where the model cannot tell.
  var byFamiliarity: Separation?
  var byProbability: Separation

  private enum CodingKeys: String, CodingKey {
    case refused
    case count = "n"
    case byFamiliarity = "by_familiarity"
    case byProbability = "by_probability"
  }

  /// Nil without pictures of either kind.
  init?(own: [Answer], foreign: [Answer], leastFamiliarity: Double?) {
    guard
      let byProbability = Separation(own: own.map(\.probability), foreign: foreign.map(\.probability))
    else { return nil }
    count = foreign.count
    self.byProbability = byProbability
    let familiarity = foreign.compactMap(\.familiarity)
    byFamiliarity = Separation(own: own.compactMap(\.familiarity), foreign: familiarity)
    refused = leastFamiliarity.flatMap { least in
      Share(familiarity.count { $0 < least }, of: familiarity.count).estimate
    }
  }
}
