import WinnowConfig
import WinnowCore

/// Where a hook's events go.
enum HookAddress: Hashable, Sendable {
  /// - Parameter variables: of the environment.
  case program([String], variables: [String: String])
  /// - Parameter key: signs each message; it never leaves this process.
  case webhook(url: String, key: [UInt8]?)

  /// What a program may need to find its user's things, such as a desktop to show a message on.
  static let passedOn = [
    "HOME", "USER", "LOGNAME", "LANG", "TZ", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
  ]

  /// The hooks of a configuration.
  ///
  /// - Parameter environment: the daemon's, a few variables of which a program gets.
  /// - Throws: where the key cannot be used.
  static func all(
    of loaded: LoadedConfiguration, environment: [String: String]
  ) throws(InvalidConfiguration) -> [HookTarget: HookAddress] {
    let hooks = loaded.configuration.hooks
    var addresses: [HookTarget: HookAddress] = [:]
    if !hooks.onSorted.isEmpty {
      addresses[.program] = .program(hooks.onSorted, variables: environment.filter { passedOn.contains($0.key) })
    }
    if let webhook = hooks.webhook {
      addresses[.webhook] = .webhook(url: webhook.url, key: try loaded.webhookKey()?.bytes)
    }
    return addresses
  }
}
