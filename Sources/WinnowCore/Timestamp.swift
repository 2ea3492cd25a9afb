/// A moment of the wall clock: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// For people and records only. What happens when is decided with `ContinuousClock.Instant`.
public struct Timestamp: Hashable, Sendable, Comparable, Codable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// A moment beyond the range, which ends in 2262, is the last or the first of it.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    let (product, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isJustTooFar) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = isTooFar || isJustTooFar ? (seconds < 0 ? .min : .max) : sum
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  public init(from decoder: any Decoder) throws {
    nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(nanoseconds)
  }
}
