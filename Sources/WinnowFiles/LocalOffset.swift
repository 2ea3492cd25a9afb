import Glibc

/// What the clock on the wall is ahead of UTC, by `TZ` or /etc/localtime.
public enum LocalOffset {
  /// Reads the zone again if it was set anew.
  public static func refresh() { tzset() }

  /// - Parameter second: since 1970.
  /// - Returns: seconds.
  public static func at(_ second: Int64) -> Int {
    var time = time_t(second)
    var parts = tm()
    return localtime_r(&time, &parts) == nil ? 0 : parts.tm_gmtoff
  }
}
