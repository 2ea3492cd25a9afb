import SystemPackage
public import WinnowCore
public import WinnowSupervision

/// Whether a source can be asked now.
public struct SourceHealth: Codable, Hashable, Sendable {
  public var name: String
  public var takes: String
  /// Where it is asked; absent where no address is needed.
  public var base: String?
  public var ok: Bool
  /// Why not.
  public var error: String?

  /// Asks each source for something that surely exists.
  ///
  /// - Throws: `.jobCancelled`.
  public static func all(
    _ web: WebSettings, bases: [SourceKind: String] = [:], cancellation: Cancellation
  ) throws(WinnowError) -> [SourceHealth] {
    var all: [SourceHealth] = []
    for kind in SourceKind.allCases {
      all.append(try health(of: kind, web, base: bases[kind], cancellation))
    }
    return all
  }

  private static func health(
    of kind: SourceKind, _ web: WebSettings, base: String?, _ cancellation: Cancellation
  ) throws(WinnowError) -> SourceHealth {
    var health = SourceHealth(name: kind.rawValue, takes: kind.takes, base: base ?? kind.base, ok: true)
    guard kind.base != nil else { return health }
    var settings = CrawlSettings(kind: kind, into: "/", web: web)
    settings.keyword = "flower"
    settings.base = base
    do throws(WinnowError) {
      let found = try settings.source().next(PageFetcher(try WebClient(web, cancellation: cancellation)))
      if found?.isEmpty ?? true { throw .changed(kind, "it finds no picture of a flower") }
    } catch {
      if error.code == .jobCancelled { throw error }
      health.ok = false
      health.error = error.message
    }
    return health
  }
}
