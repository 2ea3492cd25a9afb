internal import WinnowCore

/// How a picture was placed, as it stands in the ledger: nothing for a move, which most are.
extension PlacingAction {
  var stored: String? { self == .move ? nil : rawValue }

  init(stored: String?) throws {
    guard let stored else {
      self = .move
      return
    }
    guard let action = Self(rawValue: stored) else { throw LedgerDamage(description: "unknown action \(stored)") }
    self = action
  }
}
