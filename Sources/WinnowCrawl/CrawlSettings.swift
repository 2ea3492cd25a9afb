public import SystemPackage
import WinnowCore

/// What to collect, and where it goes. Paths are absolute.
public struct CrawlSettings: Sendable {
  public var kind: SourceKind
  /// What is looked for, or the address of a page.
  public var keyword: String?
  /// The file of addresses, or the folder.
  public var from: FilePath?
  /// Pictures wanted; nil for all that the source has.
  public var count: Int?
  public var into: FilePath
  /// Pixels; a picture with a shorter side is not kept. 64 is chosen: less is an icon.
  public var minSide = 64
  /// Where the source is asked instead of at its usual address.
  public var base: String?
  public var web: WebSettings

  public init(kind: SourceKind, into: FilePath, web: WebSettings) {
    (self.kind, self.into, self.web) = (kind, into, web)
  }

  /// - Throws: `.invalidInput` that says what is missing.
  func source() throws(WinnowError) -> any CrawlSource {
    switch kind {
    case .list: return try ListSource(try path())
    case .folder: return try FolderSource(try path())
    case .page:
      let text = try word()
      guard let address = WebAddress(text) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no http or https address",
          remedy: "write it whole, as https://example.org/page")
      }
      return PageSource(address)
    case .baidu: return BaiduSource(try address(), keyword: try word())
    case .wikimedia: return WikimediaSource(try address(), keyword: try word())
    case .openverse: return OpenverseSource(try address(), keyword: try word())
    }
  }

  private func word() throws(WinnowError) -> String {
    guard let keyword, !keyword.isEmpty else {
      throw WinnowError(.invalidInput, "\(kind.rawValue) wants \(kind.takes)")
    }
    return keyword
  }

  private func path() throws(WinnowError) -> FilePath {
    guard let from else { throw WinnowError(.invalidInput, "\(kind.rawValue) wants \(kind.takes)") }
    return from
  }

  func address() throws(WinnowError) -> WebAddress {
    let text = base ?? kind.base ?? ""
    guard let address = WebAddress(text) else {
      throw WinnowError(.invalidInput, "\"\(text)\" is no http or https address")
    }
    return address
  }
}
