import WinnowCore

/// Baidu's image search by keyword: the JSON that its result page loads.
struct BaiduSource: PictureSource {
  private let provider: Provider
  private let keyword: String
  private var start = 0
  private let pageSize: Int

  var kind: SourceKind { .baidu }

  init(_ keyword: String, _ provider: Provider, pageSize: Int = 30) {
    self.provider = provider
    self.keyword = keyword
    self.pageSize = pageSize
  }

  mutating func next() throws(WinnowError) -> [PictureCandidate]? {
    let answer = try provider.ask(
      [
        ("tn", "resultjson_com"), ("ipn", "rj"), ("ct", "201326592"), ("fp", "result"), ("cl", "2"), ("lm", "-1"),
        ("ie", "utf-8"), ("oe", "utf-8"), ("nc", "1"), ("word", keyword), ("queryWord", keyword), ("pn", "\(start)"),
        ("rn", "\(pageSize)"),
      ], referer: "\(provider.base.origin)/search/index?word=\(PercentEncoding.component(keyword))")
    if answer["antiFlag"]?.integer == 1 {
      throw WinnowError(
        .sourceUnavailable, "baidu takes this for a robot and gives nothing",
        remedy: "wait a while, or use another source", cause: answer["message"]?.anyText)
    }
    // The list ends with an empty object.
    let items = try answer.field("data").list().filter { !$0.isEmptyObject }
    if items.isEmpty { return nil }
    start += pageSize
    let candidates = items.compactMap(Self.candidate)
    // Where a single one has no address that is the picture's lack; where all have none, it is another form.
    if candidates.isEmpty { _ = try items[0].field("thumbURL") }
    return candidates
  }

  private static func candidate(_ item: ProviderAnswer) -> PictureCandidate? {
    let replacement = (try? item["replaceUrl"]?.list())?.first
    let origin = item["objURL"]?.anyText.map { $0.hasPrefix("http") ? $0 : BaiduCipher.decoded($0) }
    let texts = [replacement?["ObjURL"]?.anyText, origin]
    let copies = ["hoverURL", "middleURL", "thumbURL"].map { item[$0]?.anyText }
    var addresses: [WebAddress] = []
    for address in (texts + copies).compactMap({ $0.flatMap { WebAddress($0) } }) where !addresses.contains(address) {
      addresses.append(address)
    }
    guard let first = addresses.first else { return nil }
    var candidate = PictureCandidate(first)
    candidate.others = Array(addresses.dropFirst())
    let page = replacement?["FromURL"]?.anyText ?? item["fromURL"]?.anyText
    candidate.page = page.map { $0.hasPrefix("http") ? $0 : BaiduCipher.decoded($0) }
    // The page that shows it is what servers expect to be sent from.
    candidate.referer = candidate.page.flatMap { WebAddress($0)?.text }
    candidate.title = item["fromPageTitle"]?.anyText.map(MarkupText.plain)
    return candidate
  }
}

/// How Baidu writes the addresses of pictures and pages in its answers: letters and signs exchanged.
enum BaiduCipher {
  private static let signs: [(String, String)] = [("_z2C$q", ":"), ("_z&e3B", "."), ("AzdH3F", "/")]
  private static let letters = Dictionary(
    uniqueKeysWithValues: zip("wkv1ju2it3hs4g5rq6fp7eo8dn9cm0bla", "abcdefghijklmnopqrstuvw1234567890"))

  static func decoded(_ text: String) -> String {
    var decoded = ""
    var rest = text[...]
    while let letter = rest.first {
      if let (code, sign) = signs.first(where: { rest.hasPrefix($0.0) }) {
        decoded += sign
        rest = rest.dropFirst(code.count)
      } else {
        decoded.append(letters[letter] ?? letter)
        rest.removeFirst()
      }
    }
    return decoded
  }
}
