import Foundation
import SystemPackage
import Testing
import WinnowConfig
import WinnowCore
import WinnowTestSupport

@Suite struct ConfigurationStoreTests {
  private let folder: TemporaryFolder
  private let store: ConfigurationStore
  private let addition = InboxAddition(
    name: "相机 1", path: "/srv/相机/in", output: FilePath(bytes: Array("/srv/".utf8) + [0xFF, 0x22, 0x0A]),
    model: ModelReference(name: "flowers", version: 2), threshold: .fixed(0.65))

  init() throws {
    folder = try TemporaryFolder()
    store = ConfigurationStore(stateDirectory: folder.path)
  }

  @Test("an added inbox is read back as it was, whatever its bytes")
  func roundTrip() throws {
    let file = try store.add(addition)
    #expect(file == folder.path.appending("inboxes.d/相机 1.yaml"))
    #expect(try folder.names(in: "inboxes.d") == ["相机 1.yaml"])
    let inbox = try #require(
      try ConfigurationFile.load("/nonexistent/w.yaml", stateDirectory: folder.path).configuration.inboxes.first)
    #expect(inbox.name == addition.name)
    #expect(inbox.path == addition.path)
    #expect(inbox.output.bytes == addition.output.bytes)
    #expect(inbox.model == addition.model)
    #expect(inbox.threshold == .fixed(0.65))
    #expect(store.holds(addition.name))
  }

  @Test(
    "any name and path that is allowed survives the way through the file",
    arguments: [
      "a", "yes", "null", "~x", "1", "#x", "a: b", "\"q\"", "'s'", "*star", "&amp", "[x]", "{x}", "a\\b", "é",
      "e\u{301}",
      "\u{200E}x", "\u{2028}x", "😀", "<<", "!x", "%x", "@x", "`x`", "a#b", "?",
    ])
  func names(name: String) throws {
    var addition = addition
    addition.name = name
    addition.path = FilePath("/srv/\(name)")
    try store.add(addition)
    let inbox = try #require(
      try ConfigurationFile.load("/nonexistent/w.yaml", stateDirectory: folder.path).configuration.inboxes.first)
    #expect(Array(inbox.name.utf8) == Array(name.utf8))
    #expect(inbox.path.bytes == Array("/srv/\(name)".utf8))
    try store.remove(name)
    #expect(try folder.names(in: "inboxes.d").isEmpty)
  }

  @Test("a second inbox of the same name is refused and the first one stays")
  func twice() throws {
    let file = try store.add(addition)
    let before = try folder.text(of: file)
    var other = addition
    other.path = "/elsewhere"
    #expect(throws: WinnowError.self) { try store.add(other) }
    #expect(try folder.text(of: file) == before)
  }

  @Test(
    "what is no inbox is not written",
    arguments: [
      InboxAddition(name: "../x", path: "/a", output: "/b", model: ModelReference(name: "m", version: nil)),
      InboxAddition(name: "x", path: "a", output: "/b", model: ModelReference(name: "m", version: nil)),
      InboxAddition(name: "x", path: "/a", output: "/b", model: ModelReference(name: "../m", version: nil)),
      InboxAddition(
        name: "x", path: "/a", output: "/b", model: ModelReference(name: "m", version: nil),
        threshold: .fixed(2)),
    ])
  func invalid(addition: InboxAddition) throws {
    let error = #expect(throws: WinnowError.self) { try store.add(addition) }
    #expect(error?.code == .invalidConfiguration)
    #expect(try folder.names(in: "") == [])
  }

  @Test("removing takes the inbox's file and nothing else")
  func remove() throws {
    try store.add(addition)
    var other = addition
    other.name = "other"
    try store.add(other)
    try store.remove("other")
    #expect(try folder.names(in: "inboxes.d") == ["相机 1.yaml"])
    for name in ["other", "../winnow", "", "."] {
      let error = #expect(throws: WinnowError.self) { try store.remove(name) }
      #expect(error?.code == .notFound)
    }
  }

  @Test("a file that a crash left half written is neither read nor in the way")
  func leftover() throws {
    try folder.file("inboxes.d/.相机 1.yaml.new", "inboxes: {half")
    #expect(
      try ConfigurationFile.load("/nonexistent/w.yaml", stateDirectory: folder.path).configuration.inboxes.isEmpty)
    try store.add(addition)
    #expect(try folder.names(in: "inboxes.d") == ["相机 1.yaml"])
  }

  @Test("files of a backup are put back where there are none, and name no file elsewhere")
  func putBack() throws {
    let file = try store.add(addition)
    let files = store.files()
    #expect(Array(files.keys) == [addition.name])
    #expect(try store.putBack(files) == [])
    try store.remove(addition.name)
    var hostile = files
    for name in ["../winnow", "a/b", "", ".", ".hidden"] { hostile[name] = Array("inboxes: {}".utf8) }
    #expect(try store.putBack(hostile) == [file])
    #expect(store.files() == files)
    #expect(try folder.names(in: "inboxes.d") == ["相机 1.yaml"])
  }

  @Test("a state folder that is not there is an error that names it")
  func noState() {
    let store = ConfigurationStore(stateDirectory: "/nonexistent/state")
    let error = #expect(throws: WinnowError.self) { try store.add(addition) }
    #expect(error?.code == .systemCall)
    #expect(error?.message == "cannot make /nonexistent/state/inboxes.d")
  }
}
