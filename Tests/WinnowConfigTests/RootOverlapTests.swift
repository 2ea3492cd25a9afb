import SystemPackage
import Testing
import WinnowConfig
import WinnowTestSupport

@Suite struct RootOverlapTests {
  /// Where a root of the table lies: by path, as if no link were anywhere, the inode made from the path.
  private func located(_ role: ConfiguredRoot.Role, _ inbox: String?, _ path: FilePath) -> LocatedRoot {
    var places: [RootLocation.Place] = []
    var folder = path
    repeat {
      places.append(.init(device: 1, inode: UInt64(bitPattern: Int64(folder.string.hashValue))))
    } while folder.removeLastComponent()
    return LocatedRoot(
      root: ConfiguredRoot(role: role, inbox: inbox, path: path),
      location: RootLocation(places[0], above: Array(places.dropFirst())))
  }

  struct Inbox: Sendable {
    let name: String
    let path: FilePath
    let output: FilePath
    var review: FilePath?
    var quarantine: FilePath?
    var none: FilePath?
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let inboxes: [Inbox]
    /// The key and a part of the message of each conflict.
    let expected: [(key: String, message: String)]

    init(_ description: String, _ inboxes: [Inbox], _ expected: [(key: String, message: String)] = []) {
      testDescription = description
      self.inboxes = inboxes
      self.expected = expected
    }
  }

  @Test(
    "folders inside one another are allowed and refused by the rules of the design",
    arguments: [
      Case("side by side", [Inbox(name: "a", path: "/a/in", output: "/a/out")]),
      Case("names with a common beginning", [Inbox(name: "a", path: "/a/in", output: "/a/in-sorted")]),
      Case(
        "an inbox inside another",
        [
          Inbox(name: "a", path: "/a", output: "/out"), Inbox(name: "b", path: "/a/b", output: "/out"),
        ]),
      Case(
        "a shared output",
        [
          Inbox(name: "a", path: "/a", output: "/out"), Inbox(name: "b", path: "/b", output: "/out"),
        ]),
      Case(
        "a shared review folder inside the other's output",
        [
          Inbox(name: "a", path: "/a", output: "/out", review: "/out2/r"),
          Inbox(name: "b", path: "/b", output: "/out2", review: "/out2/r"),
        ]),
      Case(
        "the same inbox twice",
        [
          Inbox(name: "a", path: "/a", output: "/x"), Inbox(name: "b", path: "/a", output: "/y"),
        ], [("inboxes.b.path", "the inbox \"b\" (\"/a\") is the same folder as the inbox \"a\"")]),
      Case(
        "the output inside its own inbox, said once, not for the default folders in it too",
        [Inbox(name: "a", path: "/a", output: "/a/sorted")], [("inboxes.a.output", "would be sorted again")]),
      Case(
        "the output is the inbox", [Inbox(name: "a", path: "/a", output: "/a")],
        [("inboxes.a.output", "would be sorted again")]),
      Case(
        "review and quarantine inside the inbox",
        [Inbox(name: "a", path: "/a", output: "/out", review: "/a/r", quarantine: "/a/q")],
        [("inboxes.a.review", "the review folder \"/a/r\""), ("inboxes.a.quarantine", "the quarantine \"/a/q\"")]),
      Case(
        "a none folder inside another inbox",
        [
          Inbox(name: "a", path: "/a", output: "/out", none: "/b/n"), Inbox(name: "b", path: "/b", output: "/out"),
        ], [("inboxes.a.none", "the none folder \"/b/n\" of inbox \"a\" lies in the inbox \"b\" (\"/b\")")]),
      Case(
        "an output inside another inbox",
        [
          Inbox(name: "a", path: "/a", output: "/b/x"), Inbox(name: "b", path: "/b", output: "/out"),
        ], [("inboxes.a.output", "lies in the inbox \"b\"")]),
      Case(
        "an output inside nested inboxes is told of the inner one",
        [
          Inbox(name: "a", path: "/a", output: "/b/c/x"), Inbox(name: "b", path: "/b", output: "/out"),
          Inbox(name: "c", path: "/b/c", output: "/out"),
        ], [("inboxes.a.output", "lies in the inbox \"c\"")]),
      Case(
        "a circle of two",
        [
          Inbox(name: "a", path: "/a", output: "/b"), Inbox(name: "b", path: "/b", output: "/a"),
        ],
        [
          ("inboxes.a.output", "whose pictures come back to \"a\": a circle"),
          ("inboxes.b.output", "whose pictures come back to \"b\": a circle"),
        ]),
      Case(
        "a circle of three",
        [
          Inbox(name: "a", path: "/a", output: "/b/x"), Inbox(name: "b", path: "/b", output: "/o", review: "/c/x"),
          Inbox(name: "c", path: "/c", output: "/a/x"),
        ], [("inboxes.a.output", "a circle"), ("inboxes.b.review", "a circle"), ("inboxes.c.output", "a circle")]),
      Case(
        "an inbox inside its own output", [Inbox(name: "a", path: "/out/in", output: "/out")],
        [("inboxes.a.path", "the inbox \"a\" (\"/out/in\") lies in the output \"/out\"")]),
      Case(
        "an inbox inside another's default review folder is told once",
        [
          Inbox(name: "a", path: "/a", output: "/out"), Inbox(name: "b", path: "/out/_review/b", output: "/o"),
        ], [("inboxes.b.path", "lies in the output \"/out\" of inbox \"a\"")]),
      Case(
        "an inbox inside a quarantine",
        [
          Inbox(name: "a", path: "/a", output: "/out", quarantine: "/q"),
          Inbox(name: "b", path: "/q/b", output: "/out"),
        ], [("inboxes.b.path", "lies in the quarantine \"/q\"")]),
      Case(
        "an inbox inside the state folder", [Inbox(name: "a", path: "/state/in", output: "/out")],
        [("inboxes.a.path", "lies in the state folder")]),
      Case(
        "the state folder inside an inbox", [Inbox(name: "a", path: "/", output: "/out")],
        [("inboxes.a.path", "the state folder \"/state\" lies in the inbox"), ("inboxes.a.output", "sorted again")]),
      Case(
        "review and output are one folder", [Inbox(name: "a", path: "/a", output: "/out", review: "/out")],
        [("inboxes.a.review", "is the same folder as the output")]),
    ])
  func table(rule: Case) {
    var roots = [located(.state, nil, "/state")]
    for inbox in rule.inboxes {
      roots.append(located(.inbox, inbox.name, inbox.path))
      roots.append(located(.output, inbox.name, inbox.output))
      roots.append(located(.review, inbox.name, inbox.review ?? inbox.output.appending("_review")))
      roots.append(located(.quarantine, inbox.name, inbox.quarantine ?? inbox.output.appending("_quarantine")))
      if let none = inbox.none { roots.append(located(.none, inbox.name, none)) }
    }
    let conflicts = RootOverlap.conflicts(among: roots)
    #expect(conflicts.map(\.key) == rule.expected.map(\.key))
    for (conflict, expected) in zip(conflicts, rule.expected) {
      #expect(conflict.message.contains(expected.message), "\(conflict.message)")
      #expect(!conflict.remedy.isEmpty && !conflict.inboxes.isEmpty)
    }
  }

