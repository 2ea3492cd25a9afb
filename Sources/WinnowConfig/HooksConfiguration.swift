public import SystemPackage
import WinnowCore

/// What is told of each sorted picture.
public struct HooksConfiguration: Hashable, Sendable {
  /// A program's absolute path and its arguments; empty for none.
  public var onSorted: [String]
  public var webhook: WebhookConfiguration?
}

/// Where events are posted to.
public struct WebhookConfiguration: Hashable, Sendable {
  /// `http://` or `https://`.
  public var url: String
  /// Holds the key that signs each message.
  public var secretFile: FilePath?
}

extension HooksConfiguration {
  init(_ section: inout SectionReader) {
    onSorted = section.readList("on_sorted", of: .text(example: "\"/usr/local/bin/notify\""), effect: .none)
    if let program = onSorted.first, !program.hasPrefix("/"), let position = section.position(of: "on_sorted") {
      section.report.problem(
        at: position, key: "hooks.on_sorted", "the program \"\(program)\" is not absolute",
        remedy: "write its whole path, such as /usr/local/bin/notify")
    }
    var webhook = section.section("webhook")
    let secretFile = webhook.read("secret_file", .path(example: "/etc/winnow/hook.key"), effect: .none)
    self.webhook = webhook.require("url", .webAddress, effect: .none)
      .map { WebhookConfiguration(url: $0, secretFile: secretFile) }
    webhook.finish()
    section.finish()
  }
}

extension ValueFormat where Value == String {
  fileprivate static var webAddress: Self {
    Self(example: "\"http://127.0.0.1:9000/\"", show: YAMLText.quoted) { (text) throws(WinnowError) in
      let host = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
      guard let host, let first = host.first, first != "/", host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no web address", remedy: "write one such as \"http://127.0.0.1:9000/\"")
      }
      return text
    }
  }
}
