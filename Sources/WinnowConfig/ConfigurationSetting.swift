/// One value in force and where it comes from, for `winnowctl config show`.
public struct ConfigurationSetting: Hashable, Sendable, Codable {
  /// Dotted: `engine.idle_exit`, `inboxes.camera.path`.
  public let key: String
  /// As it could stand in the file; nil for a key that is absent and means "off".
  public let value: String?
  /// Where the file says so; nil for a value that is built in.
  public let position: SourcePosition?

  public init(key: String, value: String?, position: SourcePosition?) {
    self.key = key
    self.value = value
    self.position = position
  }

  /// `FILE:LINE:COLUMN` or `default`.
  public var source: String { position?.description ?? "default" }
}