  @Test("a symbolic link does not hide that an output lies in an inbox")
  func link() throws {
    let folder = try TemporaryFolder()
    let inbox = try folder.folder("inbox")
    let link = try folder.link("link", to: inbox)
    try #expect(keys(inbox, output: link.appending("sorted")) == ["inboxes.a.output"])
    try #expect(keys(link, output: inbox.appending("deep/er")) == ["inboxes.a.output"])
    try #expect(keys(inbox, output: folder.folder("output")).isEmpty)
  }

  @Test("folders that do not exist yet are compared by what would be made")
  func missing() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try #expect(keys(path.appending("in"), output: path.appending("out")).isEmpty)
    try #expect(keys(path.appending("in"), output: path.appending("in/out")) == ["inboxes.a.output"])
    try #expect(keys(path.appending("out/in"), output: path.appending("out")) == ["inboxes.a.path"])
    try #expect(keys(path.appending("in"), output: path.appending("in")) == ["inboxes.a.output"])
    try #expect(keys(path.appending("x"), output: path.appending("x-y")).isEmpty)
  }

  @Test("a location names every folder up to the root, missing ones first")
  func location() throws {
    let folder = try TemporaryFolder()
    let deep = try RootLocation(reading: folder.folder("a/b"))
    #expect(deep.places.count == folder.path.components.count + 3)
    #expect(deep.places.allSatisfy { $0.missing.isEmpty })
    let missing = RootLocation(reading: folder.path.appending("a/b/c/d"))
    #expect(missing.places.map { $0.missing.map(\.string) }.prefix(3) == [["c", "d"], ["c"], []])
    #expect(missing.isWithin(deep))
    #expect(!deep.isWithin(missing))
    let dangling = try RootLocation(reading: folder.link("dangling", to: "/nonexistent/target"))
    #expect(dangling.places[0].missing == ["dangling"])
  }

  @Test("the root folder itself has a location")
  func root() {
    #expect(RootLocation(reading: "/").places.count == 1)
    #expect(RootLocation(reading: "/nonexistent/x").isWithin(RootLocation(reading: "/")))
  }

  /// The keys of an inbox's conflicts, read through the whole of the module.
  private func keys(_ inbox: FilePath, output: FilePath) throws -> [String] {
    let text = "inboxes:\n  a:\n    path: \"\(inbox)\"\n    output: \"\(output)\"\n    model: m\n"
    do {
      try load(text).checkRoots(stateDirectory: "/nonexistent/state")
      return []
    } catch {
      #expect(error.problems.allSatisfy { ($0.line ?? 0) > 2 && $0.file == "winnow.yaml" })
      return error.problems.map(\.key)
    }
  }
}
