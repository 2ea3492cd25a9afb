import Foundation
import SystemPackage
import Testing
import WinnowConfig
import WinnowCore
import WinnowTestSupport

/// The configuration as it lies on disk: several files, missing ones, unreadable ones.
@Suite struct ConfigurationFolderTests {
  private let folder: TemporaryFolder
  private var main: FilePath { folder.path.appending("etc/winnow.yaml") }
  private var state: FilePath { folder.path.appending("state") }

  init() throws { folder = try TemporaryFolder() }

  private func inboxes(_ names: String...) -> String {
    "inboxes:\n" + names.map { "  \($0): {path: /srv/\($0)/in, output: /srv/\($0)/out, model: m}\n" }.joined()
  }

  private func problems(mustExist: Bool = false, adding: InboxAddition? = nil) -> [ConfigurationProblem] {
    do {
      _ = try ConfigurationFile.load(main, mustExist: mustExist, stateDirectory: state, adding: adding)
      return []
    } catch {
      return error.problems
    }
  }

  @Test("without any file there are the defaults, unless a person named the file")
  func missing() throws {
    let loaded = try ConfigurationFile.load(main, stateDirectory: state)
    #expect(loaded.configuration.inboxes.isEmpty)
    #expect(loaded.files.isEmpty)
    let problem = try #require(problems(mustExist: true).first)
    #expect(problem.message == "the file does not exist")
    #expect(problem.file == main.string)
    #expect(problem.line == nil)
  }

  @Test("inboxes come from the main file, then from inboxes.d by name, then from the state folder")
  func order() throws {
    try folder.file("etc/winnow.yaml", "engine: {threads: 1}\n" + inboxes("z", "y"))
    try folder.file("etc/inboxes.d/20.yaml", inboxes("b"))
    try folder.file("etc/inboxes.d/10 相机.yaml", inboxes("c"))
    try folder.file("etc/inboxes.d/.hidden.yaml", "not: read")
    try folder.file("etc/inboxes.d/other.yaml~", "not: read")
    try folder.file("etc/inboxes.d/README", "not: read")
    try folder.file("state/inboxes.d/a.yaml", inboxes("a"))
    let loaded = try ConfigurationFile.load(main, mustExist: true, stateDirectory: state)
    #expect(loaded.configuration.inboxes.map(\.name) == ["z", "y", "c", "b", "a"])
    #expect(loaded.files.count == 4)
    #expect(loaded.file(ofInbox: "c") == folder.path.appending("etc/inboxes.d/10 相机.yaml"))
    #expect(loaded.file(ofInbox: "z") == main)
    #expect(loaded.file(ofInbox: "none") == nil)
    #expect(loaded.position(of: "inboxes.b.path")?.file.hasSuffix("inboxes.d/20.yaml") == true)
    #expect(loaded.position(of: "inboxes.b.review") == loaded.position(of: "inboxes.b"))
  }

  @Test("an inbox file holds inboxes and nothing else, and no name twice")
  func inboxFiles() throws {
    try folder.file("etc/winnow.yaml", inboxes("a"))
    try folder.file("etc/inboxes.d/1.yaml", "engine: {}\n" + inboxes("b"))
    try folder.file("etc/inboxes.d/2.yaml", inboxes("a", "b"))
    let found = problems()
    #expect(found.map(\.key) == ["engine", "inboxes.a", "inboxes.b"])
    #expect(found[0].remedy == "files in inboxes.d hold inboxes and nothing else; put it into winnow.yaml")
    #expect(found[1].message == "there is an inbox \"a\" already, in \(main)")
    #expect(found[1].line == 2)
    #expect(found[2].file.hasSuffix("2.yaml"))
  }

