import WinnowCore

/// The robots.txt of each origin that was met, fetched once a run.
final class RobotsMemory {
  private let fetcher: PageFetcher
  private var rules: [String: RobotsRules] = [:]

  init(_ fetcher: PageFetcher) { self.fetcher = fetcher }

  /// A missing file allows everything, one that cannot be had now nothing (RFC 9309, 2.3.1).
  func allows(_ address: WebAddress) throws(WinnowError) -> Bool {
    let origin = address.origin
    if rules[origin] == nil { rules[origin] = try fetch(origin) }
    return rules[origin]?.allows(address.target) ?? false
  }

  private func fetch(_ origin: String) throws(WinnowError) -> RobotsRules {
    guard let address = WebAddress(origin + "/robots.txt") else { return .nothing }
    switch try fetcher.fetch(address, accept: "text/plain, */*") {
    case .success(let page): return RobotsRules(page.body, agent: WebSettings.product)
    case .failure(let failure):
      // 429 is a 4xx too, but one that says to stay away.
      let isMissing = failure.status.map { (400..<500).contains($0) && $0 != 429 } ?? false
      return isMissing || failure.reason == .tooManyRedirects ? .everything : .nothing
    }
  }
}
