import WinnowCore

/// What a crawl came to. Pictures that an earlier run into the folder dealt with count as it left them.
public struct CrawlReport: Codable, Hashable, Sendable {
  public struct Duplicates: Codable, Hashable, Sendable {
    /// Named more than once by the source.
    public var url = 0
    /// The bytes of one that is there.
    public var bytes = 0
    /// Another file that shows the same.
    public var looks = 0
  }

  public var source: String
  public var keyword: String?
  public var into: String
  public var wanted: Int?
  /// Addresses or files that the source named.
  public var found = 0
  public var saved = 0
  /// Of `saved`, those that were there from an earlier run.
  public var savedBefore = 0
  public var duplicates = Duplicates()
  /// By reason.
  public var failed: [String: Int] = [:]
  /// Why there are fewer than wanted.
  public var note: String?

  private enum CodingKeys: String, CodingKey {
    case source, keyword, into, wanted, found, saved, duplicates, failed, note
    case savedBefore = "saved_before"
  }

  init(_ settings: CrawlSettings) {
    source = settings.kind.rawValue
    keyword = settings.keyword
    into = settings.into.escaped
    wanted = settings.count
  }

  mutating func count(_ ending: CrawlEntry.Ending) {
    switch ending {
    case .saved: saved += 1
    case .sameBytes: duplicates.bytes += 1
    case .sameLooks: duplicates.looks += 1
    case .failed(let reason): failed[reason.rawValue, default: 0] += 1
    case .saving: break
    }
  }
}
