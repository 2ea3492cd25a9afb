import WinnowCore

/// Openverse by its interface: pictures under open licences from many collections.
struct OpenverseSource: PictureSource {
  private let provider: Provider
  private let keyword: String
  /// 20 is the most that those without a key are given.
  private let pageSize: Int
  private var page = 1
  private var isOver = false

  var kind: SourceKind { .openverse }

  init(_ keyword: String, _ provider: Provider, pageSize: Int = 20) {
    self.provider = provider
    self.keyword = keyword
    self.pageSize = pageSize
  }

  mutating func next() throws(WinnowError) -> [PictureCandidate]? {
    if isOver { return nil }
    let answer = try provider.ask([("q", keyword), ("page", "\(page)"), ("page_size", "\(pageSize)")])
    let results = try answer.field("results").list()
    page += 1
    isOver = results.isEmpty || page > answer["page_count"]?.integer ?? .max
    var candidates: [PictureCandidate] = []
    for result in results {
      guard let address = WebAddress(try result.field("url").text()) else { continue }
      var candidate = PictureCandidate(address)
      candidate.others = [result["thumbnail"]?.anyText.flatMap { WebAddress($0) }].compactMap { $0 }
      candidate.page = result["foreign_landing_url"]?.anyText
      candidate.title = result["title"]?.anyText
      candidate.author = result["creator"]?.anyText
      let version = result["license_version"]?.anyText.map { " \($0)" } ?? ""
      candidate.licence = try result.field("license").text() + version
      candidate.licenceURL = result["license_url"]?.anyText
      candidates.append(candidate)
    }
    return candidates
  }
}
