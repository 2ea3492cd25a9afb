import WinnowCore

/// What the sources with an interface of their own have in common: one place to ask, which answers with JSON.
struct Provider {
  let kind: SourceKind
  let base: WebAddress
  private let fetcher: PageFetcher

  /// - Throws: `.invalidInput` for a base that is no address.
  init(_ kind: SourceKind, base: String, _ fetcher: PageFetcher) throws(WinnowError) {
    guard let address = WebAddress(base) else {
      throw WinnowError(.invalidInput, "\"\(base)\" is no http or https address for \(kind.rawValue)")
    }
    self.kind = kind
    self.base = address
    self.fetcher = fetcher
  }

  /// - Throws: `.sourceUnavailable` where no good answer comes; `.sourceChanged` for what is no JSON.
  func ask(_ query: [(String, String)], referer: String? = nil) throws(WinnowError) -> ProviderAnswer {
    guard let address = base.with(query) else {
      throw WinnowError(.invalidInput, "what is looked for makes no address for \(kind.rawValue)")
    }
    switch try fetcher.fetch(address, accept: "application/json, text/plain, */*", referer: referer) {
    case .success(let page): return try ProviderAnswer(page.body, from: kind.rawValue)
    case .failure(let failure): throw unavailable(failure)
    }
  }

  func unavailable(_ failure: WebFailure) -> WinnowError {
    let remedy =
      switch failure.reason {
      case .rateLimited: "wait a while before the next crawl"
      case .addressNotAllowed: "use --allow-host \(base.host):\(base.port) if it is meant to be there"
      case .refused: "use another source"
      default: "check the network; `winnowctl dataset sources` tells what can be reached"
      }
    return WinnowError(
      .sourceUnavailable, "\(kind.rawValue) cannot be asked at \(base.host): \(failure.detail)", remedy: remedy,
      cause: failure.reason.rawValue)
  }
}
