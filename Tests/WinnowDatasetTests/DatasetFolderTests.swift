import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowDataset
import WinnowSupervision

@Suite("The folder of a data set")
struct DatasetFolderTests {
  private static func names(_ folder: DatasetFolder) -> [String] { folder.files.map(\.path.escaped) }

  @Test("has a class for each folder, and the files in the order of their bytes")
  func classes() throws {
    let ground = try Playground()
    for name in ["rose/b.jpg", "rose/a.jpg", "rose.d/1.jpg", "tulip/deep/er/3.jpg", "loose.jpg"] as [FilePath] {
      try ground.put(name, "x")
    }
    try ground.makeFolder("empty")
    let folder = try DatasetFolder(opening: ground.path)
    #expect(folder.layout == .classes)
    #expect(Self.names(folder) == ["loose.jpg", "rose.d/1.jpg", "rose/a.jpg", "rose/b.jpg", "tulip/deep/er/3.jpg"])
    #expect(
      folder.files.map { $0.label.map { String(decoding: $0, as: UTF8.self) } }
        == [nil, "rose.d", "rose", "rose", "tulip"])
    #expect(
      folder.classFolders.map { String(decoding: $0.label, as: UTF8.self) } == ["empty", "rose", "rose.d", "tulip"])
    #expect(folder.files.allSatisfy { $0.size == 1 && $0.modified.nanoseconds > 0 && $0.part == nil })
  }

  @Test("is one class where it holds no folder")
  func oneClass() throws {
    let ground = try Playground()
    try ground.put("a.jpg", "")
    let folder = try DatasetFolder(opening: ground.path)
    #expect(folder.layout == .oneClass && folder.files.first?.label == nil && folder.classFolders.isEmpty)
  }

  @Test("has parts where its folders are named so and hold classes", arguments: ["val", "valid", "validation"])
  func parts(name: String) throws {
    let ground = try Playground()
    try ground.put("train/rose/1.jpg", "")
    try ground.put(FilePath("\(name)/rose/2.jpg"), "")
    try ground.put("test/tulip/3.jpg", "")
    let folder = try DatasetFolder(opening: ground.path)
    #expect(folder.layout == .parts)
    #expect(folder.files.map(\.part) == [.test, .train, .val])
    #expect(folder.files.map { $0.label.map { String(decoding: $0, as: UTF8.self) } } == ["tulip", "rose", "rose"])
    #expect(folder.classFolders.map(\.part) == [.train, .val, .test])
  }

  @Test("keeps a class that happens to be named test")
  func classNamedTest() throws {
    let ground = try Playground()
    try ground.put("test/1.jpg", "")
    try ground.put("train/1.jpg", "")
    #expect(try DatasetFolder(opening: ground.path).layout == .classes)
    try ground.put("train/deep/1.jpg", "")
    try ground.put("bus/1.jpg", "")
    #expect(try DatasetFolder(opening: ground.path).layout == .classes)
  }

  @Test("passes over hidden names, unfinished downloads and what Winnow laid there itself")
  func passedOver() throws {
    let ground = try Playground()
    for name in [
      "rose/.hidden.jpg", "rose/x.part", ".git/a.jpg", "rose/.thumbs/a.jpg", "report.json", "report.html",
      "rose/provenance.jsonl", "_left_out/rose/a.jpg", "_duplicates/a.jpg",
    ] as [FilePath] {
      try ground.put(name, "x")
    }
    try ground.put("rose/kept.jpg", "x")
    let folder = try DatasetFolder(opening: ground.path)
    #expect(Self.names(folder) == ["rose/kept.jpg"])
    #expect(folder.classFolders.map(\.label) == [Array("rose".utf8)] && folder.oddities.isEmpty)
  }

  @Test("follows no link and opens no pipe, and says so")
  func irregular() throws {
    let ground = try Playground()
    try ground.put("rose/real.jpg", "x")
    try ground.link("rose/link.jpg", to: "real.jpg")
    try ground.link("elsewhere", to: "/")
    #expect(ground.path.appending("rose/pipe").withPlatformString { mkfifo($0, 0o644) } == 0)
    let folder = try DatasetFolder(opening: ground.path)
    #expect(Self.names(folder) == ["rose/real.jpg"])
    #expect(folder.oddities.map(\.path.string) == ["elsewhere", "rose/link.jpg", "rose/pipe"])
    #expect(folder.oddities.allSatisfy { $0.kind == .irregular })
    // A file that became a link since is not followed either.
    let file = try #require(folder.files.first)
    ground.remove("rose/real.jpg")
    try ground.link("rose/real.jpg", to: "/etc/passwd")
    #expect(throws: WinnowError.self) { _ = try folder.open(file) }
  }

  @Test("keeps names as bytes: spaces, newlines, Chinese, and what is not UTF-8")
  func bytes() throws {
    let ground = try Playground()
    let label = FilePath(bytes: [0xFF, 0xFE])
    let names = ["a b.jpg", "line\nbreak.jpg", "向日葵.jpg"].map { FilePath($0) } + [FilePath(bytes: [0x80, 0x2E, 0x6A])]
    for name in names { try ground.put(label.pushing(name), "x") }
    let folder = try DatasetFolder(opening: ground.path)
    #expect(Set(folder.files.map(\.path)) == Set(names.map { label.pushing($0) }))
    #expect(folder.files.allSatisfy { $0.label == [0xFF, 0xFE] })
    for file in folder.files { _ = try folder.open(file) }
  }

  @Test("that is not there is told by name, and a file is no folder")
  func missing() throws {
    let ground = try Playground()
    try ground.put("file", "")
    for name in ["nowhere", "file"] {
      let error = #expect(throws: WinnowError.self) { try DatasetFolder(opening: ground.path.appending(name)) }
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("ends its walk when the job is cancelled")
  func cancelled() throws {
    let ground = try Playground()
    for number in 0..<1100 { try ground.put(FilePath("rose/\(number).jpg"), "") }
    let cancellation = Cancellation()
    cancellation.request()
    let error = #expect(throws: WinnowError.self) {
      try DatasetFolder(opening: ground.path, cancellation: cancellation)
    }
    #expect(error?.code == .jobCancelled)
  }
}
