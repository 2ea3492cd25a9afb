/// Where a picture stands now. Raw values are the ledger's and the outward interface's.
public enum PictureState: String, Hashable, Sendable, Codable, CaseIterable {
  /// In its class folder.
  case sorted
  /// In the review folder.
  case review
  case quarantined
  /// Looked at and left where it lies, for good: no picture, a duplicate, a link.
  case left
  /// Waiting for a fault to pass: the destination full, away or closed.
  case failed
  /// Taken back by an undo and left alone until it changes, `redo` or `rescan --again`.
  case held
  /// Moved by a person; never moved again by Winnow.
  case corrected

  /// The outcome that leaves a picture in this state.
  public var outcome: HistoryOutcome {
    switch self {
    case .sorted: .sorted
    case .review: .review
    case .quarantined: .quarantined
    case .left: .left
    case .failed: .failed
    case .held: .undone
    case .corrected: .corrected
    }
  }
}

/// What one row of a picture's history says happened. Raw values are the outward interface's.
public enum HistoryOutcome: String, Hashable, Sendable, Codable, CaseIterable {
  case sorted, review, quarantined, left, failed, undone, corrected

  /// How the picture stands after it.
  public var state: PictureState {
    switch self {
    case .sorted: .sorted
    case .review: .review
    case .quarantined: .quarantined
    case .left: .left
    case .failed: .failed
    case .undone: .held
    case .corrected: .corrected
    }
  }
}
