/// How often something happened in the last minute and the last hour. Costs no timer: it counts in sixty buckets of a
/// minute, and forgets as it is asked.
public struct RateMeter: Hashable, Sendable {
  private static let bucketCount: Int64 = 60

  private var buckets = [Int](repeating: 0, count: Int(bucketCount))
  /// The minute of the newest bucket, since `start`.
  private var minute: Int64 = 0
  private let start: ContinuousClock.Instant

  public init(start: ContinuousClock.Instant) { self.start = start }

  public mutating func count(at now: ContinuousClock.Instant) {
    advance(to: now)
    buckets[Int(minute % Self.bucketCount)] += 1
  }

  /// In this minute and the one before, and in the last sixty.
  public mutating func counts(at now: ContinuousClock.Instant) -> (minute: Int, hour: Int) {
    advance(to: now)
    let before = minute == 0 ? 0 : buckets[Int((minute - 1) % Self.bucketCount)]
    return (buckets[Int(minute % Self.bucketCount)] + before, buckets.reduce(0, +))
  }

  private mutating func advance(to now: ContinuousClock.Instant) {
    let current = max(minute, (now - start).components.seconds / 60)
    if current - minute >= Self.bucketCount {
      buckets = [Int](repeating: 0, count: buckets.count)
    } else {
      while minute < current {
        minute += 1
        buckets[Int(minute % Self.bucketCount)] = 0
      }
    }
    minute = current
  }
}
