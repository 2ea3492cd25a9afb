public import SystemPackage

/// A folder that the configuration names, and what for.
public struct ConfiguredRoot: Hashable, Sendable {
  public enum Role: String, Hashable, Sendable, CaseIterable {
    case inbox, output, review, quarantine, none, state
  }

  public let role: Role
  /// The inbox whose folder it is; nil for the state folder.
  public let inbox: String?
  public let path: FilePath

  public init(role: Role, inbox: String?, path: FilePath) {
    self.role = role
    self.inbox = inbox
    self.path = path
  }

  /// The state folder first, then the folders of each inbox in turn.
  public static func all(of configuration: DaemonConfiguration, stateDirectory: FilePath) -> [ConfiguredRoot] {
    [ConfiguredRoot(role: .state, inbox: nil, path: stateDirectory)]
      + configuration.inboxes.flatMap { inbox in
        let named: [(Role, FilePath?)] = [
          (.inbox, inbox.path), (.output, inbox.output), (.review, inbox.review), (.quarantine, inbox.quarantine),
          (.none, inbox.none),
        ]
        return named.compactMap { role, path in
          path.map { ConfiguredRoot(role: role, inbox: inbox.name, path: $0) }
        }
      }
  }

  /// The configuration key that names it; empty for the state folder.
  var key: String {
    guard let inbox else { return "" }
    return "inboxes.\(inbox).\(role == .inbox ? "path" : role.rawValue)"
  }

  /// `the output "/srv/sorted" of inbox "camera"`.
  var words: String {
    let place = YAMLText.scalar(for: path)
    return switch role {
    case .inbox: "the inbox \"\(inbox ?? "")\" (\(place))"
    case .state: "the state folder \(place)"
    case .output, .quarantine: "the \(role.rawValue) \(place) of inbox \"\(inbox ?? "")\""
    case .review, .none: "the \(role.rawValue) folder \(place) of inbox \"\(inbox ?? "")\""
    }
  }
}
