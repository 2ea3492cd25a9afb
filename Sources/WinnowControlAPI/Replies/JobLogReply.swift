public import WinnowCore

/// What a job said while it ran.
public struct JobLogReply: Codable, Hashable, Sendable {
  public struct Line: Codable, Hashable, Sendable {
    public var time: Timestamp
    public var text: String

    public init(time: Timestamp, text: String) {
      self.time = time
      self.text = text
    }
  }

  /// The last of them, oldest first.
  public var lines: [Line]

  public init(lines: [Line]) { self.lines = lines }
}
