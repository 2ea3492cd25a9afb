import WinnowCore

/// The pictures of one web page: those it shows, and those it links to.
struct PageSource: PictureSource {
  private let address: WebAddress
  private let fetcher: PageFetcher
  private let robots: RobotsMemory
  private var isRead = false

  var kind: SourceKind { .page }

  init(_ address: String, _ fetcher: PageFetcher, _ robots: RobotsMemory) throws(WinnowError) {
    guard let address = WebAddress(address) else {
      throw WinnowError(
        .invalidInput, "\"\(address)\" is no address of a page", remedy: "write it whole, with http:// or https://")
    }
    self.address = address
    self.fetcher = fetcher
    self.robots = robots
  }

  mutating func next() throws(WinnowError) -> [PictureCandidate]? {
    if isRead { return nil }
    isRead = true
    guard try robots.allows(address) else {
      throw WinnowError(
        .sourceUnavailable, "the robots.txt of \(address.host) asks not to fetch \(address.text)",
        remedy: "ask the owner of the site for the pictures")
    }
    switch try fetcher.fetch(address, accept: "text/html, application/xhtml+xml, */*;q=0.5") {
    case .failure(let failure):
      throw WinnowError(
        .sourceUnavailable, "the page \(address.text) cannot be had: \(failure.detail)",
        remedy: failure.reason == .addressNotAllowed
          ? "use --allow-host \(address.host):\(address.port) if it is meant to be there" : nil,
        cause: failure.reason.rawValue)
    case .success(let page):
      let title = PictureLinks.title(page.body)
      return PictureLinks.all(in: page.body, of: page.address).map { link in
        var candidate = PictureCandidate(link)
        candidate.page = page.address.text
        candidate.referer = page.address.text
        candidate.title = title
        candidate.obeysRobots = true
        return candidate
      }
    }
  }
}
