import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowFiles

/// What the mover counts on, of the real file system and of the simulated one.
@Suite("What every file system promises")
struct FileSystemContractTests {
  /// A folder that is closed with the test.
  private static func open(_ ground: any Playground, _ path: FilePath? = nil) throws -> Root {
    try Root(opening: path ?? ground.root, on: ground.fileSystem)
  }

  private static func errno(_ body: () throws -> Void) -> Int32? {
    do {
      try body()
      return 0
    } catch {
      return (error as? SystemFault)?.errno
    }
  }

  @Test("opens a root through a link, and no other kind of file", arguments: Ground.allCases)
  func openRoot(ground: Ground) throws {
    let ground = try ground.make()
    try ground.putFolder(ground.root.appending("real"))
    try ground.putLink(ground.root.appending("link"), to: ground.root.appending("real"))
    try ground.put(ground.root.appending("file"), [1])
    let direct = try Self.open(ground, ground.root.appending("real"))
    let linked = try Self.open(ground, ground.root.appending("link"))
    #expect(linked.status.isSameFile(as: direct.status))
    #expect(direct.status.kind == .folder)
    #expect(Self.errno { _ = try Self.open(ground, ground.root.appending("file")) } == ENOTDIR)
    #expect(Self.errno { _ = try Self.open(ground, ground.root.appending("absent")) } == ENOENT)
  }

