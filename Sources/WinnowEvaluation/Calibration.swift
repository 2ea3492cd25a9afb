/// Whether probabilities mean what they say: pictures by how sure the model was, beside how often it was right.
public struct Calibration: Hashable, Sendable {
  /// Bins of the probability, of equal width; as most papers have it (Guo et al. 2017).
  public static let binCount = 15

  public struct Bin: Hashable, Sendable, Codable {
    public var count: Int
    /// Mean probability, 0 to 1.
    public var confidence: Double
    /// Share of right answers, 0 to 1.
    public var accuracy: Double
  }

  /// Those that hold pictures, from the least sure to the surest.
  public let bins: [Bin]

  public init(_ pictures: [TestedPicture]) {
    var counts = [Int](repeating: 0, count: Self.binCount)
    var (sums, hits) = (counts.map(Double.init), counts)
    for picture in pictures {
      let bin = min(Self.binCount - 1, max(0, Int(picture.probability * Double(Self.binCount))))
      counts[bin] += 1
      sums[bin] += picture.probability
      if picture.isRight { hits[bin] += 1 }
    }
    bins = counts.indices.filter { counts[$0] > 0 }.map {
      Bin(
        count: counts[$0], confidence: sums[$0] / Double(counts[$0]), accuracy: Double(hits[$0]) / Double(counts[$0]))
    }
  }

  /// The expected calibration error: the mean distance of probability and share of right answers; 0 without pictures.
  public var error: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.accuracy) } / Double(total)
  }
}
