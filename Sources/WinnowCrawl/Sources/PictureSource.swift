public import SystemPackage
import WinnowCore

/// Where pictures are looked for.
public enum SourceKind: String, Hashable, Sendable, Codable, CaseIterable {
  case baidu, wikimedia, openverse, page, list, folder

  /// What a crawl from it has to be given, in words.
  public var needs: String {
    switch self {
    case .baidu, .wikimedia, .openverse: "a keyword"
    case .page: "the address of a page"
    case .list: "a file with an address a line"
    case .folder: "a folder"
    }
  }

  /// Where it is asked, unless the settings say otherwise; nil for what has no fixed place.
  public var baseAddress: String? {
    switch self {
    case .baidu: "https://image.baidu.com/search/acjson"
    case .wikimedia: "https://commons.wikimedia.org/w/api.php"
    case .openverse: "https://api.openverse.org/v1/images/"
    case .page, .list, .folder: nil
    }
  }
}

/// What a crawl is to get: a source with what that source needs.
public enum CrawlSubject: Hashable, Sendable {
  /// `kind` is one of those that take a keyword.
  case keyword(String, SourceKind)
  case page(String)
  case list(FilePath)
  case folder(FilePath)

  public var kind: SourceKind {
    switch self {
    case .keyword(_, let kind): kind
    case .page: .page
    case .list: .list
    case .folder: .folder
    }
  }

  /// The keyword, address or path, for people and records.
  public var text: String {
    switch self {
    case .keyword(let text, _), .page(let text): text
    case .list(let path), .folder(let path): path.escaped
    }
  }
}

/// A picture that a source knows of.
struct PictureCandidate {
  enum Place: Hashable {
    case web(WebAddress)
    /// Relative to the source's folder.
    case file(FilePath)
    /// It can never be fetched.
    case unusable(FailureReason)
  }

  var place: Place
  /// Its address as text, `file:` with a path for files.
  var url: String
  /// What it is remembered by. For a file also size and time: cameras use their names again.
  var key: String
  /// The same picture elsewhere, perhaps smaller: tried in turn where the first gives none.
  var others: [WebAddress] = []
  var referer: String?
  /// Whether robots.txt is asked before it is fetched.
  var obeysRobots = false
  var page: String?
  var title: String?
  var author: String?
  var licence: String?
  var licenceURL: String?

  init(_ address: WebAddress) {
    place = .web(address)
    url = address.text
    key = url
  }

  init(file: FilePath, url: String, size: Int64, modified: Timestamp) {
    place = .file(file)
    self.url = url
    key = "\(url)?size=\(size)&modified=\(modified.nanoseconds)"
  }

  init(unusable url: String, _ reason: FailureReason) {
    place = .unusable(reason)
    self.url = url
    key = url
  }
}

/// Lists pictures, a piece at a time.
protocol PictureSource {
  var kind: SourceKind { get }
  /// The next of its pictures, perhaps none; nil after the last.
  ///
  /// - Throws: what makes it impossible to go on: the provider cannot be reached, refuses, or answers in another form.
  mutating func next() throws(WinnowError) -> [PictureCandidate]?
}

extension WinnowError.Code {
  /// A source of pictures cannot be reached, or refuses.
  static let sourceUnavailable = Self("source_unavailable")
  /// A source answers in a form that this version does not know.
  static let sourceChanged = Self("source_changed")
  /// A source knows of no picture.
  static let nothingFound = Self("nothing_found")
}
