/// Where a picture comes from: a line of `provenance.jsonl`.
public struct ProvenanceRecord: Hashable, Sendable, Codable {
  /// Name in the folder.
  public var file: String
  /// Of the file's bytes, 64 hexadecimal digits.
  public var sha256: String
  public var source: String
  /// What was searched for; an address or a path where nothing was.
  public var keyword: String
  /// Where the bytes came from, after redirects.
  public var url: String
  /// The page that shows the picture.
  public var page: String?
  public var title: String?
  public var author: String?
  /// As the provider names it.
  public var licence: String?
  public var licenceURL: String?
  /// When it was fetched, RFC 3339 in UTC.
  public var time: String

  enum CodingKeys: String, CodingKey {
    case file, sha256, source, keyword, url, page, title, author, licence, time
    case licenceURL = "licence_url"
  }
}
