/// Who is told of what happens to pictures. Raw values are the ledger's and the outward interface's.
public enum HookTarget: String, Hashable, Sendable, Codable, CaseIterable {
  /// The program of `hooks.on_sorted`.
  case program = "on_sorted"
  /// The address of `hooks.webhook`.
  case webhook

  /// The program hears of sorted pictures alone, the web address of everything that the history holds.
  public func wants(_ outcome: HistoryOutcome) -> Bool {
    switch self {
    case .program: outcome == .sorted
    case .webhook: true
    }
  }
}

/// Why an event could not be delivered.
public enum HookFault: String, Hashable, Sendable, Codable {
  /// The target is not there: nobody listens, or the program cannot be started. No event is to blame.
  case unreachable
  /// The target had the event and did not take it: another status than 200 to 299, another exit code than 0, no end.
  case refused
}
