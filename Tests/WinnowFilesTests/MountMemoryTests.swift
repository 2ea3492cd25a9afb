import Synchronization
import SystemPackage
import Testing
import WinnowFiles
import WinnowTestSupport

@Suite("Mount points that are remembered")
struct MountMemoryTests {
  /// What a memory was told to keep.
  private final class Kept: Sendable {
    private let all = Mutex<[[FilePath: FilePath]]>([])
    var last: [FilePath: FilePath]? { all.withLock { $0.last } }
    var count: Int { all.withLock { $0.count } }
    func keep(_ mounts: [FilePath: FilePath]) { all.withLock { $0.append(mounts) } }
  }

  private static func disk() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    try disk.mount("/media/card")
    try disk.makeFolders("/media/card/DCIM")
    try disk.makeFolders("/home/anna/pictures")
    return disk
  }

  @Test("a new root is remembered with its mount point, once")
  func remembers() throws {
    let disk = try Self.disk()
    let kept = Kept()
    let memory = MountMemory(remembered: [:], keep: kept.keep)
    try memory.admit(Root(opening: "/media/card/DCIM", on: disk))
    try memory.admit(Root(opening: "/home/anna/pictures", on: disk))
    #expect(kept.last == ["/media/card/DCIM": "/media/card", "/home/anna/pictures": "/"])
    try memory.admit(Root(opening: "/media/card/DCIM", on: disk))
    #expect(kept.count == 2)
  }

  @Test("a root whose mount went is away, not empty")
  func away() throws {
    let disk = try Self.disk()
    let memory = MountMemory(remembered: [:]) { _ in }
    try memory.admit(Root(opening: "/media/card/DCIM", on: disk))
    try disk.unmount("/media/card")
    #expect(throws: SystemFault.self) { try Root(opening: "/media/card/DCIM", on: disk) }
    // Somebody makes the same folder below the empty mount point: not ours to fill.
    try disk.makeFolders("/media/card/DCIM")
    let fault = #expect(throws: SystemFault.self) { try memory.admit(Root(opening: "/media/card/DCIM", on: disk)) }
    #expect(fault?.errno == SystemFault.mountAwayErrno && fault?.passes == true)
  }

  @Test("what earlier starts remembered counts")
  func earlierStarts() throws {
    let disk = try Self.disk()
    let memory = MountMemory(remembered: ["/home/anna/pictures": "/home/anna"]) { _ in }
    #expect(throws: SystemFault.self) { try memory.admit(Root(opening: "/home/anna/pictures", on: disk)) }
  }

  @Test("a mount nearer to the root is fine")
  func nearer() throws {
    let disk = try Self.disk()
    let memory = MountMemory(remembered: ["/media/card/DCIM": "/"]) { _ in }
    try memory.admit(Root(opening: "/media/card/DCIM", on: disk))
  }

  @Test("a root that is forgotten may lie elsewhere from then on")
  func forget() throws {
    let disk = try Self.disk()
    let kept = Kept()
    let memory = MountMemory(remembered: ["/home/anna/pictures": "/home/anna"], keep: kept.keep)
    memory.forget("/home/anna/pictures")
    #expect(kept.last == [:])
    try memory.admit(Root(opening: "/home/anna/pictures", on: disk))
    #expect(kept.last == ["/home/anna/pictures": "/"])
  }

  @Test("a table of roots does not hold one that was replaced")
  func replaced() throws {
    let disk = try Self.disk()
    let roots = RootTable(on: disk, mounts: MountMemory(remembered: [:]) { _ in })
    let first = try roots.root("/home/anna/pictures")
    #expect(try roots.root("/home/anna/pictures") === first)
    roots.forgetMoved()
    #expect(try roots.root("/home/anna/pictures") === first)
    try disk.rename("/home/anna/pictures", to: "/home/anna/old")
    #expect(!first.isStillInPlace())
    roots.forgetMoved()
    #expect(throws: SystemFault.self) { try roots.root("/home/anna/pictures") }
    try disk.makeFolders("/home/anna/pictures")
    #expect(try roots.root("/home/anna/pictures") !== first)
  }

  @Test("a root inside another one is made anew when somebody deleted it, where both lay on one mount")
  func deleted() throws {
    let disk = try Self.disk()
    let review: FilePath = "/home/anna/pictures/_review"
    let roots = RootTable(on: disk, mounts: MountMemory(remembered: [:]) { _ in })
    #expect(throws: SystemFault.self, "it was never there") { try roots.root(review) }
    try disk.makeFolders(review)
    _ = try roots.root("/home/anna/pictures")
    _ = try roots.root(review)
    roots.forgetAll()
    try disk.remove(review)
    #expect(try roots.root(review).isStillInPlace())
  }

  @Test("one that lay on a mount of its own, or inside no other root, is not")
  func deletedElsewhere() throws {
    let disk = try Self.disk()
    let memory = MountMemory(
      remembered: [
        "/home/anna/pictures": "/home/anna", "/home/anna/pictures/card": "/home/anna/pictures/card",
        "/home/anna/other": "/home/anna",
      ]) { _ in }
    let roots = RootTable(on: disk, mounts: memory)
    #expect(throws: SystemFault.self) { try roots.root("/home/anna/pictures/card") }
    #expect(throws: SystemFault.self) { try roots.root("/home/anna/other") }
    #expect(disk.entry("/home/anna/pictures/card") == nil && disk.entry("/home/anna/other") == nil)
  }
}
