import WinnowCore

/// The pictures that a page names, out of its markup as it is: unclosed, wrongly quoted, hostile.
///
/// It looks for tags alone and builds no tree, so that time and memory stay proportional to the page.
enum PictureLinks {
  /// A page that names more is cut off; chosen, not measured.
  static let most = 20_000

  private static let endings = [".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".heic", ".heif", ".avif"]

  /// In the order of the page, each address once.
  static func all(in page: [UInt8], of address: WebAddress) -> [WebAddress] {
    var base = address
    var seen: Set<WebAddress> = []
    var found: [WebAddress] = []
    func add(_ reference: [UInt8]?) {
      guard found.count < most, let reference, !reference.isEmpty,
        let link = WebAddress(reference: reference, base: base), seen.insert(link).inserted
      else { return }
      found.append(link)
    }
    MarkupTag.forEach(in: page) { tag in
      switch tag.name {
      case "base":
        if let reference = tag["href"], let new = WebAddress(reference: reference, base: address) { base = new }
      case "img", "source", "input":
        let largest = (tag["srcset"] ?? tag["data-srcset"]).flatMap(largestOf)
        // What is loaded late stands in data-src, a placeholder in src.
        let late = ["data-src", "data-original", "data-lazy-src"].lazy.compactMap { tag[$0] }.first
        if tag.name == "source" ? largest != nil : tag.name == "img" || tag["type"] == Array("image".utf8) {
          add(largest ?? late ?? tag["src"])
        }
      case "a":
        guard let reference = tag["href"], let link = WebAddress(reference: reference, base: base) else { return }
        let path = link.target.prefix { $0 != "?" }.lowercased()
        if endings.contains(where: path.hasSuffix) { add(reference) }
      case "meta":
        if tag["property"] == Array("og:image".utf8) { add(tag["content"]) }
      default: break
      }
    }
    return found
  }

  /// The page's title, nil where it has none.
  static func title(_ page: [UInt8]) -> String? {
    var start: Int?
    MarkupTag.forEach(in: page) { tag in if tag.name == "title", start == nil { start = tag.end } }
    guard let start else { return nil }
    let text = page[min(start, page.count)...].prefix(2000).prefix { $0 != UInt8(ascii: "<") }
    let title = MarkupText.plain(String(decoding: text, as: UTF8.self))
    return title.isEmpty ? nil : title
  }

  /// The candidate of the greatest width or density (HTML, `srcset`).
  static func largestOf(_ srcset: [UInt8]) -> [UInt8]? {
    var best: (address: ArraySlice<UInt8>, size: Double)?
    var rest = srcset[...]
    let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
    while true {
      rest = rest.drop { isSpace($0) || $0 == UInt8(ascii: ",") }
      if rest.isEmpty { return best.map { Array($0.address) } }
      // An address goes up to white space: commas are allowed inside, not at its end.
      var address = rest.prefix { !isSpace($0) }
      rest = rest.dropFirst(address.count)
      var descriptor: ArraySlice<UInt8> = []
      if address.last == UInt8(ascii: ",") {
        while address.last == UInt8(ascii: ",") { address.removeLast() }
      } else {
        descriptor = rest.prefix { $0 != UInt8(ascii: ",") }
        rest = rest.dropFirst(descriptor.count)
      }
      let words = descriptor.split(whereSeparator: isSpace)
      let size = words.compactMap { Double(String(decoding: $0.dropLast(), as: UTF8.self)) }.first ?? 1
      if size > best?.size ?? -1 { best = (address, size) }
    }
  }
}
