import WinnowCore

/// How long to wait before the next start of a program that keeps ending: exponential, capped, jittered.
///
/// Pure: the jitter comes from the seed, the time from the caller.
public struct RestartPolicy: Hashable, Sendable {
  /// Chosen, not measured: the second start is hardly noticed, the tenth is a minute away.
  public struct Pace: Hashable, Sendable {
    public var first: Duration = .milliseconds(200)
    public var longest: Duration = .seconds(60)
    /// The share of a delay that is random, so that several programs do not start in step.
    public var jitter = 0.25
    /// A program that ran this long counts as healthy, and its next delay is the first again.
    public var healthyAfter: Duration = .seconds(60)

    public init() {}
  }

  private let pace: Pace
  private var random: SeededGenerator
  /// Ends since the program was last healthy.
  public private(set) var failures = 0

  public init(_ pace: Pace = Pace(), seed: UInt64) {
    self.pace = pace
    random = SeededGenerator(seed: seed)
  }

  /// The program did its work; the next delay is the first again.
  public mutating func reset() { failures = 0 }

  /// The program ended after running for `time`; returns how long to wait before the next start.
  public mutating func delay(afterRunning time: Duration) -> Duration {
    if time >= pace.healthyAfter { failures = 0 }
    failures += 1
    // 2 to the 40th of any first delay is above any sensible cap.
    let uncapped = pace.first * (1 << min(failures - 1, 40))
    let capped = min(uncapped, pace.longest)
    return capped * (1 - pace.jitter * Double.random(in: 0..<1, using: &random))
  }
}
