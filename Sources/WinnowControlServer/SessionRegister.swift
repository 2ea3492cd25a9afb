/// Knows who began a session in a browser.
public protocol SessionRegister: Sendable {
  /// Who bears this token now; nil where nobody does, or no longer. Called on the event loop, so it answers at once.
  func peer(bearing token: String) -> Peer?
}
