import Glibc
public import WinnowCore

extension Timestamp {
  /// The wall clock, CLOCK_REALTIME.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }
}
