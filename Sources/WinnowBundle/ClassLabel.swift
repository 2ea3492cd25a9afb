public import WinnowCore

/// A class's name, safe as a folder: `daisy`, or `animal/cat` in a tree of classes.
public struct ClassLabel: Hashable, Sendable {
  /// As the model's label file has it.
  public let text: String
  /// The folders from the output root down: `["animal", "cat"]`.
  public let levels: [String]

  /// Folder names that Winnow itself uses in an output tree.
  public static let reservedLevels: Set<String> = ["_review", "_quarantine", "_duplicates"]

  /// The longest level in bytes: a folder's name may have 255, and a suffix has to fit.
  public static let longestLevel = 200

  /// - Throws: `.invalidInput` when a level is empty, `.`, `..`, reserved, over 200 bytes, or holds a control
  ///   character.
  public init(_ text: String) throws(WinnowError) {
    self.text = text
    levels = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for level in levels {
      if let complaint = Self.complaint(about: level) {
        throw WinnowError(
          .invalidInput, "the class \"\(Self.printable(text))\" cannot be a folder: \(complaint)",
          remedy: "change this label; '/' separates the levels of a class tree")
      }
    }
  }

  private static func complaint(about level: String) -> String? {
    if text(isBlank: level) { return "a level is empty" }
    if level == "." || level == ".." { return "\"\(level)\" names another folder" }
    if reservedLevels.contains(level) { return "\"\(level)\" is a folder of Winnow's own" }
    if level.utf8.count > longestLevel {
      return "a level is \(level.utf8.count) bytes long, \(longestLevel) are allowed"
    }
    if level.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "it holds a control character"
    }
    return nil
  }

  private static func text(isBlank level: String) -> Bool {
    level.unicodeScalars.allSatisfy { $0.properties.isWhitespace && $0.properties.generalCategory != .control }
  }

  private static func printable(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    let shown = escaped.prefix(80).joined()
    return escaped.count > 80 ? shown + "…" : shown
  }
}

extension ClassLabel: CustomStringConvertible {
  public var description: String { text }
}
