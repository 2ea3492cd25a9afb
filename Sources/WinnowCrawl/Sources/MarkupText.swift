/// Text out of markup.
enum MarkupText {
  /// Without tags and line breaks, at most 300 characters.
  static func plain(_ markup: String) -> String {
    var plain = ""
    var isInTag = false
    for character in markup {
      if character == "<" {
        isInTag = true
      } else if character == ">" {
        isInTag = false
      } else if !isInTag {
        plain.append(character.isNewline ? " " : character)
      }
      if plain.count >= 300 { break }
    }
    return decoded(plain)
  }

  /// The five entities that matter in addresses and names.
  static func decoded(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var decoded = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      decoded += rest[..<start]
      rest = rest[start...]
      let entities = [
        "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&#039;": "'", "&apos;": "'",
        "&#38;": "&", "&#x26;": "&",
      ]
      if let (entity, character) = entities.first(where: { rest.hasPrefix($0.key) }) {
        decoded += character
        rest = rest.dropFirst(entity.count)
      } else {
        decoded.append(rest.removeFirst())
      }
    }
    return decoded + rest
  }
}
