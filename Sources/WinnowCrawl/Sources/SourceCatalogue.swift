import WinnowCore
import WinnowFiles

/// Makes sources.
struct SourceCatalogue {
  private let baseAddresses: [SourceKind: String]
  private let fetcher: PageFetcher
  private let robots: RobotsMemory

  init(_ baseAddresses: [SourceKind: String], _ fetcher: PageFetcher, _ robots: RobotsMemory) {
    self.baseAddresses = baseAddresses
    self.fetcher = fetcher
    self.robots = robots
  }

  /// - Throws: `.invalidInput` for a subject that the source cannot take; what opening a file or a folder says.
  func source(for subject: CrawlSubject, savingIn root: Root) throws(WinnowError) -> any PictureSource {
    switch subject {
    case .keyword(let keyword, let kind): try source(kind, keyword: keyword)
    case .page(let address): try PageSource(address, fetcher, robots)
    case .list(let path): try ListSource(path)
    case .folder(let path): try FolderSource(path, avoiding: root.status)
    }
  }

  func source(_ kind: SourceKind, keyword: String) throws(WinnowError) -> any PictureSource {
    guard keyword.contains(where: { !$0.isWhitespace }) else {
      throw WinnowError(.invalidInput, "\(kind.rawValue) needs a keyword", remedy: "say what to look for")
    }
    guard let base = baseAddresses[kind] ?? kind.baseAddress else {
      throw WinnowError(.invalidInput, "\(kind.rawValue) takes no keyword; it needs \(kind.needs)")
    }
    let provider = try Provider(kind, base: base, fetcher)
    switch kind {
    case .baidu: return BaiduSource(keyword, provider)
    case .wikimedia: return WikimediaSource(keyword, provider)
    default: return OpenverseSource(keyword, provider)
    }
  }
}
