public import WinnowCore

/// When an inbox is read through at intervals, instead of only after events of the kernel.
public enum PollPolicy: Hashable, Sendable {
  /// Where the file system sends no events (nfs, cifs, fuse, 9p): 10 s, growing to 60 s while nothing changes.
  case auto
  /// Everywhere, at the intervals of `auto`.
  case always
  case never
  /// Everywhere, at this interval: 1 s to 1 h.
  case every(Duration)

  /// - Throws: `.invalidInput` when `text` is neither a word above nor a duration in range.
  public init(_ text: String) throws(WinnowError) {
    switch text {
    case "auto": self = .auto
    case "always": self = .always
    case "never": self = .never
    default:
      guard text.first?.isNumber == true else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no way to poll", remedy: "write auto, always, never or a duration such as 30s")
      }
      let interval = try DurationText.parse(text)
      guard interval >= .seconds(1), interval <= .seconds(3600) else { throw .outOfRange(text, "1s", "1h") }
      self = .every(interval)
    }
  }
}

extension PollPolicy: CustomStringConvertible {
  public var description: String {
    switch self {
    case .auto: "auto"
    case .always: "always"
    case .never: "never"
    case .every(let interval): DurationText.format(interval)
    }
  }
}