  @Test("problems of all files are reported together, in the order of the files")
  func severalFiles() throws {
    try folder.file("etc/winnow.yaml", "engine: {threads: x}\nsocket: {mode: 9}\n")
    try folder.file("etc/inboxes.d/1.yaml", "inboxes: [")
    try folder.file("state/inboxes.d/a.yaml", "inboxes: {a: {path: a, output: /b, model: m}}")
    #expect(
      problems().map { "\(FilePath($0.file).lastComponent?.string ?? ""):\($0.line ?? 0)" }
        == ["winnow.yaml:1", "winnow.yaml:2", "1.yaml:1", "a.yaml:1"])
  }

  @Test("something other than a file is refused, not waited for")
  func notAFile() throws {
    try folder.folder("etc/winnow.yaml")
    #expect(problems().map(\.message) == ["it is not a file"])
    try FileManager.default.removeItem(atPath: main.string)
    #expect(main.withPlatformString { mkfifo($0, 0o600) } == 0)
    #expect(problems().map(\.message) == ["it is not a file"])
  }

  @Test("a configuration behind a symbolic link is read")
  func link() throws {
    try folder.folder("etc")
    try folder.link("etc/winnow.yaml", to: try folder.file("real.yaml", inboxes("a")))
    #expect(try ConfigurationFile.load(main).configuration.inboxes.count == 1)
  }

  @Test("config show names every value with its source")
  func settings() throws {
    let loaded = try load(
      """
      engine:
        threads: 2
      inboxes:
        camera:
          path: /srv/相机
          output: /srv/out
          model: flowers@3
          settle: 1500ms
      """)
    let shown = Dictionary(uniqueKeysWithValues: loaded.settings.map { ($0.key, $0) })
    #expect(shown["engine.threads"]?.value == "2")
    #expect(shown["engine.threads"]?.source == "winnow.yaml:2:12")
    #expect(shown["engine.idle_exit"]?.value == "1min")
    #expect(shown["engine.idle_exit"]?.source == "default")
    #expect(shown["http.listen"] == ConfigurationSetting(key: "http.listen", value: nil, position: nil))
    #expect(shown["inboxes.camera.path"]?.value == "\"/srv/相机\"")
    #expect(shown["inboxes.camera.review"]?.value == "\"/srv/out/_review\"")
    #expect(shown["inboxes.camera.settle"]?.value == "1500ms")
    #expect(shown["inboxes.camera.model"]?.position == SourcePosition(file: "winnow.yaml", line: 7, column: 12))
    let json = try JSONDecoder().decode(
      [ConfigurationSetting].self, from: JSONEncoder().encode(loaded.settings))
    #expect(json == loaded.settings)
  }

  @Test("what config show prints for an inbox, put into a file, means the same")
  func shownIsReadable() throws {
    let loaded = try load(
      inbox("review: /srv/\"odd\\name", "template: \"{class}/'x'\"", "settle: 2500ms", "ignore: [\"a\\\"b\", \"c\"]"))
    let lines = loaded.settings.filter { $0.key.hasPrefix("inboxes.camera.") }.compactMap { setting in
      setting.value.map { "    \(setting.key.dropFirst("inboxes.camera.".count)): \($0)\n" }
    }
    let again = try load("inboxes:\n  camera:\n" + lines.joined())
    #expect(again.configuration.inboxes == loaded.configuration.inboxes)
  }

  @Test("an addition is checked with all other inboxes before it is stored")
  func addition() throws {
    try folder.file("etc/winnow.yaml", inboxes("a"))
    var addition = InboxAddition(
      name: "b", path: "/srv/b/in", output: "/srv/b/out", model: ModelReference(name: "m", version: 1))
    let loaded = try ConfigurationFile.load(main, stateDirectory: state, adding: addition)
    #expect(loaded.configuration.inboxes.map(\.name) == ["a", "b"])
    #expect(loaded.file(ofInbox: "b") == state.appending("inboxes.d/b.yaml"))
    addition.name = "a"
    #expect(problems(adding: addition).map(\.key) == ["inboxes.a"])
    addition.name = "../a"
    #expect(problems(adding: addition).map(\.message) == ["\"../a\" is no name for an inbox"])
  }
}
