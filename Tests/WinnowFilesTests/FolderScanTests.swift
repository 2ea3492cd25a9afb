import SystemPackage
import Testing
import WinnowCore
import WinnowFiles

@Suite("Walking a tree")
struct FolderScanTests {
  private static func scan(
    _ ground: RealPlayground, start: FilePath = "", recursive: Bool = true,
    descends: @escaping (FilePath) -> Bool = { _ in true }
  ) throws -> FolderScan {
    try FolderScan(
      root: Root(opening: ground.root, on: ground.fileSystem), start: start, recursive: recursive, descends: descends)
  }

  private static func files(_ scan: FolderScan) -> [FilePath] {
    var files: [FilePath] = []
    while let entry = scan.next() { if case .file(let path) = entry { files.append(path) } }
    return files
  }

  @Test("gives everything that is no folder, once, relative to the root")
  func everything() throws {
    let ground = try RealPlayground()
    try ground.putFolder(ground.root.appending("a/b/empty"))
    try ground.put(ground.root.appending("top.jpg"), [1])
    try ground.put(ground.root.appending("a/b/deep.jpg"), [1])
    try ground.put(ground.root.appending("a").pushing(FilePath(bytes: [0xFF, 0xFE])), [1])
    try ground.putPipe(ground.root.appending("a/pipe"))
    try ground.putLink(ground.root.appending("a/out"), to: "/")
    let expected: Set<FilePath> = [
      "top.jpg", "a/b/deep.jpg", "a/pipe", "a/out", FilePath(bytes: [0x61, 0x2F, 0xFF, 0xFE]),
    ]
    let found = Self.files(try Self.scan(ground))
    #expect(Set(found) == expected && found.count == expected.count)
    #expect(Self.files(try Self.scan(ground, recursive: false)) == ["top.jpg"])
    #expect(Set(Self.files(try Self.scan(ground, start: "a/b"))) == ["a/b/deep.jpg"])
    #expect(Set(Self.files(try Self.scan(ground) { $0 != "a/b" })) == expected.subtracting(["a/b/deep.jpg"]))
  }

  @Test("gives each of many, more than one reading of the folder holds")
  func many() throws {
    let ground = try RealPlayground()
    for number in 0..<5000 { try ground.put(ground.root.appending("picture-\(number).jpg"), []) }
    let found = Self.files(try Self.scan(ground))
    #expect(found.count == 5000 && Set(found).count == 5000)
  }

  @Test("walks deep trees, and says where it does not go further")
  func deep() throws {
    let ground = try RealPlayground()
    var path = ground.root
    for _ in 0..<250 {
      path.append("d")
      try ground.putFolder(path)
    }
    try ground.put(ground.root.appending("d/d/d/picture.jpg"), [1])
    try ground.put(path.appending("lost.jpg"), [1])
    let scan = try Self.scan(ground)
    var files: [FilePath] = []
    var unreadable: [FilePath] = []
    while let entry = scan.next() {
      switch entry {
      case .file(let path): files.append(path)
      case .unreadable(let path, _): unreadable.append(path)
      }
    }
    #expect(files == ["d/d/d/picture.jpg"])
    #expect(unreadable.count == 1 && unreadable.first.map { $0.components.count } == 200)
  }

  @Test("goes on while the tree changes, and misses nothing that stays")
  func changing() throws {
    let ground = try RealPlayground()
    for folder in 0..<40 {
      try ground.putFolder(ground.root.appending("folder-\(folder)"))
      for number in 0..<20 { try ground.put(ground.root.appending("folder-\(folder)/\(number).jpg"), []) }
    }
    let root = try Root(opening: ground.root, on: ground.fileSystem)
    let scan = try Self.scan(ground)
    var found: Set<FilePath> = []
    var steps = 0
    while let entry = scan.next() {
      if case .file(let path) = entry { found.insert(path) }
      steps += 1
      // A folder and a file come and go beside those that stay.
      if steps.isMultiple(of: 7) {
        let name = FilePath("new-\(steps)")
        try ground.fileSystem.makeFolder(name, in: root.raw)
        let folder = try root.openFolder(name)
        ground.fileSystem.close(try ground.fileSystem.createFile("x.jpg", in: folder.raw, mode: 0o600))
        if steps.isMultiple(of: 2) {
          try ground.fileSystem.unlink("x.jpg", in: folder.raw)
          try ground.fileSystem.removeFolder(name, in: root.raw)
        }
      }
      #expect(steps < 3000, "the walk does not end")
    }
    for folder in 0..<40 {
      for number in 0..<20 { #expect(found.contains(FilePath("folder-\(folder)/\(number).jpg"))) }
    }
  }

  @Test("a missing start is an error")
  func missing() throws {
    let ground = try RealPlayground()
    #expect(throws: SystemFault.self) { try Self.scan(ground, start: "absent") }
  }
}
