/// Every setting with where it comes from.
public struct ConfigReply: Codable, Hashable, Sendable {
  public struct Setting: Codable, Hashable, Sendable {
    /// `inboxes.camera.threshold`.
    public var key: String
    /// As it could stand in the file; absent for a key that is not set and means "off".
    public var value: String?
    /// `FILE:LINE:COLUMN` or `default`.
    public var source: String

    public init(key: String, value: String?, source: String) {
      self.key = key
      self.value = value
      self.source = source
    }
  }

  public var settings: [Setting]

  public init(settings: [Setting]) { self.settings = settings }
}
