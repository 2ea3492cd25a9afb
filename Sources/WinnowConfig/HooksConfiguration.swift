public import SystemPackage
import WinnowCore

/// Who is told of what happens to pictures.
public struct HooksConfiguration: Hashable, Sendable {
  /// A program's absolute path and its arguments, run for each sorted picture; empty for none.
  public var onSorted: [String]
  public var webhook: WebhookConfiguration?
}

/// Where events are posted to.
public struct WebhookConfiguration: Hashable, Sendable {
  /// `http://` or `https://`.
  public var url: String
  /// Holds the key that signs each message; nil: they are not signed.
  public var secretFile: FilePath?
}

extension HooksConfiguration {
  init(_ section: inout SectionReader) {
    onSorted = section.readList("on_sorted", of: .text(example: "\"/usr/local/bin/notify\""))
    if let program = onSorted.first, !program.hasPrefix("/"), let position = section.position(of: "on_sorted") {
      section.report.problem(
        at: position, key: "hooks.on_sorted", "the program \"\(program)\" is not absolute",
        remedy: "write its whole path, such as /usr/local/bin/notify")
    }
    var webhook = section.section("webhook")
    let secretFile = webhook.read("secret_file", .path(example: "/etc/winnow/hook.key"))
    self.webhook = webhook.require("url", .webAddress)
      .map { WebhookConfiguration(url: $0, secretFile: secretFile) }
    webhook.finish()
    section.finish()
  }
}

extension ValueFormat where Value == String {
  fileprivate static var webAddress: Self {
    Self(example: "\"http://127.0.0.1:9000/\"", show: { YAMLText.quoted(withoutPassword($0)) }) {
      (text) throws(WinnowError) in
      let host = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
      guard let host, let first = host.first, first != "/", host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no web address", remedy: "write one such as \"http://127.0.0.1:9000/\"")
      }
      return text
    }
  }

  /// Everybody who can connect may see the configuration.
  private static func withoutPassword(_ address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else { return address }
    let rest = address[scheme.upperBound...]
    let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let end = host.lastIndex(of: "@") else { return address }
    return address[..<scheme.upperBound] + "***" + rest[end...]
  }
}
