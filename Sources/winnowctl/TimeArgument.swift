import ArgumentParser
import Glibc
import WinnowConfig
import WinnowControlAPI
import WinnowCore

/// A moment on the command line: RFC 3339 (`2026-03-01T09:30:00Z`, `2026-03-01`), or how long ago (`90min`, `7d`).
struct TimeArgument: ExpressibleByArgument, Hashable, Sendable {
  let time: Timestamp

  init?(argument: String) {
    if let time = Timestamp(rfc3339: argument) {
      self.time = time
    } else if let ago = try? DurationText.parse(argument) {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let (seconds, attoseconds) = ago.components
      time = Timestamp(
        nanoseconds: Timestamp(seconds: Int64(now.tv_sec), nanoseconds: Int64(now.tv_nsec)).nanoseconds
          &- (seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000))
    } else {
      return nil
    }
  }
}

/// A span on the command line: seconds (`30`), or with a unit (`500ms`, `2min`).
struct SpanArgument: ExpressibleByArgument, Hashable, Sendable {
  let seconds: Double

  init?(argument: String) {
    if let seconds = Double(argument), seconds.isFinite, seconds >= 0 {
      self.seconds = seconds
    } else if let duration = try? DurationText.parse(argument) {
      let (whole, attoseconds) = duration.components
      seconds = Double(whole) + Double(attoseconds) / 1e18
    } else {
      return nil
    }
  }
}
