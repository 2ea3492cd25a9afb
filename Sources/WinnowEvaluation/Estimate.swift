/// A figure with the interval that it is in with 95% certainty, as far as one can be told.
public struct Estimate: Hashable, Sendable, Codable {
  public var value: Double
  public var low: Double?
  public var high: Double?

  public init(value: Double, low: Double? = nil, high: Double? = nil) {
    self.value = value
    self.low = low
    self.high = high
  }
}
