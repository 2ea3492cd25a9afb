/// So many of so many, as an estimate of a probability.
public struct Share: Hashable, Sendable {
  public let hits: Int
  public let count: Int

  /// - Parameter hits: 0 to `count`.
  public init(_ hits: Int, of count: Int) {
    self.hits = hits
    self.count = count
  }

  /// Nil of none.
  public var value: Double? { count == 0 ? nil : Double(hits) / Double(count) }

  /// With Wilson's 95% interval (Wilson 1927), which holds its level for small counts and at both ends; nil of none.
  public var estimate: Estimate? {
    guard let value else { return nil }
    let n = Double(count)
    let z = Self.twoSided95
    let centre = (value + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
    return Estimate(value: value, low: max(0, centre - reach), high: min(1, centre + reach))
  }

  /// The normal distribution's 97.5% point.
  private static let twoSided95 = 1.959_963_984_540_054
}
