import WinnowCore

/// Knows whether the machine runs on its battery, and asks no more often than there is reason to. Pure.
struct BatteryWatch {
  /// How old an answer may be while there is work; chosen.
  static let freshness: Duration = .seconds(30)
  /// When work that waits for mains looks again; chosen.
  static let pause: Duration = .seconds(60)

  private(set) var isOnBattery = false
  private var asked: ContinuousClock.Instant?

  /// - Parameter source: asked only where the last answer is too old.
  mutating func look(at now: ContinuousClock.Instant, _ source: () -> PowerSource) {
    if let asked, now - asked < Self.freshness { return }
    asked = now
    isOnBattery = source() == .battery
  }

  /// When to look again for work that waits; nil on mains.
  var nextLook: ContinuousClock.Instant? {
    isOnBattery ? asked.map { $0 + Self.pause } : nil
  }
}
