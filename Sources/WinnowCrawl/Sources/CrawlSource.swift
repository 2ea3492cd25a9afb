public import WinnowCore

/// Where pictures are found: a page at a time, until there are no more.
protocol CrawlSource: AnyObject {
  /// Whether a robots.txt is asked before each of its pictures is fetched.
  var heedsRobots: Bool { get }

  /// What comes next; nil at the end. An empty page is not the end.
  ///
  /// - Throws: `.sourceFailed` that says what could not be had, or which field an answer lacks.
  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]?
}

/// The kinds of sources.
public enum SourceKind: String, Hashable, Sendable, CaseIterable {
  case baidu, wikimedia, openverse, page, list, folder

  /// The address that it is asked at; nil for those that need none.
  public var base: String? {
    switch self {
    case .baidu: "https://image.baidu.com/search/acjson"
    case .wikimedia: "https://commons.wikimedia.org/w/api.php"
    case .openverse: "https://api.openverse.org/v1/images/"
    case .page, .list, .folder: nil
    }
  }

  /// What it takes, for people.
  public var takes: String {
    switch self {
    case .baidu, .wikimedia, .openverse: "a keyword in any script"
    case .page: "the address of a page"
    case .list: "a file with an address a line"
    case .folder: "a folder of pictures"
    }
  }
}

extension WinnowError.Code {
  /// A source of pictures cannot be reached, or answers otherwise than it used to.
  public static let sourceFailed = Self("source_failed")
}

extension WinnowError {
  static func source(_ kind: SourceKind, _ failure: WebFailure) -> WinnowError {
    WinnowError(
      .sourceFailed, "\(kind.rawValue) cannot be asked: \(failure.reason.rawValue), \(failure.detail)",
      remedy: "try again later; `winnowctl dataset sources` tells which sources answer")
  }

  static func changed(_ kind: SourceKind, _ what: String) -> WinnowError {
    WinnowError(
      .sourceFailed, "\(kind.rawValue) answers otherwise than it used to: \(what)",
      remedy: "use another source, and tell the makers of Winnow")
  }
}
