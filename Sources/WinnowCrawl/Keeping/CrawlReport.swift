/// What a crawl came to, all its runs together.
public struct CrawlReport: Hashable, Sendable, Codable {
  public struct Duplicates: Hashable, Sendable, Codable {
    /// Listed twice, or fetched by another crawl into the same folder.
    public var url = 0
    /// The same bytes as a picture in the folder.
    public var bytes = 0
    /// Looks like a picture in the folder.
    public var looks = 0

    public var all: Int { url + bytes + looks }
  }

  public var source: String
  public var keyword: String
  /// The folder, escaped.
  public var folder: String
  /// Nil where all were wanted.
  public var wanted: Int?
  /// Pictures that the source listed, in this run.
  public var found = 0
  /// Pictures in the folder from this crawl.
  public var saved = 0
  /// Those of them that this run saved.
  public var savedNow = 0
  public var duplicates = Duplicates()
  /// By `FailureReason`.
  public var failed: [String: Int] = [:]
  /// Whether as many as wanted are there; with none wanted, whether the source was read to its end.
  public var reached = false
  /// Why it ended, in words.
  public var ending = ""

  enum CodingKeys: String, CodingKey {
    case source, keyword, folder, wanted, found, saved, duplicates, failed, reached, ending
    case savedNow = "saved_now"
  }

  mutating func count(_ entry: CrawlJournal.Entry) {
    switch entry.verdict {
    case .saving: break
    case .saved: saved += 1
    case .bytes: duplicates.bytes += 1
    case .looks: duplicates.looks += 1
    case .failed: fail(entry.reason ?? .badAnswer)
    }
  }

  mutating func fail(_ reason: FailureReason) { failed[reason.rawValue, default: 0] += 1 }

  var line: String {
    let lost = failed.values.reduce(0, +)
    return "\(saved)\(wanted.map { " of \($0)" } ?? "") saved, \(duplicates.all) duplicates, \(lost) failed"
  }
}
