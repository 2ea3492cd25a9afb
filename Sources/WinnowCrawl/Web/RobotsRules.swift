/// What a robots.txt allows one crawler (RFC 9309).
struct RobotsRules: Hashable, Sendable {
  private struct Rule: Hashable {
    /// Percent-encoded, with `*` for anything and perhaps `$` at the end.
    var pattern: [UInt8]
    var allows: Bool
  }

  static let everything = RobotsRules(rules: [])
  static let nothing = RobotsRules(rules: [Rule(pattern: [UInt8(ascii: "/")], allows: false)])

  /// The RFC asks for at least 500 KiB.
  static let longestFile = 512 << 10
  /// A hostile file of stars would cost time; chosen, not measured.
  private static let longestPattern = 2048

  private let rules: [Rule]

  private init(rules: [Rule]) { self.rules = rules }

  /// - Parameter agent: The product token, such as `Winnow`.
  init(_ text: [UInt8], agent: String) {
    var named: [Rule] = []
    var general: [Rule] = []
    var isNamed = false
    /// Whom the rules that follow are for.
    var group: (isOurs: Bool, isEveryones: Bool) = (false, false)
    var isInAgents = false
    for line in Self.lines(text.prefix(Self.longestFile)) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let key = String(decoding: Self.trimmed(line[..<colon]), as: UTF8.self).lowercased()
      let value = Self.trimmed(line[(colon + 1)...])
      switch key {
      case "user-agent":
        if !isInAgents { group = (false, false) }
        isInAgents = true
        let name = String(decoding: value, as: UTF8.self)
        if name == "*" { group.isEveryones = true }
        if name.prefix(while: { $0.isLetter || $0 == "-" || $0 == "_" }).lowercased() == agent.lowercased() {
          group.isOurs = true
          isNamed = true
        }
      case "allow", "disallow":
        isInAgents = false
        guard !value.isEmpty, value.count <= Self.longestPattern else { continue }
        let rule = Rule(pattern: Self.normalised(value), allows: key == "allow")
        if group.isOurs { named.append(rule) }
        if group.isEveryones { general.append(rule) }
      default: break
      }
    }
    rules = isNamed ? named : general
  }

  /// The longest pattern that fits decides; of two as long, the one that allows.
  func allows(_ target: String) -> Bool {
    if target == "/robots.txt" { return true }
    let target = Self.normalised(Array(target.utf8)[...])
    var best: Rule?
    for rule in rules where Self.fits(rule.pattern, target) {
      guard let length = best?.pattern.count else {
        best = rule
        continue
      }
      if rule.pattern.count > length || rule.pattern.count == length && rule.allows { best = rule }
    }
    return best?.allows ?? true
  }

  /// Greedy with one step back, so that many stars cost no more than the product of both lengths.
  private static func fits(_ pattern: [UInt8], _ target: [UInt8]) -> Bool {
    var pattern = pattern[...]
    let isAnchored = pattern.last == UInt8(ascii: "$")
    if isAnchored { pattern = pattern.dropLast() } else { pattern.append(UInt8(ascii: "*")) }
    var (inPattern, inTarget) = (0, 0)
    var star: (pattern: Int, target: Int)?
    while inTarget < target.count {
      if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
        star = (inPattern, inTarget)
        inPattern += 1
      } else if inPattern < pattern.count, pattern[inPattern] == target[inTarget] {
        inPattern += 1
        inTarget += 1
      } else if let back = star {
        inPattern = back.pattern + 1
        inTarget = back.target + 1
        star = (back.pattern, inTarget)
      } else {
        return false
      }
    }
    return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// The same path in one spelling: what is encoded needlessly is not, and what is not ASCII is.
  private static func normalised(_ path: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = path
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        rest = rest.dropFirst(2)
        let isPlain = value < 0x7F && String(decoding: [value], as: UTF8.self).allSatisfy { $0.isLetter || $0.isNumber }
        result +=
          isPlain || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(value)
          ? [value] : PercentEncoding.escape(value)
      } else {
        result += byte > 0x7E ? PercentEncoding.escape(byte) : [byte]
      }
    }
    return result
  }

  /// Lines without comments; a byte order mark at the front is none of the first.
  private static func lines(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let text = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
    return text.split { $0 == 0x0A || $0 == 0x0D }.map { $0.prefix { $0 != UInt8(ascii: "#") } }
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text.drop { $0 <= 0x20 }
    while let last = text.last, last <= 0x20 { text.removeLast() }
    return text
  }
}
