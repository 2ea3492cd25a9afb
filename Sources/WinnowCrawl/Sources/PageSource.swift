import WinnowCore

/// The pictures of one web page.
final class PageSource: CrawlSource {
  let heedsRobots = true
  private let address: WebAddress
  private var isDone = false

  init(_ address: WebAddress) { self.address = address }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    if isDone { return nil }
    isDone = true
    guard try RobotsMemory(fetcher).allows(address) else {
      throw WinnowError(
        .sourceFailed, "the robots.txt of \(address.host) asks programs to stay away from this page",
        remedy: "choose another page")
    }
    switch try fetcher.fetch(address, accept: "text/html, */*;q=0.5") {
    case .failure(let failure): throw .source(.page, failure)
    case .success(let page):
      return PageLinks(page.body, at: page.address).pictures.map { picture in
        var found = FoundPicture(.web(picture))
        found.page = page.address.text
        found.referer = page.address.text
        return found
      }
    }
  }
}
