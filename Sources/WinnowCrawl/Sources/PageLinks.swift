/// Addresses of pictures in a page's markup: `src`, `srcset` and their lazy cousins, and links to picture files.
/// Tolerant, and linear in the length of the page.
struct PageLinks {
  private(set) var base: WebAddress
  private(set) var pictures: [WebAddress] = []
  private var seen: Set<WebAddress> = []

  /// More are not taken from one page; chosen.
  private static let most = 5000
  private static let endings = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic"]

  init(_ markup: [UInt8], at address: WebAddress) {
    base = address
    let bytes = markup[...]
    var index = bytes.startIndex
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
      index = bytes.index(after: open)
      let name = Self.word(bytes, &index)
      guard ["img", "source", "a", "base"].contains(name) else { continue }
      let attributes = Self.attributes(bytes, &index)
      take(name, attributes)
      if pictures.count >= Self.most { return }
    }
  }

  private mutating func take(_ name: String, _ attributes: [String: [UInt8]]) {
    switch name {
    case "base":
      if let reference = attributes["href"], let address = WebAddress(reference: Self.text(reference), base: base) {
        base = address
      }
    case "a":
      guard let reference = attributes["href"], let address = WebAddress(reference: Self.text(reference), base: base),
        Self.endings.contains(where: address.target.prefix(while: { $0 != "?" }).lowercased().hasSuffix)
      else { return }
      add(address)
    default:
      // The largest of a set stands for it; lazy pages keep the real address beside a placeholder.
      for key in ["srcset", "data-srcset"] {
        if let best = attributes[key].flatMap(Self.largest), let address = WebAddress(reference: best, base: base) {
          return add(address)
        }
      }
      for key in ["data-src", "data-original", "src"] {
        if let reference = attributes[key], let address = WebAddress(reference: Self.text(reference), base: base) {
          return add(address)
        }
      }
    }
  }

  private mutating func add(_ address: WebAddress) {
    if seen.insert(address).inserted { pictures.append(address) }
  }

  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    Array(MarkupText.decoded(String(decoding: bytes, as: UTF8.self)).utf8)
  }

  /// `a.jpg 1x, b.jpg 2x` or with widths: the last of the largest.
  private static func largest(_ set: [UInt8]) -> [UInt8]? {
    var best: (size: Double, address: [UInt8])?
    for part in text(set).split(separator: UInt8(ascii: ",")) {
      let words = part.split { $0 <= 0x20 }
      guard let address = words.first else { continue }
      let size = words.dropFirst().first.flatMap { Double(String(decoding: $0.dropLast(), as: UTF8.self)) } ?? 1
      if size >= best?.size ?? 0 { best = (size, Array(address)) }
    }
    return best?.address
  }

  private static func word(_ bytes: ArraySlice<UInt8>, _ index: inout Int) -> String {
    let start = index
    while index < bytes.endIndex, index - start < 32, isNamed(bytes[index]) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
  }

  private static func isNamed(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_")
  }

  /// Up to the end of the tag.
  private static func attributes(_ bytes: ArraySlice<UInt8>, _ index: inout Int) -> [String: [UInt8]] {
    var attributes: [String: [UInt8]] = [:]
    while index < bytes.endIndex, bytes[index] != UInt8(ascii: ">") {
      guard isNamed(bytes[index]) else {
        index += 1
        continue
      }
      let name = word(bytes, &index)
      while index < bytes.endIndex, isNamed(bytes[index]) { index += 1 }
      while index < bytes.endIndex, bytes[index] <= 0x20 { index += 1 }
      guard index < bytes.endIndex, bytes[index] == UInt8(ascii: "=") else { continue }
      index += 1
      while index < bytes.endIndex, bytes[index] <= 0x20 { index += 1 }
      guard index < bytes.endIndex else { break }
      let quote = bytes[index]
      let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
      if isQuoted { index += 1 }
      let start = index
      while index < bytes.endIndex,
        isQuoted ? bytes[index] != quote : bytes[index] > 0x20 && bytes[index] != UInt8(ascii: ">")
      {
        index += 1
      }
      if attributes[name] == nil { attributes[name] = Array(bytes[start..<index]) }
      if isQuoted, index < bytes.endIndex { index += 1 }
    }
    return attributes
  }
}
