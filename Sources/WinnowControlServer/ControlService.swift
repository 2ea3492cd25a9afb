/// What stands behind the control socket.
public protocol ControlService: AnyObject, Sendable {
  /// Takes one call that its peer may make. Called on the event loop, so it hands the work to a queue of its own and
  /// returns at once; the answer goes through the reply inside the call, from any thread. A reply that is dropped
  /// without an answer answers with an error by itself.
  func handle(_ call: ControlCall, from peer: Peer)
}
