public import SystemPackage

/// What to crawl, where to, and within which limits.
public struct CrawlSettings: Sendable {
  public var subject: CrawlSubject
  /// The folder that pictures are saved in; made where its parent is there.
  public var into: FilePath
  /// Nil for all that the source has.
  public var wanted: Int?
  /// What files are called before their number; nil for the keyword, or the folder's own name.
  public var name: String?
  /// Pictures with a shorter side, in pixels, are not kept; chosen, not measured.
  public var minSide = 64
  /// Other places to ask than the providers' own, by source.
  public var baseAddresses: [SourceKind: String] = [:]
  public var web: WebSettings

  public init(subject: CrawlSubject, into: FilePath, wanted: Int? = nil, web: WebSettings) {
    self.subject = subject
    self.into = into
    self.wanted = wanted
    self.web = web
  }

  var stem: String {
    if let name { return PictureName.stem(name) }
    if case .keyword(let keyword, _) = subject { return PictureName.stem(keyword) }
    return PictureName.stem(into.lastComponent?.string ?? "")
  }

  /// Whose pictures are counted together, over all runs.
  var crawl: String { "\(subject.kind.rawValue) \(subject.text)" }
}
