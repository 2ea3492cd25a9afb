import WinnowCore

/// Wikimedia Commons through its API (action=query, generator=search in the namespace of files).
final class WikimediaSource: CrawlSource {
  private struct Answer: Decodable {
    struct Query: Decodable { let pages: [Page] }
    struct Page: Decodable {
      let title: String
      let imageinfo: [Info]?
    }
    struct Info: Decodable {
      let url: String
      let descriptionurl: String?
      let mime: String?
      let extmetadata: [String: Field]?
    }
    struct Field: Decodable {
      let text: String?
      private enum Keys: String, CodingKey { case value }
      init(from decoder: any Decoder) throws {
        text = try? decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .value)
      }
    }
    struct Continuation: Decodable { let gsroffset: Int? }
    struct Fault: Decodable {
      let code: String
      let info: String?
    }

    let query: Query?
    let `continue`: Continuation?
    let error: Fault?
    let batchcomplete: Bool?
  }

  let heedsRobots = false
  private let base: WebAddress
  private let keyword: String
  private var offset: Int? = 0

  init(_ base: WebAddress, keyword: String) { (self.base, self.keyword) = (base, keyword) }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    guard let offset else { return nil }
    let address = base.with([
      "action": "query", "format": "json", "formatversion": "2", "generator": "search",
      "gsrsearch": "\(keyword) filetype:bitmap", "gsrnamespace": "6", "gsrlimit": "50", "gsroffset": "\(offset)",
      "prop": "imageinfo", "iiprop": "url|mime|extmetadata",
    ])
    guard let address else { throw .changed(.wikimedia, "its address cannot be made") }
    let answer = try ProviderAnswer.fetch(Answer.self, of: .wikimedia, at: address, fetcher)
    if let error = answer.error { throw .changed(.wikimedia, "it says \(error.code), \(error.info ?? "")") }
    // Without a hit there is no `query`, but it says that it has told all.
    guard answer.query != nil || answer.batchcomplete != nil else {
      throw .changed(.wikimedia, "there is no query in its answer")
    }
    self.offset = answer.continue?.gsroffset
    return (answer.query?.pages ?? []).compactMap { page in
      guard let info = page.imageinfo?.first, let address = WebAddress(info.url) else { return nil }
      var found = FoundPicture(.web(address))
      found.page = info.descriptionurl
      found.title = page.title
      found.author = info.extmetadata?["Artist"]?.text.map(MarkupText.plain)
      found.licence = info.extmetadata?["LicenseShortName"]?.text
      return found
    }
  }
}
