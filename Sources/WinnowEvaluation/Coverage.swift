/// How many pictures a threshold sorts by itself, and how many of those are wrong.
public struct Coverage: Hashable, Sendable {
  public struct Point: Hashable, Sendable, Codable {
    /// The smallest probability that is sorted.
    public var threshold: Double
    /// Shares, 0 to 1: of all pictures those that are sorted, of the sorted ones those that are wrong.
    public var coverage: Double
    public var error: Double
  }

  /// From the surest picture alone to all of them; a point for each threshold that makes a difference.
  public let points: [Point]

  public init(_ pictures: [TestedPicture]) {
    let sorted = pictures.sorted { $0.probability > $1.probability }
    var points: [Point] = []
    var wrong = 0
    for (index, picture) in sorted.enumerated() {
      if !picture.isRight { wrong += 1 }
      // Pictures of one probability come together or not at all.
      if index + 1 < sorted.count, sorted[index + 1].probability == picture.probability { continue }
      points.append(
        Point(
          threshold: picture.probability, coverage: Double(index + 1) / Double(sorted.count),
          error: Double(wrong) / Double(index + 1)))
    }
    self.points = points
  }

  /// The point that sorts most with at most this share wrong; nil where there is none.
  public func widest(error: Double) -> Point? { points.last { $0.error <= error } }

  /// At most so many points, evenly spread, the last one among them.
  public func thinned(to most: Int) -> [Point] {
    guard points.count > most, most > 1 else { return points }
    return (0..<most).map { points[$0 * (points.count - 1) / (most - 1)] }
  }
}
