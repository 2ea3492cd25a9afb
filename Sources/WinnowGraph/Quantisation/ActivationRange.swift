/// The values that an activation takes over pictures, and how 8 bits are laid over them.
public struct ActivationRange: Hashable, Sendable {
  public var low: Float
  public var high: Float

  public init(low: Float, high: Float) {
    self.low = low
    self.high = high
  }

  /// uint8 from 0 where nothing is below 0, else int8 around 0. Zero is exact either way, as padding needs it.
  var elementType: ElementType { low >= 0 ? .uint8 : .int8 }

  /// What one step stands for, above 0.
  var scale: Float {
    let largest = low >= 0 ? high / 255 : max(-low, high) / 127
    // Values that are all zero, or too small to divide by, are zero at any scale.
    return largest.isFinite && largest >= .leastNormalMagnitude ? largest : 1
  }
}
