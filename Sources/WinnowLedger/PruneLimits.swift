public import WinnowCore

/// When old history may go. What must stay stays whatever the limits say; see `Ledger.prune`.
public struct PruneLimits: Hashable, Sendable {
  /// Rows from before this moment go. Nil: none by age.
  public var olderThan: Timestamp?
  /// While the ledger's content is larger than so many bytes, the oldest rows go. Nil: none by size.
  public var keepBytes: Int64?

  public init(olderThan: Timestamp?, keepBytes: Int64?) {
    self.olderThan = olderThan
    self.keepBytes = keepBytes
  }
}

/// What one short step of pruning did.
public struct PruneStep: Hashable, Sendable {
  /// Rows of history and pictures that went.
  public var removed: Int
  /// To be given as `after` to the next step; nil when there is nothing more to look at.
  public var next: Int64?

  public init(removed: Int, next: Int64?) {
    self.removed = removed
    self.next = next
  }
}
