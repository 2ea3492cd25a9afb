/// Something that is not as it should be, and what to do about it. Shown first in `status`, until it passes.
public struct HealthCondition: Hashable, Sendable {
  /// Raw values are the outward interface's; docs/operations.md explains each.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case inboxAway = "inbox_away"
    case inboxPolled = "inbox_polled"
    case inboxUnreadable = "inbox_unreadable"
    case pictureUnreadable = "picture_unreadable"
    case outputFault = "output_fault"
    case modelMissing = "model_missing"
    case thresholdMissing = "threshold_missing"
    case errorAbovePromise = "error_above_promise"
    case workerDegraded = "worker_degraded"
    case watchLimit = "watch_limit"
    case watcherFailed = "watcher_failed"
    case fileBusy = "file_busy"
    case ledgerFault = "ledger_fault"
    case ledgerMended = "ledger_mended"
    case moveUnresolved = "move_unresolved"
    case configurationRejected = "configuration_rejected"
    case webUnavailable = "web_unavailable"
    case hookFailing = "hook_failing"
    case webhookFailing = "webhook_failing"
    case hookEventsAside = "hook_events_aside"
  }

  public var code: Code
  /// What it is about: an inbox, a model, a path; empty for the whole.
  public var subject: String
  public var text: String
  public var remedy: String
  /// When it was raised.
  public var since = Timestamp(nanoseconds: 0)
  /// Whether `status` calls the daemon degraded because of it; otherwise it is a remark.
  public var degrades: Bool

  public init(_ code: Code, subject: String = "", _ text: String, remedy: String, degrades: Bool = true) {
    self.code = code
    self.subject = subject
    self.text = text
    self.remedy = remedy
    self.degrades = degrades
  }
}

/// The conditions that hold now, one per code and subject.
public struct HealthBoard: Sendable {
  private struct Key: Hashable {
    let code: HealthCondition.Code
    let subject: String
  }
  private var held: [Key: HealthCondition] = [:]

  public init() {}

  /// - Returns: whether this is news.
  public mutating func raise(_ condition: HealthCondition, at time: Timestamp) -> Bool {
    let key = Key(code: condition.code, subject: condition.subject)
    var condition = condition
    condition.since = held[key]?.since ?? time
    return held.updateValue(condition, forKey: key) != condition
  }

  /// - Returns: whether it was there.
  public mutating func clear(_ code: HealthCondition.Code, subject: String = "") -> Bool {
    held.removeValue(forKey: Key(code: code, subject: subject)) != nil
  }

  public func holds(_ code: HealthCondition.Code, subject: String = "") -> Bool {
    held[Key(code: code, subject: subject)] != nil
  }

  /// Degrading ones first, then by code and subject.
  public var conditions: [HealthCondition] {
    held.values.sorted {
      ($0.degrades ? 0 : 1, $0.code.rawValue, $0.subject) < ($1.degrades ? 0 : 1, $1.code.rawValue, $1.subject)
    }
  }

  public var isDegraded: Bool { held.values.contains { $0.degrades } }
}
