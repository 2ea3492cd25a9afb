import WinnowCore

/// Wikimedia Commons by its interface: a search among files, with licences.
struct WikimediaSource: PictureSource {
  private let provider: Provider
  private let keyword: String
  private let pageSize: Int
  /// What the last answer said has to be sent along to go on; nil once there is nothing more.
  private var continuation: [(String, String)]? = []

  var kind: SourceKind { .wikimedia }

  init(_ keyword: String, _ provider: Provider, pageSize: Int = 50) {
    self.provider = provider
    self.keyword = keyword
    self.pageSize = pageSize
  }

  /// What the worker decodes; of the others a rendering is fetched.
  private static let decoded: Set<String> = ["image/jpeg", "image/png", "image/webp", "image/gif"]

  mutating func next() throws(WinnowError) -> [PictureCandidate]? {
    guard let continuation else { return nil }
    let answer = try provider.ask(
      [
        ("action", "query"), ("format", "json"), ("formatversion", "2"), ("generator", "search"),
        ("gsrsearch", keyword), ("gsrnamespace", "6"), ("gsrlimit", "\(pageSize)"), ("prop", "imageinfo"),
        ("iiprop", "url|size|mime|extmetadata|sha1"), ("iiurlwidth", "1600"),
        ("iiextmetadatafilter", "LicenseShortName|LicenseUrl|Artist|ObjectName"),
      ] + continuation)
    if let problem = answer["error"] {
      throw WinnowError(
        .sourceUnavailable, "wikimedia refuses: \(problem["info"]?.anyText ?? problem["code"]?.anyText ?? "no reason")",
        remedy: "wait a while, or use another source")
    }
    self.continuation = answer["continue"]?.fields.map { ($0.key, $0.value.anyText ?? "") }
    // No hits, no "query"; but then it says that all is said.
    guard let query = answer["query"] else {
      if answer["batchcomplete"] == nil { _ = try answer.field("query") }
      return nil
    }
    let pages = try query.field("pages").list()
    let ranked = pages.sorted { ($0["index"]?.integer ?? .max) < ($1["index"]?.integer ?? .max) }
    var candidates: [PictureCandidate] = []
    for page in ranked {
      // Continued answers carry the picture's facts only in one of their pieces.
      guard let info = try page["imageinfo"]?.list().first else { continue }
      if let candidate = try Self.candidate(info, title: page.field("title").text()) { candidates.append(candidate) }
    }
    if candidates.isEmpty, self.continuation == nil, let first = pages.first { _ = try first.field("imageinfo") }
    return candidates
  }

  private static func candidate(_ info: ProviderAnswer, title: String) throws(WinnowError) -> PictureCandidate? {
    let mime = try info.field("mime").text()
    guard mime.hasPrefix("image/") else { return nil }
    let original = WebAddress(try info.field("url").text())
    let rendering = info["thumburl"]?.anyText.flatMap { WebAddress($0) }
    let addresses = (decoded.contains(mime) ? [original, rendering] : [rendering]).compactMap { $0 }
    guard let first = addresses.first else { return nil }
    var candidate = PictureCandidate(first)
    candidate.others = Array(addresses.dropFirst().filter { $0 != first })
    candidate.page = info["descriptionurl"]?.anyText
    let facts = info["extmetadata"]
    let fact = { (name: String) in facts?[name]?["value"]?.anyText.map(MarkupText.plain) }
    candidate.title = fact("ObjectName") ?? title
    candidate.author = fact("Artist")
    candidate.licence = fact("LicenseShortName")
    candidate.licenceURL = fact("LicenseUrl")
    return candidate
  }
}
