import SystemPackage
import Testing
import WinnowCore

@Suite("What people's moves mean")
struct CorrectionPolicyTests {
  private static let output = FilePath("/out")

  private static func digest(_ number: UInt8) throws -> ContentDigest {
    try #require(ContentDigest(bytes: Array(repeating: number, count: 32)))
  }

  private static func place(_ path: String) throws -> Place {
    try #require(
      OutputLayout.place(of: FilePath("/out/" + path), in: ["/out", "/out/_review", "/out/_quarantine"]))
  }

  private static func fingerprint(_ file: Int, size: Int64 = 100) -> FileFingerprint {
    FileFingerprint(
      handle: [UInt8(file)], inode: UInt64(file), born: Timestamp(seconds: 1), size: size,
      modified: Timestamp(seconds: 2))
  }

  /// A picture that the ledger has at a path, decided about at second 10.
  private static func picture(
    _ id: Int64, at path: String, bytes: UInt8? = nil, state: PictureState = .sorted, stands: Bool = false,
    label: String? = nil, sortedTo: String? = nil
  ) throws -> SoughtPicture {
    SoughtPicture(
      record: PictureRecord(
        id: id, inbox: "camera", place: try place(path), state: state, fingerprint: fingerprint(Int(id)), reason: "",
        digest: try digest(bytes ?? UInt8(id)), facts: nil, top: [], model: nil, time: Timestamp(seconds: 10)),
      stands: stands, label: label, sortedTo: try sortedTo.map(place))
  }

  /// A file at a path. With `moved` it was renamed itself, after the ledger spoke; else its folder may have been.
  private static func stray(_ file: Int, at path: String, bytes: UInt8? = nil, moved: Bool = true) throws -> Stray {
    Stray(
      place: Place(root: "/out", relative: FilePath(path)), fingerprint: fingerprint(file),
      changed: Timestamp(seconds: moved ? 20 : 5), digest: moved ? try digest(bytes ?? UInt8(file)) : nil)
  }

  private static func layout(
    _ template: String = "{class}", names: [String: String] = [:]
  ) throws -> OutputLayout {
    OutputLayout(
      inbox: "camera", output: output, review: "/out/_review", quarantine: "/out/_quarantine", none: nil,
      template: try DestinationTemplate(template), labels: ["red", "green", "blue"], classNames: names)
  }

  private static func judge(
    _ strays: [Stray], _ pictures: [SoughtPicture], template: String = "{class}", names: [String: String] = [:],
    there: [FilePath: Int64] = [:]
  ) throws -> [Int64: PersonsMove] {
    let moves = CorrectionPolicy.judge(
      strays, pictures,
      CorrectionPolicy.Surroundings(layouts: [try layout(template, names: names)]) { folder in
        there[folder].map { Timestamp(seconds: $0) }
      })
    return Dictionary(moves.map { ($0.known.picture.record.id, $0.meaning) }) { first, _ in first }
  }

  @Test(
    "one picture dragged from here to there",
    arguments: [
      ("{class}", "red/a.png", "green/a.png", PersonsMove.corrected(label: "green")),
      ("{class}", "red/a.png", "sunset/b.png", .corrected(label: "sunset")),
      ("{class}", "red/a.png", "sunset/evening/b.png", .corrected(label: "sunset/evening")),
      ("{class}", "red/a.png", "green/best/a.png", .corrected(label: "green")),
      ("{class}", "_review/a.png", "red/a.png", .corrected(label: "red")),
      ("{class}", "_review/a.png", "new/a.png", .corrected(label: "new")),
      ("{class}", "_quarantine/a.png", "red/a.png", .corrected(label: "red")),
      ("{class}", "red/a.png", "red/b.png", .kept), ("{class}", "red/a.png", "red/best/a.png", .kept),
      ("{class}", "red/best/a.png", "red/a.png", .kept), ("{class}", "sunset/a.png", "sunset/evening/a.png", .kept),
      ("{class}", "sunset/evening/a.png", "sunset/a.png", .kept), ("{class}", "red/a.png", "a.png", .kept),
      ("{class}", "red/a.png", "_review/a.png", .toReview), ("{class}", "_review/a.png", "_review/b/a.png", .kept),
      ("{class}", "red/a.png", "_quarantine/a.png", .kept), ("{class}", "_duplicates/red/a.png", "red/a.png", .kept),
      ("{class}/{year}", "red/2024/a.png", "green/2024/a.png", .corrected(label: "green")),
      ("{class}/{year}", "red/2024/a.png", "red/2025/a.png", .kept),
      ("{class}/{year}", "red/2024/a.png", "red/a.png", .kept),
      ("{class}/{year}", "red/2024/a.png", "blue/a.png", .corrected(label: "blue")),
      ("{camera}/{class}", "Canon/red/a.png", "Canon/a.png", .kept),
      ("{camera}/{class}", "Canon/red/a.png", "Nikon/red/a.png", .kept),
    ])
  func table(template: String, from: String, to: String, meaning: PersonsMove) throws {
    let state: PictureState = from.hasPrefix("_review") ? .review : .sorted
    let found = try Self.judge([Self.stray(1, at: to)], [Self.picture(1, at: from, state: state)], template: template)
    #expect(found == [1: meaning])
  }

  @Test("a copy, a link and a file that is no picture of ours mean nothing")
  func nothing() throws {
    // The original stands: a copy with a number of its own, or a second link with the same.
    for file in [1, 9] {
      let found = try Self.judge(
        [Self.stray(file, at: "green/a.png", bytes: 1)], [Self.picture(1, at: "red/a.png", stands: true)])
      #expect(found.isEmpty)
    }
    // Same file, other bytes: edited meanwhile. Another file with other bytes: a stranger.
    for file in [1, 9] {
      let found = try Self.judge([Self.stray(file, at: "green/a.png", bytes: 7)], [Self.picture(1, at: "red/a.png")])
      #expect(found.isEmpty)
    }
    // Out of all roots.
    var outside = try Self.stray(1, at: "a.png")
    outside.place = Place(root: "/elsewhere", relative: "a.png")
    #expect(try Self.judge([outside], [Self.picture(1, at: "red/a.png")]).isEmpty)
  }

  @Test("another file with the same bytes is the picture once that is gone from its place")
  func copied() throws {
    let found = try Self.judge([Self.stray(9, at: "green/a.png", bytes: 1)], [Self.picture(1, at: "red/a.png")])
    #expect(found == [1: .corrected(label: "green")])
  }

  @Test("a picture dragged into the output of another inbox has the class that its folder has there")
  func otherInbox() throws {
    var other = try Self.layout("{year}/{class}")
    other.inbox = "phone"
    other.output = "/phone"
    other.review = "/phone/_review"
    other.quarantine = "/phone/_quarantine"
    var stray = try Self.stray(1, at: "x.png")
    stray.place = Place(root: "/phone", relative: "2024/green/a.png")
    let moves = CorrectionPolicy.judge(
      [stray], [try Self.picture(1, at: "red/a.png")],
      CorrectionPolicy.Surroundings(layouts: [other, try Self.layout()]) { _ in nil })
    #expect(moves.map(\.meaning) == [.corrected(label: "green")])
  }

  @Test("an inode number that went to another file proves nothing")
  func reusedInode() throws {
    var stray = try Self.stray(1, at: "green/a.png", bytes: 7)
    stray.fingerprint.handle = [99]
    #expect(try Self.judge([stray], [Self.picture(1, at: "red/a.png")]).isEmpty)
  }

  @Test("of several with the same bytes those with the same name go together, else none")
  func ambiguous() throws {
    let pictures = [try Self.picture(1, at: "red/a.png", bytes: 5), try Self.picture(2, at: "red/b.png", bytes: 5)]
    #expect(try Self.judge([Self.stray(8, at: "green/b.png", bytes: 5)], pictures) == [2: .corrected(label: "green")])
    #expect(try Self.judge([Self.stray(8, at: "green/c.png", bytes: 5)], pictures).isEmpty)
    let copies = [try Self.stray(8, at: "green/a.png", bytes: 5), try Self.stray(9, at: "blue/x.png", bytes: 5)]
    #expect(try Self.judge(copies, [pictures[0]]) == [1: .corrected(label: "green")])
    let twins = [try Self.stray(8, at: "green/a.png", bytes: 5), try Self.stray(9, at: "blue/a.png", bytes: 5)]
    #expect(try Self.judge(twins, [pictures[0]]).isEmpty)
  }

  @Test("back to where Winnow had it is no correction any more, also under the class's new name")
  func putBack() throws {
    let corrected = try Self.picture(1, at: "green/a.png", state: .corrected, label: "green", sortedTo: "red/a.png")
    #expect(try Self.judge([Self.stray(1, at: "red/a.png")], [corrected]) == [1: .putBack(label: "red")])
    #expect(
      try Self.judge([Self.stray(1, at: "crimson/a.png")], [corrected], names: ["red": "crimson"])
        == [1: .putBack(label: "crimson")])
    #expect(try Self.judge([Self.stray(1, at: "blue/a.png")], [corrected]) == [1: .corrected(label: "blue")])
  }

  // MARK: Folders

  private static func folder(
    _ from: String, _ to: String, _ count: Int = 3, moved: Bool = false, state: PictureState = .sorted
  ) throws -> ([Stray], [SoughtPicture]) {
    (
      try (1...count).map { try stray($0, at: "\(to)/\($0).png", moved: moved) },
      try (1...count).map { try picture(Int64($0), at: "\(from)/\($0).png", state: state) }
    )
  }

  @Test("a class folder renamed as a whole renames the class")
  func renamed() throws {
    let (strays, pictures) = try Self.folder("red", "crimson")
    let renaming = ClassRenaming(inbox: "camera", from: "red", to: "crimson")
    let found = try Self.judge(strays, pictures)
    #expect(found == [1: .followed(renaming), 2: .followed(renaming), 3: .followed(renaming)])
    // Winnow made the old folder anew for a picture that came meanwhile; or the first share was judged before.
    #expect(try Self.judge(strays, pictures, there: ["/out/red": 11]) == found)
    #expect(try Self.judge(strays, pictures, names: ["red": "crimson"]) == found)
    // Files deeper in it, and one that was touched on the way.
    let deep = [try Self.stray(1, at: "crimson/best/1.png", moved: false), try Self.stray(2, at: "crimson/2.png")]
    let known = [try Self.picture(1, at: "red/best/1.png"), try Self.picture(2, at: "red/2.png")]
    #expect(try Self.judge(deep, known) == [1: .followed(renaming), 2: .followed(renaming)])
  }

  @Test("renamed once more, and back to its own name")
  func renamedAgain() throws {
    let (strays, pictures) = try Self.folder("crimson", "scarlet", 1)
    #expect(
      try Self.judge(strays, pictures, names: ["red": "crimson"])
        == [1: .followed(ClassRenaming(inbox: "camera", from: "crimson", to: "scarlet"))])
    let (back, before) = try Self.folder("crimson", "red", 1)
    #expect(
      try Self.judge(back, before, names: ["red": "crimson"])
        == [1: .followed(ClassRenaming(inbox: "camera", from: "crimson", to: "red"))])
  }

  @Test("a folder's files dragged one by one, or into another class's folder, are corrections each")
  func notRenamed() throws {
    let (dragged, pictures) = try Self.folder("red", "crimson", moved: true)
    #expect(try Set(Self.judge(dragged, pictures).values) == [.corrected(label: "crimson")])
    let (known, before) = try Self.folder("red", "green")
    #expect(try Set(Self.judge(known, before).values) == [.corrected(label: "green")])
    // The old folder was there all the time: a part of it moved.
    let (part, all) = try Self.folder("red", "crimson")
    #expect(try Set(Self.judge(part, all, there: ["/out/red": 1]).values) == [.corrected(label: "crimson")])
  }

  @Test("a review folder that is renamed as a whole sorts nothing")
  func reviewRenamed() throws {
    let (strays, pictures) = try Self.folder("_review", "unsure", state: .review)
    #expect(try Set(Self.judge(strays, pictures).values) == [.kept])
  }

  @Test("a year's folder renamed or moved within its class means nothing, moved to another class it corrects")
  func inside() throws {
    let (strays, pictures) = try Self.folder("red/2024", "red/old")
    #expect(try Set(Self.judge(strays, pictures, template: "{class}/{year}").values) == [.kept])
    let (moved, before) = try Self.folder("red/2024", "green/2024")
    #expect(
      try Set(Self.judge(moved, before, template: "{class}/{year}", there: ["/out/red": 1]).values)
        == [.corrected(label: "green")])
  }

  @Test("only what is not the very file, untouched, is read")
  func reading() throws {
    let picture = try Self.picture(1, at: "red/a.png")
    #expect(try !StrayMatching.needsReading(Self.stray(1, at: "crimson/a.png", moved: false), among: [picture]))
    #expect(try StrayMatching.needsReading(Self.stray(1, at: "crimson/a.png"), among: [picture]))
    #expect(try StrayMatching.needsReading(Self.stray(9, at: "crimson/a.png", moved: false), among: [picture]))
    #expect(
      try StrayMatching.needsReading(
        Self.stray(1, at: "x/a.png", moved: false), among: [Self.picture(1, at: "red/a.png", stands: true)]))
  }
}
