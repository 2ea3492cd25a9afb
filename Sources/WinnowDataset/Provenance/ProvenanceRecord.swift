/// Where a picture comes from: a line of `provenance.jsonl`.
public struct ProvenanceRecord: Hashable, Sendable, Codable {
  /// Name in the folder.
  public var file: String
  /// Of the file's bytes, 64 hexadecimal digits.
  public var sha256: String
  /// Of the bytes that were fetched, where the file was made of them.
  public var fetchedSHA256: String?
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

  public init(
    file: String, sha256: String, source: String, keyword: String, url: String, page: String? = nil,
    title: String? = nil, author: String? = nil, licence: String? = nil, licenceURL: String? = nil, time: String
  ) {
    self.file = file
    self.sha256 = sha256
    self.source = source
    self.keyword = keyword
    self.url = url
    self.page = page
    self.title = title
    self.author = author
    self.licence = licence
    self.licenceURL = licenceURL
    self.time = time
  }

  enum CodingKeys: String, CodingKey {
    case file, sha256, source, keyword, url, page, title, author, licence, time
    case licenceURL = "licence_url"
    case fetchedSHA256 = "fetched_sha256"
  }
}
