/// What a person would check, checked.
public struct DoctorReply: Codable, Hashable, Sendable {
  public struct Check: Codable, Hashable, Sendable {
    public enum State: String, Codable, Hashable, Sendable, CaseIterable {
      case ok, warning, failed
    }

    /// Stable, in snake case: `inbox_readable`.
    public var code: String
    public var state: State
    public var text: String
    public var remedy: String?
    public var inbox: String?

    public init(code: String, state: State, text: String, remedy: String? = nil, inbox: String? = nil) {
      self.code = code
      self.state = state
      self.text = text
      self.remedy = remedy
      self.inbox = inbox
    }
  }

  /// Whether nothing failed.
  public var ok: Bool
  public var checks: [Check]

  public init(checks: [Check]) {
    self.checks = checks
    ok = !checks.contains { $0.state == .failed }
  }
}
