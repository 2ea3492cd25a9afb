/// The rules for names of inboxes: each is also a file's name (`inboxes.d/NAME.yaml`) and a folder's (`{inbox}`).
public enum InboxName {
  static let remedy =
    "use a name of at most 100 bytes without /, control characters or spaces at its ends, not starting with . or -"

  /// Whether `name` can be an inbox's.
  public static func isValid(_ name: String) -> Bool { fault(in: name) == nil }

  /// What is wrong with `name`, as a sentence; nil when nothing is.
  static func fault(in name: String) -> String? {
    let controls = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard !name.isEmpty, name.utf8.count <= 100, !name.contains("/"), !controls, !name.hasPrefix("."),
      !name.hasPrefix("-"), !name.hasPrefix(" "), !name.hasSuffix(" ")
    else { return "\"\(name.prefix(100))\" is no name for an inbox" }
    guard !TemplateRules.reservedNames.contains(name) else { return "\"\(name)\" is reserved for Winnow's folders" }
    return nil
  }
}
