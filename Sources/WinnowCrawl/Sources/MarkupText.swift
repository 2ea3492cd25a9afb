/// Text out of HTML.
enum MarkupText {
  private static let named: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "sol": "/", "colon": ":", "period": ".",
    "num": "#", "quest": "?", "equals": "=", "lowbar": "_", "percnt": "%",
  ]

  /// Without tags, references resolved, white space run together; 500 characters at most.
  static func plain(_ markup: String) -> String {
    var text: [UInt8] = []
    var isInTag = false
    for byte in markup.utf8 {
      switch byte {
      case UInt8(ascii: "<"): isInTag = true
      case UInt8(ascii: ">") where isInTag: isInTag = false
      default: if !isInTag { text.append(byte) }
      }
    }
    let resolved = String(decoding: resolved(text[...]), as: UTF8.self)
    return String(resolved.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(500))
  }

  /// Character references replaced; what is none stays as it is.
  static func resolved(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&"), let (replacement, length) = reference(rest) else {
        result.append(byte)
        continue
      }
      result += replacement.utf8
      rest = rest.dropFirst(length)
    }
    return result
  }

  /// What the reference at the front of `text`, behind its `&`, stands for, and how long it is.
  private static func reference(_ text: ArraySlice<UInt8>) -> (String, Int)? {
    // A reference in an address may lack its semicolon only where it cannot be a key of the query, so it needs one.
    guard let end = text.prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let name = String(decoding: text[..<end], as: UTF8.self)
    let length = end - text.startIndex + 1
    if let replacement = named[name] { return (replacement, length) }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let number = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let number, number > 0, let scalar = Unicode.Scalar(number) else { return nil }
    return (String(scalar), length)
  }
}
