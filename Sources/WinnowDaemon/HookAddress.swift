import WinnowConfig
import WinnowCore

/// Where a hook's events go.
enum HookAddress: Hashable, Sendable {
  case program([String])
  /// - Parameter key: signs each message; it never leaves this process.
  case webhook(url: String, key: [UInt8]?)

  /// The hooks of a configuration.
  ///
  /// - Throws: where the key cannot be used.
  static func all(of loaded: LoadedConfiguration) throws(InvalidConfiguration) -> [HookTarget: HookAddress] {
    let hooks = loaded.configuration.hooks
    var addresses: [HookTarget: HookAddress] = [:]
    if !hooks.onSorted.isEmpty { addresses[.program] = .program(hooks.onSorted) }
    if let webhook = hooks.webhook {
      addresses[.webhook] = .webhook(url: webhook.url, key: try loaded.webhookKey()?.bytes)
    }
    return addresses
  }
}
