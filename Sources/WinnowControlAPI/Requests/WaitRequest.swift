public struct WaitRequest: Codable, Hashable, Sendable {
  /// Seconds; without it there is no limit.
  public var timeout: Double?

  public init(timeout: Double? = nil) { self.timeout = timeout }
}
