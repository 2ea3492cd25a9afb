public import WinnowCore

/// What one start of the daemon, one `sort`, one `undo` did together.
public struct RunRecord: Hashable, Sendable {
  /// What kind of run. Open, so that a new verb needs no change here.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ rawValue: String) { self.rawValue = rawValue }

    public static let daemon = Self("daemon")
    public static let sort = Self("sort")
    public static let undo = Self("undo")
    public static let redo = Self("redo")
    public static let review = Self("review")
    public static let replay = Self("replay")
  }

  public var id: Int64
  public var kind: Kind
  public var by: String
  /// What was asked for, in words for the user.
  public var detail: String
  public var started: Timestamp
  /// Nil while it goes on, and for ever where the daemon was killed.
  public var finished: Timestamp?

  public init(id: Int64, kind: Kind, by: String, detail: String, started: Timestamp, finished: Timestamp?) {
    self.id = id
    self.kind = kind
    self.by = by
    self.detail = detail
    self.started = started
    self.finished = finished
  }
}
