import WinnowCore

/// What a template in the configuration has to keep besides the form that `DestinationTemplate` demands.
enum TemplateRules {
  /// Folders of Winnow's own, which no inbox or template may bear.
  static let reservedNames: Set<String> = ["_review", "_quarantine", "_duplicates"]

  /// - Throws: `.invalidInput` for an unknown field, a brace without its partner, a folder that is empty, `.`, `..`,
  ///   one of Winnow's own or over 200 bytes, a control character, a `/` at either end, or no `{class}` at all.
  static func parse(_ text: String) throws(WinnowError) -> DestinationTemplate {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw WinnowError(.invalidInput, "the template holds a control character", remedy: "remove it")
    }
    for level in text.split(separator: "/", omittingEmptySubsequences: false) { try check(level, of: text) }
    guard text.contains("{class}") else {
      throw WinnowError(
        .invalidInput, "the template \"\(text)\" has no {class}", remedy: "write one such as \"{class}/{year}\"")
    }
    return try DestinationTemplate(text)
  }

  private static func check(_ level: Substring, of text: String) throws(WinnowError) {
    guard !level.isEmpty else {
      throw WinnowError(
        .invalidInput, "the template \"\(text)\" has an empty folder name", remedy: "write one / between two folders")
    }
    guard level != ".", level != "..", !reservedNames.contains(String(level)), level.utf8.count <= 200 else {
      throw WinnowError(
        .invalidInput, "\"\(level.prefix(60))\" in the template cannot be a folder's name", remedy: "write another name"
      )
    }
    var rest = level
    while let start = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[start] == "{", let end = rest[start...].firstIndex(of: "}") else {
        throw WinnowError(
          .invalidInput, "a brace in \"\(level)\" has no partner",
          remedy: "write fields as {class}; braces have no other use")
      }
      try check(field: String(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
  }

  private static func check(field: String) throws(WinnowError) {
    let names = DestinationTemplate.Field.allCases.map(\.rawValue)
    guard !names.contains(field) else { return }
    throw WinnowError(
      .invalidInput, "{\(field)} is no field of a template",
      remedy: NearestName.of(field, among: names).map { "did you mean {\($0)}?" }
        ?? "use {\(names.joined(separator: "}, {"))}")
  }
}