  @Test("gives a file's bytes whole, and refuses more than was asked for", arguments: Ground.allCases)
  func contents(ground: Ground) throws {
    let ground = try ground.make()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    try ground.put(ground.root.appending("file"), bytes)
    let root = try Self.open(ground)
    #expect(try ground.fileSystem.contents(of: "file", in: root.raw, atMost: bytes.count) == bytes)
    #expect(
      Self.errno { _ = try ground.fileSystem.contents(of: "file", in: root.raw, atMost: bytes.count - 1) } == EFBIG)
  }

  @Test("opens folders below, through no link and never out", arguments: Ground.allCases)
  func openFolder(ground: Ground) throws {
    let ground = try ground.make()
    try ground.putFolder(ground.root.appending("a/b"))
    try ground.putLink(ground.root.appending("link"), to: ground.root.appending("a"))
    try ground.put(ground.root.appending("file"), [1])
    let root = try Self.open(ground)
    let folder = try root.openFolder("a/b")
    #expect(try ground.fileSystem.status(of: folder.raw).kind == .folder)
    let itself = try root.openFolder("")
    #expect(try ground.fileSystem.status(of: itself.raw).isSameFile(as: root.status))
    #expect(Self.errno { _ = try root.openFolder("link") } == ELOOP)
    #expect(Self.errno { _ = try root.openFolder("link/b") } == ELOOP)
    #expect(Self.errno { _ = try root.openFolder("..") } == EXDEV)
    #expect(Self.errno { _ = try root.openFolder("a/../..") } == EXDEV)
    #expect(Self.errno { _ = try root.openFolder("file") } == ENOTDIR)
    #expect(Self.errno { _ = try root.openFolder("absent") } == ENOENT)
  }

  @Test("opens regular files alone, and does not touch a pipe", .timeLimit(.minutes(20)), arguments: Ground.allCases)
  func openFile(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("picture"), [1, 2, 3])
    try ground.putPipe(ground.root.appending("pipe"))
    try ground.putLink(ground.root.appending("link"), to: ground.root.appending("picture"))
    try ground.putLink(ground.root.appending("dangling"), to: "/nowhere/at/all")
    try ground.putFolder(ground.root.appending("folder"))
    let root = try Self.open(ground)
    let file = try ground.fileSystem.openFile("picture", in: root.raw)
    defer { ground.fileSystem.close(file) }
    #expect(try ground.fileSystem.read(file, at: 0, capacity: 10) == [1, 2, 3])
    for name in ["pipe", "link", "dangling", "folder"] {
      let answer = Self.errno { _ = try ground.fileSystem.openFile(FilePath(name), in: root.raw) }
      #expect(answer == SystemFault.irregularFileErrno || (name.contains("ing") || name == "link") && answer == ELOOP)
    }
    #expect(Self.errno { _ = try ground.fileSystem.openFile("absent", in: root.raw) } == ENOENT)
  }

  @Test("tells the status of a name itself", arguments: Ground.allCases)
  func status(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("file"), Array(repeating: 7, count: 100))
    try ground.putLink(ground.root.appending("link"), to: ground.root.appending("file"))
    try ground.putPipe(ground.root.appending("pipe"))
    let root = try Self.open(ground)
    let named = try ground.fileSystem.status(of: "file", in: root.raw)
    let file = try ground.fileSystem.openFile("file", in: root.raw)
    defer { ground.fileSystem.close(file) }
    #expect(named == (try ground.fileSystem.status(of: file)))
    #expect(named.kind == .regular && named.size == 100 && named.links == 1 && named.mode == 0o644)
    #expect(try ground.fileSystem.status(of: "link", in: root.raw).kind == .symbolicLink)
    #expect(try ground.fileSystem.status(of: "pipe", in: root.raw).kind == .pipe)
    #expect(try ground.fileSystem.statusIfPresent(of: "absent", in: root.raw) == nil)
  }

  @Test("a new file is made, and never over another", arguments: Ground.allCases)
  func createFile(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("there"), [1])
    try ground.putLink(ground.root.appending("link"), to: ground.root.appending("elsewhere"))
    let root = try Self.open(ground)
    ground.fileSystem.close(try ground.fileSystem.createFile("new", in: root.raw, mode: 0o600))
    #expect(ground.bytes(at: ground.root.appending("new")) == [])
    #expect(try ground.fileSystem.status(of: "new", in: root.raw).mode == 0o600)
    for name in ["there", "new", "link"] {
      #expect(
        Self.errno { _ = try ground.fileSystem.createFile(FilePath(name), in: root.raw, mode: 0o600) } == EEXIST)
    }
    #expect(ground.bytes(at: ground.root.appending("there")) == [1])
    #expect(ground.bytes(at: ground.root.appending("elsewhere")) == nil)
    let long = FilePath(bytes: Array(repeating: 0x78, count: 256))
    #expect(Self.errno { _ = try ground.fileSystem.createFile(long, in: root.raw, mode: 0o600) } == ENAMETOOLONG)
  }

  @Test("renames without replacing", arguments: Ground.allCases)
  func rename(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1])
    try ground.put(ground.root.appending("taken"), [2])
    try ground.putLink(ground.root.appending("link"), to: "/nowhere")
    try ground.putFolder(ground.root.appending("folder"))
    let root = try Self.open(ground)
    let folder = try root.openFolder("folder")
    for name in ["taken", "link", "folder"] {
      #expect(
        Self.errno {
          try ground.fileSystem.renameWithoutReplacing("a", in: root.raw, to: FilePath(name), in: root.raw)
        } == EEXIST)
    }
    #expect(
      Self.errno { try ground.fileSystem.renameWithoutReplacing("absent", in: root.raw, to: "b", in: root.raw) }
        == ENOENT)
    let before = try ground.fileSystem.status(of: "a", in: root.raw)
    try ground.fileSystem.renameWithoutReplacing("a", in: root.raw, to: "b", in: folder.raw)
    let after = try ground.fileSystem.status(of: "b", in: folder.raw)
    #expect(after.isSameFile(as: before) && after.modified == before.modified && after.changed > before.changed)
    #expect(ground.bytes(at: ground.root.appending("a")) == nil)
    #expect(ground.bytes(at: ground.root.appending("taken")) == [2])
    #expect(ground.bytes(at: ground.root.appending("folder/b")) == [1])
  }

  @Test("renames over another, but for two names of one file", arguments: Ground.allCases)
  func renameReplacing(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1])
    try ground.put(ground.root.appending("b"), [2])
    let root = try Self.open(ground)
    try ground.fileSystem.renameReplacing("a", in: root.raw, to: "b", in: root.raw)
    #expect(ground.bytes(at: ground.root.appending("b")) == [1])
    try ground.fileSystem.link("b", in: root.raw, to: "c", in: root.raw)
    try ground.fileSystem.renameReplacing("b", in: root.raw, to: "c", in: root.raw)
    #expect(ground.bytes(at: ground.root.appending("b")) == [1] && ground.bytes(at: ground.root.appending("c")) == [1])
  }

  @Test("links and unlinks", arguments: Ground.allCases)
  func link(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1])
    try ground.put(ground.root.appending("taken"), [2])
    try ground.putFolder(ground.root.appending("folder"))
    let root = try Self.open(ground)
    #expect(Self.errno { try ground.fileSystem.link("a", in: root.raw, to: "taken", in: root.raw) } == EEXIST)
    #expect(Self.errno { try ground.fileSystem.link("folder", in: root.raw, to: "f", in: root.raw) } == EPERM)
    try ground.fileSystem.link("a", in: root.raw, to: "b", in: root.raw)
    #expect(try ground.fileSystem.status(of: "b", in: root.raw).links == 2)
    try ground.fileSystem.unlink("a", in: root.raw)
    #expect(try ground.fileSystem.status(of: "b", in: root.raw).links == 1)
    #expect(Self.errno { try ground.fileSystem.unlink("a", in: root.raw) } == ENOENT)
    #expect(Self.errno { try ground.fileSystem.unlink("folder", in: root.raw) } == EISDIR)
    #expect(ground.bytes(at: ground.root.appending("b")) == [1])
  }

  @Test("an open file stays whole without a name", arguments: Ground.allCases)
  func withoutName(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1, 2, 3])
    let root = try Self.open(ground)
    let file = try ground.fileSystem.openFile("a", in: root.raw)
    defer { ground.fileSystem.close(file) }
    try ground.fileSystem.unlink("a", in: root.raw)
    #expect(try ground.fileSystem.status(of: file).links == 0)
    #expect(try ground.fileSystem.read(file, at: 1, capacity: 10) == [2, 3])
    #expect(try ground.fileSystem.read(file, at: 3, capacity: 10) == [])
  }

  @Test("makes folders and removes empty ones", arguments: Ground.allCases)
  func folders(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("file"), [1])
    let root = try Self.open(ground)
    try ground.fileSystem.makeFolder("new", in: root.raw)
    #expect(try ground.fileSystem.status(of: "new", in: root.raw).kind == .folder)
    #expect(Self.errno { try ground.fileSystem.makeFolder("new", in: root.raw) } == EEXIST)
    #expect(Self.errno { try ground.fileSystem.makeFolder("file", in: root.raw) } == EEXIST)
    try ground.put(ground.root.appending("new/inside"), [1])
    #expect(Self.errno { try ground.fileSystem.removeFolder("new", in: root.raw) } == ENOTEMPTY)
    #expect(Self.errno { try ground.fileSystem.removeFolder("file", in: root.raw) } == ENOTDIR)
    let folder = try root.openFolder("new")
    try ground.fileSystem.unlink("inside", in: folder.raw)
    try ground.fileSystem.removeFolder("new", in: root.raw)
    #expect(try ground.fileSystem.statusIfPresent(of: "new", in: root.raw) == nil)
    #expect(Self.errno { _ = try ground.fileSystem.createFile("x", in: folder.raw, mode: 0o600) } == ENOENT)
  }

  @Test("handles tell a file from the next one with its inode number", arguments: Ground.allCases)
  func handles(ground: Ground) throws {
    let ground = try ground.make()
    let root = try Self.open(ground)
    var seen: Set<[UInt8]> = []
    for _ in 0..<50 {
      try ground.put(ground.root.appending("a"), [1])
      let file = try ground.fileSystem.openFile("a", in: root.raw)
      let handle = ground.fileSystem.handle(of: file)
      let again = try ground.fileSystem.openFile("a", in: root.raw)
      #expect(ground.fileSystem.handle(of: again) == handle)
      ground.fileSystem.close(file)
      ground.fileSystem.close(again)
      if !handle.isEmpty { #expect(seen.insert(handle).inserted) }
      try ground.fileSystem.unlink("a", in: root.raw)
    }
  }

  @Test(
    "does not rename or link across file systems", .enabled(if: RealPlayground.hasTwoFileSystems),
    arguments: Ground.allCases)
  func across(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1])
    try ground.put(ground.other.appending("taken"), [2])
    let root = try Self.open(ground)
    let other = try Self.open(ground, ground.other)
    #expect(root.status.device != other.status.device)
    for name: FilePath in ["b", "taken"] {
      #expect(
        Self.errno { try ground.fileSystem.renameWithoutReplacing("a", in: root.raw, to: name, in: other.raw) }
          == EXDEV)
      #expect(Self.errno { try ground.fileSystem.renameReplacing("a", in: root.raw, to: name, in: other.raw) } == EXDEV)
    }
    #expect(Self.errno { try ground.fileSystem.link("a", in: root.raw, to: "b", in: other.raw) } == EXDEV)
    #expect(ground.bytes(at: ground.other.appending("taken")) == [2])
  }

  @Test("copies contents and metadata", arguments: Ground.allCases, [0, 1, 1000, 3_000_000])
  func copy(ground: Ground, size: Int) throws {
    let ground = try ground.make()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    try ground.put(ground.root.appending("a"), bytes)
    let root = try Self.open(ground)
    let other = try Self.open(ground, ground.other)
    let source = try ground.fileSystem.openFile("a", in: root.raw)
    defer { ground.fileSystem.close(source) }
    let target = try ground.fileSystem.createFile("b", in: other.raw, mode: 0o600)
    defer { ground.fileSystem.close(target) }
    try ground.fileSystem.copyContents(of: source, to: target)
    try ground.fileSystem.copyMetadata(of: source, to: target)
    try ground.fileSystem.sync(target)
    try ground.fileSystem.sync(other.raw)
    #expect(ground.bytes(at: ground.other.appending("b")) == bytes)
    let (first, second) = (try ground.fileSystem.status(of: source), try ground.fileSystem.status(of: target))
    #expect(first.mode == second.mode && first.modified == second.modified && first.size == second.size)
    #expect(try ground.fileSystem.digest(of: source) == ground.fileSystem.digest(of: target))
  }

  @Test("a file system that says that it was synced as a whole has all of it afterwards", arguments: Ground.allCases)
  func wholeSync(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1, 2, 3])
    let root = try Self.open(ground)
    #expect(try ground.fileSystem.syncFileSystem(of: root.raw))
    #expect(ground.bytes(at: ground.root.appending("a")) == [1, 2, 3])
  }

  @Test("nobody writes: a lease is granted, and dropped again", arguments: Ground.allCases)
  func leases(ground: Ground) throws {
    let ground = try ground.make()
    try ground.put(ground.root.appending("a"), [1])
    let root = try Self.open(ground)
    let file = try ground.fileSystem.openFile("a", in: root.raw)
    defer { ground.fileSystem.close(file) }
    for _ in 0..<3 { #expect(ground.fileSystem.writerState(of: file) == .none) }
    var runs = 0
    try ground.fileSystem.withoutWriters(of: file) { () throws(SystemFault) in runs += 1 }
    #expect(runs == 1)
    #expect(
      Self.errno {
        try ground.fileSystem.withoutWriters(of: file) { () throws(SystemFault) in
          throw SystemFault("test", errno: EDOM)
        }
      } == EDOM)
    #expect(ground.fileSystem.writerState(of: file) == .none)
  }
}
