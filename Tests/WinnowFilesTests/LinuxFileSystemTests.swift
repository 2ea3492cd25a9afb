import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowFiles

@Suite("The real file system")
struct LinuxFileSystemTests {
  private let linux = LinuxFileSystem()

  /// Runs a command of the shell; $1 is `path`.
  private static func shell(_ script: String, _ path: FilePath) throws -> String {
    let command = try ShellCommand(script, [path.string])
    let output = command.readOutput()
    #expect(command.finish() == 0)
    return output
  }

  private static func attributes(of path: FilePath) throws -> String {
    try shell("cd \"$(dirname \"$1\")\" && getfattr -d --absolute-names \"$(basename \"$1\")\" | sed 1d", path)
  }

  private static func works(_ script: String) -> Bool {
    guard let ground = try? RealPlayground() else { return false }
    return [ground.root, ground.other].allSatisfy { (try? ShellCommand(script, [$0.string]).finish()) == 0 }
  }

  private static let supportsAttributes = works("setfattr -n user.winnow -v 1 \"$1\" && getfattr \"$1\"")
  private static let supportsLists = works("setfacl -m u:12345:r \"$1\" && getfacl \"$1\"")

  @Test("mode, times and attributes survive the way to another file system", .enabled(if: supportsAttributes))
  func metadata() throws {
    let ground = try RealPlayground()
    let source = ground.root.appending("a.jpg")
    try ground.put(source, [1, 2, 3])
    #expect(chmod(source.string, 0o4751) == 0)
    _ = try Self.shell("setfattr -n user.comment -v peony \"$1\" && setfattr -n user.empty \"$1\"", source)
    var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 123_456_789), timespec(tv_sec: 987_654_321, tv_nsec: 1)]
    #expect(utimensat(AT_FDCWD, source.string, &times, 0) == 0)
    let copied = try copy(ground)
    let other = try Root(opening: ground.other, on: linux)
    let status = try linux.status(of: "b.jpg", in: other.raw)
    #expect(status.mode == 0o4751)
    #expect(status.modified == Timestamp(seconds: 987_654_321, nanoseconds: 1))
    let attributes = try Self.attributes(of: source)
    #expect(attributes.contains("user.comment=\"peony\"") && attributes.contains("user.empty"))
    #expect(try Self.attributes(of: copied) == attributes)
    #expect(ground.bytes(at: copied) == [1, 2, 3])
  }

  @Test("the access control list survives the way to another file system", .enabled(if: supportsLists))
  func accessControlList() throws {
    let ground = try RealPlayground()
    let source = ground.root.appending("a.jpg")
    try ground.put(source, [1])
    _ = try Self.shell("setfacl -m u:12345:rw,g:54321:r \"$1\"", source)
    let copied = try copy(ground)
    let list = try Self.shell("getfacl -cn \"$1\"", source)
    #expect(list.contains("user:12345:rw-") && list.contains("group:54321:r--"))
    #expect(try Self.shell("getfacl -cn \"$1\"", copied) == list)
  }

  private func copy(_ ground: RealPlayground) throws -> FilePath {
    let (root, other) = (try Root(opening: ground.root, on: linux), try Root(opening: ground.other, on: linux))
    let source = try linux.openFile("a.jpg", in: root.raw)
    defer { linux.close(source) }
    let target = try linux.createFile("b.jpg", in: other.raw, mode: 0o600)
    defer { linux.close(target) }
    try linux.copyContents(of: source, to: target)
    try linux.copyMetadata(of: source, to: target)
    return ground.other.appending("b.jpg")
  }

  @Test("a writer in another process is noticed until it closes", .timeLimit(.minutes(20)))
  func writer() throws {
    let ground = try RealPlayground()
    try ground.put(ground.root.appending("a.jpg"), [1])
    let root = try Root(opening: ground.root, on: linux)
    let file = try linux.openFile("a.jpg", in: root.raw)
    defer { linux.close(file) }
    #expect(linux.writerState(of: file) == .none)
    let writer = try ShellCommand("exec 9>>\"$1\"; echo open; read line", [ground.root.appending("a.jpg").string])
    #expect(writer.readOutput() == "open\n")
    #expect(linux.writerState(of: file) == .open)
    var ran = false
    let fault = #expect(throws: SystemFault.self) {
      try linux.withoutWriters(of: file) { () throws(SystemFault) in ran = true }
    }
    #expect(fault?.errno == EAGAIN && !ran)
    writer.finish()
    #expect(linux.writerState(of: file) == .none)
  }

  @Test("another reader is no writer", .timeLimit(.minutes(20)))
  func reader() throws {
    let ground = try RealPlayground()
    try ground.put(ground.root.appending("a.jpg"), [1])
    let root = try Root(opening: ground.root, on: linux)
    let file = try linux.openFile("a.jpg", in: root.raw)
    defer { linux.close(file) }
    let reader = try ShellCommand("exec 9<\"$1\"; echo open; read line", [ground.root.appending("a.jpg").string])
    #expect(reader.readOutput() == "open\n")
    #expect(linux.writerState(of: file) == .none)
    reader.finish()
  }

  @Test("a writer that comes while a lease is held waits for its end, and ends nobody", .timeLimit(.minutes(20)))
  func writerWaits() throws {
    let ground = try RealPlayground()
    let path = ground.root.appending("a.jpg")
    try ground.put(path, [1])
    let root = try Root(opening: ground.root, on: linux)
    let file = try linux.openFile("a.jpg", in: root.raw)
    defer { linux.close(file) }
    var writer: ShellCommand?
    var problem: (any Error)?
    try linux.withoutWriters(of: file) { () throws(SystemFault) in
      do {
        let command = try ShellCommand("echo started; exec 9>>\"$1\"; echo x >&9; echo written", [path.string])
        writer = command
        #expect(command.readOutput() == "started\n")
      } catch {
        problem = error
      }
      try linux.renameWithoutReplacing("a.jpg", in: root.raw, to: "b.jpg", in: root.raw)
    }
    #expect(problem == nil)
    #expect(writer?.finish() == 0)
    // It opened the name before the rename or after it; either way its bytes are there.
    let all = [ground.bytes(at: path), ground.bytes(at: ground.root.appending("b.jpg"))].compactMap { $0 }
    #expect(all.reduce(0) { $0 + $1.count } == 3)
  }

  @Test("a new folder has its parent's mode and group, whatever the umask")
  func folderMode() throws {
    let ground = try RealPlayground()
    let parent = ground.root.appending("parent")
    try ground.putFolder(parent)
    #expect(chmod(parent.string, 0o2775) == 0)
    if geteuid() == 0 { #expect(chown(parent.string, 12345, 54321) == 0) }
    let root = try Root(opening: parent, on: linux)
    var made: [Place] = []
    _ = try root.openFolder(making: "rose/red", made: &made)
    #expect(made == [Place(root: parent, relative: "rose"), Place(root: parent, relative: "rose/red")])
    for name: FilePath in ["rose", "rose/red"] {
      let folder = try root.openFolder(name)
      let status = try linux.status(of: folder.raw)
      #expect(status.mode == 0o2775 && status.group == root.status.group && status.owner == root.status.owner)
    }
    made = []
    _ = try root.openFolder(making: "rose/red", made: &made)
    #expect(made.isEmpty)
  }

  @Test("a new folder has its parent's default access control list", .enabled(if: supportsLists))
  func folderList() throws {
    let ground = try RealPlayground()
    _ = try Self.shell("setfacl -d -m u:12345:rwx,m::rwx \"$1\"", ground.root)
    let root = try Root(opening: ground.root, on: linux)
    try linux.makeFolder("rose", in: root.raw)
    let list = try Self.shell("getfacl -cnd \"$1\"", ground.root)
    #expect(list.contains("user:12345:rwx"))
    #expect(try Self.shell("getfacl -cnd \"$1\"", ground.root.appending("rose")) == list)
    #expect(try Self.shell("getfacl -cna \"$1\"", ground.root.appending("rose")).contains("user:12345:rwx"))
  }

  @Test("a folder is not made through a link, nor over a file")
  func folderInTheWay() throws {
    let ground = try RealPlayground()
    try ground.putLink(ground.root.appending("link"), to: ground.other)
    try ground.put(ground.root.appending("file"), [1])
    let root = try Root(opening: ground.root, on: linux)
    var made: [Place] = []
    for way: FilePath in ["link/rose", "file/rose", "../rose"] {
      #expect(throws: SystemFault.self) { _ = try root.openFolder(making: way, made: &made) }
    }
    #expect(made.isEmpty && ground.bytes(at: ground.root.appending("file")) == [1])
    #expect(!FileManager.default.fileExists(atPath: ground.other.appending("rose").string))
  }

  @Test("a descriptor has one owner, and is closed with it")
  func owner() throws {
    let ground = try RealPlayground()
    try ground.put(ground.root.appending("a.jpg"), [1])
    let root = try Root(opening: ground.root, on: linux)
    let raw: Int32
    do {
      let owned = OwnedDescriptor(try linux.openFile("a.jpg", in: root.raw))
      raw = owned.raw
      #expect(fcntl(raw, F_GETFD) == FD_CLOEXEC)
    }
    let owned = OwnedDescriptor(try linux.openFile("a.jpg", in: root.raw))
    let taken = owned.take()
    #expect(fcntl(taken, F_GETFD) >= 0)
    linux.close(taken)
  }
}
