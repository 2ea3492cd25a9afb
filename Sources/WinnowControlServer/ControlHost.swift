/// What all connections of a server share. Confined to the event loop.
final class ControlHost {
  let version: String
  let limits: ControlLimits
  let register: PeerRegister
  let spool: Spool
  let service: any ControlService
  var connections: [ObjectIdentifier: RequestHandler] = [:] {
    didSet { if isStopping, connections.isEmpty { whenEmpty?() } }
  }
  /// Set once, when the server stops; then `whenEmpty` is called when the last connection has ended.
  var isStopping = false
  var whenEmpty: (() -> Void)? {
    didSet { if connections.isEmpty { whenEmpty?() } }
  }

  init(version: String, limits: ControlLimits, register: PeerRegister, spool: Spool, service: any ControlService) {
    self.version = version
    self.limits = limits
    self.register = register
    self.spool = spool
    self.service = service
  }

  /// Whether one more connection of such a peer is taken.
  func hasRoom(for entrance: Entrance) -> Bool {
    let browsers = connections.values.count { $0.entrance.isWeb }
    return switch entrance {
    case .socket(let peer):
      connections.count - browsers < limits.connections - (peer.standing == .owner ? 0 : limits.reservedForOwners)
    case .web: browsers < limits.browserConnections
    }
  }
}
