/// Which decisions of shadow mode to carry out.
public struct ReplayRequest: Hashable, Sendable {
  /// Nil for all inboxes.
  public var inbox: String?
  /// Whether pictures that changed after they were first decided about are moved too.
  public var changed: Bool
  public var dryRun: Bool

  public init(inbox: String? = nil, changed: Bool = false, dryRun: Bool = false) {
    self.inbox = inbox
    self.changed = changed
    self.dryRun = dryRun
  }
}

extension ReplayRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    inbox = try fields.decodeIfPresent(String.self, forKey: "inbox")
    changed = try fields.decodeIfPresent(Bool.self, forKey: "changed") ?? false
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: "dry_run") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encodeIfPresent(inbox, forKey: "inbox")
    try fields.encode(changed, forKey: "changed")
    try fields.encode(dryRun, forKey: "dry_run")
  }
}
