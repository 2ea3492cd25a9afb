import WinnowCore

/// Openverse's API, version 1: pictures under free licences.
final class OpenverseSource: CrawlSource {
  private struct Answer: Decodable {
    struct Picture: Decodable {
      let url: String
      let foreign_landing_url: String?
      let title: String?
      let creator: String?
      let license: String
      let license_version: String?
    }
    let results: [Picture]
    let page_count: Int
  }

  let heedsRobots = false
  private let base: WebAddress
  private let keyword: String
  private var page: Int? = 1

  init(_ base: WebAddress, keyword: String) { (self.base, self.keyword) = (base, keyword) }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    guard let page else { return nil }
    guard let address = base.with(["q": keyword, "page": "\(page)", "page_size": "20"]) else {
      throw .changed(.openverse, "its address cannot be made")
    }
    let answer = try ProviderAnswer.fetch(Answer.self, of: .openverse, at: address, fetcher)
    self.page = page < answer.page_count && !answer.results.isEmpty ? page + 1 : nil
    return answer.results.compactMap { picture in
      guard let address = WebAddress(picture.url) else { return nil }
      var found = FoundPicture(.web(address))
      found.page = picture.foreign_landing_url
      found.title = picture.title
      found.author = picture.creator
      found.licence = [picture.license, picture.license_version].compactMap(\.self).joined(separator: " ")
      return found
    }
  }
}
