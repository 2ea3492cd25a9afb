public import SystemPackage

/// What is to become of one settled file, and why.
public enum Decision: Hashable, Sendable {
  /// Move it into `folder` below the root of `area`.
  case move(area: Area, folder: FilePath, outcome: HistoryOutcome, reason: String)
  /// Leave it where it lies, for good.
  case leave(reason: String)
  /// Nothing is known of it, since its bytes could not be read: it stays where it is and is tried again.
  case retry(reason: String)

  /// Which of an inbox's roots it goes to.
  public enum Area: Hashable, Sendable {
    case output, review, quarantine
    /// `none:` of the configuration: what looks like nothing the model knows.
    case none
  }
}
