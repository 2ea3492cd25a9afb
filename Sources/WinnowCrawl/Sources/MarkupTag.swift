/// An opening tag of a page.
struct MarkupTag {
  /// In lower case.
  let name: String
  /// Where the page goes on behind it.
  let end: Int
  private let attributes: [(name: String, value: [UInt8])]

  /// More attributes than these of one tag are passed over; chosen, not measured.
  private static let mostAttributes = 64
  /// Elements whose content is no markup.
  private static let raw: Set<String> = ["script", "style", "textarea", "xmp"]

  /// The value of an attribute, references resolved.
  subscript(name: String) -> [UInt8]? { attributes.first { $0.name == name }?.value }

  static func forEach(in page: [UInt8], _ body: (MarkupTag) -> Void) {
    var index = 0
    while let start = page[index...].firstIndex(of: UInt8(ascii: "<")) {
      let next = start + 1
      guard next < page.count else { return }
      if page[next...].starts(with: "!--".utf8) {
        index = find("-->", in: page, from: next + 3) ?? page.count
      } else if isLetter(page[next]) {
        let tag = MarkupTag(page, at: next)
        body(tag)
        index = tag.end
        if raw.contains(tag.name) { index = find("</\(tag.name)", in: page, from: index) ?? page.count }
      } else {
        index = next
      }
    }
  }

  private init(_ page: [UInt8], at start: Int) {
    var index = start
    func isSpace(_ index: Int) -> Bool { page[index] <= 0x20 || page[index] == UInt8(ascii: "/") }
    func word(until isEnd: (Int) -> Bool) -> ArraySlice<UInt8> {
      let first = index
      while index < page.count, page[index] != UInt8(ascii: ">"), !isEnd(index) { index += 1 }
      return page[first..<index]
    }
    name = String(decoding: word(until: isSpace).prefix(32), as: UTF8.self).lowercased()
    var attributes: [(name: String, value: [UInt8])] = []
    while true {
      while index < page.count, isSpace(index) { index += 1 }
      guard index < page.count, page[index] != UInt8(ascii: ">") else { break }
      // A `=` at the front belongs to the name, so that each round gets on.
      let first = index
      index += 1
      _ = word { isSpace($0) || page[$0] == UInt8(ascii: "=") }
      let attribute = page[first..<index]
      var ahead = index
      while ahead < page.count, page[ahead] <= 0x20 { ahead += 1 }
      var value: ArraySlice<UInt8> = []
      if ahead < page.count, page[ahead] == UInt8(ascii: "=") {
        index = ahead + 1
        while index < page.count, page[index] <= 0x20 { index += 1 }
        if index < page.count, page[index] == UInt8(ascii: "\"") || page[index] == UInt8(ascii: "'") {
          let quote = page[index]
          let close = page[(index + 1)...].firstIndex(of: quote) ?? page.count
          value = page[(index + 1)..<close]
          index = min(close + 1, page.count)
        } else {
          value = word { page[$0] <= 0x20 }
        }
      }
      if attributes.count < Self.mostAttributes, attribute.count <= 64 {
        attributes.append(
          (String(decoding: attribute, as: UTF8.self).lowercased(), MarkupText.resolved(value.prefix(64 << 10))))
      }
    }
    end = min(index + 1, page.count)
    self.attributes = attributes
  }

  /// The first place at or behind `start` that begins with `text`, its letters in either case.
  private static func find(_ text: String, in page: [UInt8], from start: Int) -> Int? {
    let text = Array(text.utf8)
    guard start < page.count else { return nil }
    var index = start
    while let next = page[index...].firstIndex(of: text[0]) {
      let isThere =
        page.count - next >= text.count
        && zip(page[next...], text).allSatisfy { $0 == $1 || isLetter($0) && $0 | 0x20 == $1 }
      if isThere { return next }
      index = next + 1
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
