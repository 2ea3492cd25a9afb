import Yams

/// A syntax error of the parser, in the words of a person who wrote the file.
struct YAMLFault {
  /// Both count from 1.
  let line: Int
  let column: Int
  let message: String
  let remedy: String?

  init(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // What is never closed shows only at the end of the text: where it was opened tells more.
      let isAtEnd = Self.line(mark.line, of: text).allSatisfy(\.isWhitespace)
      let place = isAtEnd ? context?.mark ?? mark : mark
      // libyaml counts a line behind the last one, which no editor shows.
      let last = Self.lineCount(of: text)
      line = min(place.line, last)
      column = place.line > last ? 1 : place.column
      let source = Self.line(line, of: text)
      if source.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
        message = "a tab is used for indentation"
        remedy = "use spaces"
      } else if problem.contains("another document") {
        message = "a second document starts here"
        remedy = "remove the line ---"
      } else if problem.contains("alias") || context?.text.contains("alias") == true {
        message = "\"*\" starts an alias here, and none of that name is defined"
        remedy = "put patterns that start with * in quotes: \"*.bak\""
      } else {
        message = "the YAML cannot be read: \(problem)" + (context.map { " \($0.text)" } ?? "")
        remedy = "check the indentation, and put values that hold { } [ ] # & * ! | > % @ ` or \": \" in quotes"
      }
    case .reader(_, let offset, let value, _):
      let before = text.prefix(offset ?? 0)
      line = before.count(where: \.isNewline) + 1
      column = before.unicodeScalars.reversed().prefix { $0 != "\n" && $0 != "\r" }.count + 1
      message = "the character U+\(Self.hex(value)) is not allowed in YAML"
      remedy = "remove it, or write it as an escape in double quotes"
    default:
      line = 1
      column = 1
      message = "the YAML cannot be read"
      remedy = nil
    }
  }

  private static func line(_ number: Int, of text: String) -> Substring {
    let lines = text.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
    return lines.indices.contains(number - 1) ? lines[number - 1] : ""
  }

  private static func lineCount(of text: String) -> Int {
    let breaks = text.utf8.count { $0 == UInt8(ascii: "\n") }
    return max(1, text.utf8.last == UInt8(ascii: "\n") ? breaks : breaks + 1)
  }

  private static func hex(_ value: Int32) -> String {
    let digits = String(max(0, value), radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
