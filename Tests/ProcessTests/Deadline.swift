import Glibc

/// A moment by which something has to have happened.
struct Deadline {
  private let instant: ContinuousClock.Instant
  private let seconds: Double

  init(seconds: Double) {
    self.seconds = seconds
    instant = ContinuousClock.now + .seconds(seconds)
  }

  /// Looks every `pause` milliseconds until `look` gives something.
  ///
  /// - Throws: naming what did not happen.
  func wait<Value>(
    for what: @autoclosure () -> String, pause: Int = 20, _ look: () throws -> Value?
  ) throws -> Value {
    while true {
      if let value = try look() { return value }
      guard ContinuousClock.now < instant else {
        throw Program.Failure(description: "waited \(seconds) s in vain for \(what())")
      }
      Self.pause(milliseconds: pause)
    }
  }

  func wait(for what: @autoclosure () -> String, pause: Int = 20, until isSo: () throws -> Bool) throws {
    try wait(for: what(), pause: pause) { try isSo() ? () : nil }
  }

  /// For tests in which time itself is the point.
  static func pause(milliseconds: Int) {
    _ = poll(nil, 0, Int32(milliseconds))
  }
}
