import Glibc
import SystemPackage
import Testing
import WinnowConfig
import WinnowCore
import WinnowTestSupport

@Suite("The key of the webhook")
struct WebhookKeyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func key(_ bytes: [UInt8], mode: mode_t = 0o600) throws -> FilePath {
    let file = try folder.file("hook.key", bytes)
    try #require(chmod(file.string, mode) == 0)
    return file
  }

  @Test(
    "is the bytes of the file, without one line break at its end",
    arguments: [
      ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), ("secret\n\n", "secret\n"),
      (" secret ", " secret "),
    ])
  func content(text: String, expected: String) throws {
    #expect(try WebhookKey(reading: key(Array(text.utf8))).bytes == Array(expected.utf8))
  }

  @Test("may be read by a group", arguments: [0o640, 0o600, 0o440] as [mode_t])
  func closed(mode: mode_t) throws {
    #expect(try WebhookKey(reading: key([0x61], mode: mode)).bytes == [0x61])
  }

  @Test("is refused where everybody may use it, with what closes it", arguments: [0o644, 0o604, 0o602] as [mode_t])
  func open(mode: mode_t) throws {
    let file = try key([0x61], mode: mode)
    let error = try #require(throws: WinnowError.self) { try WebhookKey(reading: file) }
    #expect(error.code == .notPermitted)
    #expect(error.remedy?.contains("chmod 640 \(file)") == true)
  }

  @Test("is refused where it is missing, empty, too long or no file")
  func unusable() throws {
    let missing = folder.path.appending("nowhere")
    #expect(try #require(throws: WinnowError.self) { try WebhookKey(reading: missing) }.code == .systemCall)
    for bytes in [[], [0x0A], Array(repeating: 0x61, count: 5000)] as [[UInt8]] {
      let file = try key(bytes)
      #expect(try #require(throws: WinnowError.self) { try WebhookKey(reading: file) }.code == .invalidInput)
    }
    let path = folder.path
    #expect(throws: WinnowError.self) { try WebhookKey(reading: path) }
  }

  @Test("a problem with it stands at its place in the configuration, and it is never shown")
  func place() throws {
    let file = try key(Array("secret".utf8), mode: 0o644)
    let text = "hooks:\n  webhook:\n    url: \"http://x/\"\n    secret_file: \(file)\n"
    let loaded = try load(text)
    let invalid = try #require(throws: InvalidConfiguration.self) { try loaded.webhookKey() }
    #expect(invalid.problems.map(\.key) == ["hooks.webhook.secret_file"])
    #expect(invalid.problems.map(\.line) == [4])
    #expect(!loaded.settings.contains { $0.value?.contains("secret\"") == true })
    #expect(try load("").webhookKey() == nil)
  }
}
