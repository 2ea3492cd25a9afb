public import WinnowCore

/// Who the daemon takes the caller for.
public struct SessionReply: Codable, Hashable, Sendable {
  /// The account's name, or its number where it has none.
  public var user: String
  /// `owner`, `member` or `visitor`.
  public var standing: String

  public init(user: String, standing: String) {
    self.user = user
    self.standing = standing
  }
}

/// A way into the web page.
public struct WebReply: Codable, Hashable, Sendable {
  /// The link that begins a session in a browser.
  public var url: String
  /// For other programs: `Authorization: Bearer TOKEN`.
  public var token: String
  /// When both end.
  public var expires: Timestamp

  public init(url: String, token: String, expires: Timestamp) {
    self.url = url
    self.token = token
    self.expires = expires
  }
}
