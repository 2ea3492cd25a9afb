import Foundation
import SystemPackage
import Testing
import WinnowConfig

/// The sample file and the documentation against the keys that the reader knows.
@Suite struct ConfigurationDocumentsTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private let sample: String
  private let manual: String

  init() throws {
    sample = try String(contentsOf: Self.repository.appendingPathComponent("etc/winnow.yaml"), encoding: .utf8)
    manual = try String(contentsOf: Self.repository.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
  }

  /// Every key, that of an inbox as `inboxes.*.KEY`: reading asks for each, whether or not it is there.
  private func knownKeys() throws -> [String] {
    let text = inbox().replacing("camera", with: "x") + "hooks: {webhook: {url: \"http://x/\"}}\n"
    return try load(text).settings.map { $0.key.replacing("inboxes.x.", with: "inboxes.*.") }
  }

  /// The sample with each setting in force: lines with one `#` without it, those with two left out.
  private var uncommented: String {
    sample.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("##") ? "" : String(line.hasPrefix("#") ? line.dropFirst() : line)
    }.joined(separator: "\n")
  }

  @Test("the sample as it is means an empty configuration")
  func asInstalled() throws {
    let loaded = try load(sample)
    #expect(loaded.warnings.isEmpty)
    #expect(loaded.configuration == (try load("").configuration))
  }

  @Test("the sample with every setting in force names every key, at its default or as an example")
  func inForce() throws {
    let loaded = try load(uncommented)
    let given = loaded.settings.filter { $0.position != nil }
    #expect(Set(given.map { $0.key.replacing(".camera.", with: ".*.") }) == Set(try knownKeys()))
    let examples: Set = [
      "socket.mode", "socket.group", "http.listen", "http.address", "hooks.on_sorted", "hooks.webhook.url",
      "hooks.webhook.secret_file", "inboxes.camera.none", "inboxes.camera.ignore", "inboxes.camera.file_mode",
      "inboxes.camera.file_owner", "inboxes.camera.file_group", "inboxes.camera.hours",
    ]
    let output = "      path: /srv/camera/inbox\n      output: /srv/camera/sorted\n      model: flowers\n"
    let defaults = try load("inboxes:\n  camera:\n\(output)").settings
    for setting in given where !examples.contains(setting.key) {
      #expect(defaults.first { $0.key == setting.key }?.value == setting.value, "\(setting.key)")
    }
  }

  @Test("the manual names every key, and none that does not exist")
  func manualNamesKeys() throws {
    let cells = manual.split(separator: "\n").filter { $0.hasPrefix("| `") }
      .compactMap { $0.split(separator: "`", omittingEmptySubsequences: false).dropFirst().first.map(String.init) }
    let known = try knownKeys().map { $0.replacing("inboxes.*.", with: "") }
    #expect(Set(cells) == Set(known))
    #expect(cells.count == known.count)
  }

  @Test("the manual's defaults are those in force")
  func manualDefaults() throws {
    let settings = try load(inbox()).settings
    for key in ["engine.idle_exit", "engine.memory_limit", "training.memory_limit", "training.nice", "training.roots"] {
      let value = try #require(settings.first { $0.key == key }?.value).replacing("1min", with: "60s")
      #expect(manual.contains("| `\(key)` | `\(value)` |"), "\(key): \(value)")
    }
    for key in [
      "threshold", "template", "action", "duplicates", "mode", "settle", "incomplete_after", "busy_after",
      "group_wait", "bursts", "burst_gap", "poll", "recursive", "ignore", "unsafe_placeholder",
    ] {
      let value = try #require(settings.first { $0.key == "inboxes.camera.\(key)" }?.value)
      #expect(manual.contains("| `\(key)` | `\(value)` |"), "\(key): \(value)")
    }
  }
}
