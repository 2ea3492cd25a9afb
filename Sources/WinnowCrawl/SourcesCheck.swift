public import WinnowCore
public import WinnowSupervision

/// Whether a source can be used now.
public struct SourceHealth: Hashable, Sendable, Codable {
  public var name: String
  /// What a crawl from it has to be given.
  public var needs: String
  /// Where it is asked; nil for sources without a place of their own.
  public var address: String?
  /// Whether it answered in the form that is known; nil for sources without a place of their own.
  public var reachable: Bool?
  /// What was wrong, with the remedy.
  public var error: String?
}

/// Asks each source for something that every one of them has.
public struct SourcesCheck {
  private let baseAddresses: [SourceKind: String]
  private let web: WebSettings
  private let cancellation: Cancellation

  /// Every collection has pictures of it.
  private static let keyword = "flower"

  public init(baseAddresses: [SourceKind: String] = [:], web: WebSettings, cancellation: Cancellation) {
    self.baseAddresses = baseAddresses
    self.web = web
    self.cancellation = cancellation
  }

  /// - Throws: `.jobCancelled`. What is wrong with a source stands in its `error`.
  public func run() throws(WinnowError) -> [SourceHealth] {
    let fetcher = PageFetcher(try WebClient(web, cancellation: cancellation))
    let catalogue = SourceCatalogue(baseAddresses, fetcher, RobotsMemory(fetcher))
    var healths: [SourceHealth] = []
    for kind in SourceKind.allCases {
      var health = SourceHealth(
        name: kind.rawValue, needs: kind.needs, address: baseAddresses[kind] ?? kind.baseAddress)
      if health.address != nil {
        do throws(WinnowError) {
          var source = try catalogue.source(kind, keyword: Self.keyword)
          health.reachable = try source.next()?.isEmpty == false
          if health.reachable == false { health.error = "it answers, but lists no picture for \"\(Self.keyword)\"" }
        } catch {
          try cancellation.check()
          health.reachable = false
          health.error = error.sentence
        }
      }
      healths.append(health)
    }
    return healths
  }
}
