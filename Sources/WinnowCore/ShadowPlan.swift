/// What shadow mode decided about a picture that it did not touch.
public struct ShadowPlan: Hashable, Sendable {
  /// With the name that will be tried.
  public var destination: Place
  public var outcome: HistoryOutcome
  /// Why, in words for the user.
  public var reason: String
  /// Whether the file changed after it was first decided about: the ledger sees to that.
  public var isRevised: Bool

  public init(destination: Place, outcome: HistoryOutcome, reason: String, isRevised: Bool = false) {
    self.destination = destination
    self.outcome = outcome
    self.reason = reason
    self.isRevised = isRevised
  }
}
