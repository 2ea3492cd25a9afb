import WinnowCore

/// Baidu's picture search by keyword. Its answers are nearly JSON: `\'` stands in them, and the last entry is empty.
final class BaiduSource: CrawlSource {
  private struct Answer: Decodable {
    struct Picture: Decodable {
      let thumbURL: String?
      let middleURL: String?
      let hoverURL: String?
      let fromPageTitle: String?
      let fromURL: String?

      /// The largest of those that are written plainly: `objURL` is obfuscated.
      var address: String? { [hoverURL, middleURL, thumbURL].compactMap(\.self).first { !$0.isEmpty } }
    }
    let data: [Picture]?
    let listNum: Int?
    let antiFlag: Int?
    let message: String?
  }

  static let referer = "https://image.baidu.com/"
  private static let pageSize = 30

  let heedsRobots = false
  private let base: WebAddress
  private let keyword: String
  private var start: Int? = 0

  init(_ base: WebAddress, keyword: String) { (self.base, self.keyword) = (base, keyword) }

  func next(_ fetcher: PageFetcher) throws(WinnowError) -> [FoundPicture]? {
    guard let start else { return nil }
    let address = base.with([
      "tn": "resultjson_com", "ipn": "rj", "ie": "utf-8", "oe": "utf-8", "word": keyword, "queryWord": keyword,
      "pn": "\(start)", "rn": "\(Self.pageSize)",
    ])
    guard let address else { throw .changed(.baidu, "its address cannot be made") }
    let answer = try ProviderAnswer.fetch(
      Answer.self, of: .baidu, at: address, referer: Self.referer, fetcher, mending: Self.mended)
    if let flag = answer.antiFlag, flag != 0 {
      throw WinnowError(
        .sourceFailed, "baidu refuses programs: \(answer.message ?? "antiFlag \(flag)")",
        remedy: "try again later, or use another source")
    }
    guard let data = answer.data else { throw .changed(.baidu, "there is no data in its answer") }
    let filled = data.filter { $0.address != nil }
    if filled.isEmpty, data.contains(where: { $0.fromPageTitle != nil }) {
      throw .changed(.baidu, "no entry of data has a hoverURL, middleURL or thumbURL")
    }
    let isMore = !filled.isEmpty && answer.listNum.map { start + Self.pageSize < $0 } ?? true
    self.start = isMore ? start + Self.pageSize : nil
    return filled.compactMap { picture in
      guard let address = picture.address.flatMap({ WebAddress($0) }) else { return nil }
      var found = FoundPicture(.web(address))
      found.page = picture.fromURL
      found.title = picture.fromPageTitle.map(MarkupText.plain)
      found.referer = Self.referer
      return found
    }
  }

  /// `\'` is no escape of JSON's; control characters stand raw in texts.
  static func mended(_ answer: [UInt8]) -> [UInt8] {
    var mended: [UInt8] = []
    mended.reserveCapacity(answer.count)
    var isEscaped = false
    for byte in answer {
      if isEscaped {
        isEscaped = false
        if byte == UInt8(ascii: "'") { mended.removeLast() }
        mended.append(byte)
        continue
      }
      isEscaped = byte == UInt8(ascii: "\\")
      mended.append(byte < 0x20 ? 0x20 : byte)
    }
    return mended
  }
}
