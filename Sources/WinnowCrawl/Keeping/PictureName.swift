/// How saved pictures are called: `<keyword in its own script>_<number>.<ending by content>`.
enum PictureName {
  /// In bytes; the rest of a name has to fit behind it.
  private static let longestStem = 120

  /// A keyword as the beginning of a file's name: letters, marks and digits of every script stay, all else is a `-`.
  static func stem(_ keyword: String) -> String {
    var stem = ""
    for scalar in keyword.unicodeScalars {
      let isKept =
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
          .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
          true
        default: false
        }
      if isKept {
        guard stem.utf8.count + UTF8.width(scalar) <= longestStem else { break }
        stem.unicodeScalars.append(scalar)
      } else if !stem.isEmpty, !stem.hasSuffix("-") {
        stem += "-"
      }
    }
    while stem.hasSuffix("-") { stem.removeLast() }
    return stem.isEmpty ? "picture" : stem
  }

  static func name(stem: String, number: Int, format: String) -> String {
    let digits = String(number)
    return "\(stem)_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).\(ending(format))"
  }

  /// The number in a name of this stem, whatever its ending.
  static func number(in name: [UInt8], stem: String) -> Int? {
    let beginning = Array(stem.utf8) + [UInt8(ascii: "_")]
    guard name.starts(with: beginning) else { return nil }
    let digits = name.dropFirst(beginning.count).prefix { $0 != UInt8(ascii: ".") }
    guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private static func ending(_ format: String) -> String {
    switch format {
    case "jpeg": "jpg"
    case "heif": "heic"
    default: format.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } && !format.isEmpty ? format : "picture"
    }
  }
}

extension UTF8 {
  fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { String(scalar).utf8.count }
}
