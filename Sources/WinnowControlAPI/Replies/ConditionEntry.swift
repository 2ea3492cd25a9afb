public import WinnowCore

/// Something that is not as it should be, and lasts.
public struct ConditionEntry: Codable, Hashable, Sendable {
  public enum Severity: String, Codable, Hashable, Sendable, CaseIterable {
    /// Work goes on; somebody should look.
    case warning
    /// Some work stands still until it is mended.
    case error
  }

  /// Stable, in snake case.
  public var code: String
  public var severity: Severity
  public var text: String
  public var remedy: String
  public var inbox: String?
  public var since: Timestamp

  public init(
    code: String, severity: Severity, text: String, remedy: String, inbox: String? = nil, since: Timestamp
  ) {
    self.code = code
    self.severity = severity
    self.text = text
    self.remedy = remedy
    self.inbox = inbox
    self.since = since
  }
}
