import WinnowCore

/// The interval of a figure that no formula gives one for: the figure of many resamples (Efron 1979).
public enum Bootstrap {
  /// Chosen: enough for the second digit of a bound.
  public static let resamples = 1000

  /// The 95% interval from the 2.5% to the 97.5% point of the resamples.
  ///
  /// - Parameters:
  ///   - groups: what is drawn whole, with replacement: pictures that show the same, by their indices.
  ///   - figure: of the pictures at these indices; nil where it has none.
  /// - Returns: nil where fewer than half of the resamples have the figure.
  public static func interval(
    of groups: [[Int]], seed: UInt64, figure: ([Int]) -> Double?
  ) -> (low: Double, high: Double)? {
    guard !groups.isEmpty else { return nil }
    var random = SeededGenerator(seed: seed)
    var figures: [Double] = []
    for _ in 0..<resamples {
      var drawn: [Int] = []
      for _ in groups { drawn += groups[Int.random(in: 0..<groups.count, using: &random)] }
      if let value = figure(drawn) { figures.append(value) }
    }
    guard figures.count * 2 >= resamples else { return nil }
    figures.sort()
    func point(_ share: Double) -> Double { figures[Int((share * Double(figures.count - 1)).rounded())] }
    return (point(0.025), point(0.975))
  }
}
