import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  /// Every action on file systems of every kind: it keeps its promises there, or is refused with the reason.
  @Suite struct ActionPlacesTests {
    /// Where inbox and output lie.
    enum Ground: String, CaseIterable, Sendable {
      case disk, memory, diskToMemory, memoryToDisk
    }

    static let actions = PlacingAction.allCases.filter { $0 != .move }

    @Test(
      "on a disk, in memory and across both an action is carried out or refused",
      .enabled(if: Machine.canMount, "it needs root"), arguments: actions, Ground.allCases)
    func local(action: PlacingAction, ground: Ground) throws {
      let winnow = try Winnow(["action: \(action.rawValue)", "group_wait: 300ms"], together: ground == .memory)
      switch ground {
      case .disk: break
      case .memory:
        for folder in [winnow.inbox, winnow.output] { try Files.remove(folder) }
        _ = try winnow.mount(on: winnow.together)
        for folder in [winnow.inbox, winnow.output] { try Files.makeFolder(folder) }
      case .diskToMemory: _ = try winnow.mount(on: winnow.output)
      case .memoryToDisk: _ = try winnow.mount(on: winnow.inbox)
      }
      let isAcross = ground == .diskToMemory || ground == .memoryToDisk
      let isPossible = action == .hardlink ? !isAcross : action != .reflink
      try carryOut(action, in: winnow, isPossible: isPossible)
    }

    @Test(
      "on file systems in user space an action is carried out or refused, whatever they lack",
      .enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"),
      arguments: actions, [[], ["no_noreplace"], ["no_links"], ["no_noreplace", "no_links"]])
    func shares(action: PlacingAction, lacking: [String]) throws {
      let winnow = try Winnow(["action: \(action.rawValue)", "poll: 1s", "group_wait: 300ms"], together: true)
      for folder in [winnow.inbox, winnow.output] { try Files.remove(folder) }
      _ = try winnow.share(.faulty(lacking), on: winnow.together)
      for folder in [winnow.inbox, winnow.output] { try Files.makeFolder(folder) }
      let isPossible: Bool
      switch action {
      case .hardlink, .symlink: isPossible = !lacking.contains("no_links")
      case .reflink: isPossible = false
      case .copy, .tag, .move: isPossible = lacking.count < 2
      }
      try carryOut(action, in: winnow, isPossible: isPossible)
    }

    @Test(
      "on bindfs and on NTFS an action is carried out or refused",
      .enabled(if: UserFileSystem.hasBindfs && UserFileSystem.hasNTFS, "it needs root, /dev/fuse, bindfs and ntfs-3g"),
      arguments: actions, [true, false])
    func wellKnownShares(action: PlacingAction, isNTFS: Bool) throws {
      let winnow = try Winnow(["action: \(action.rawValue)", "poll: 1s", "group_wait: 300ms"], together: true)
      for folder in [winnow.inbox, winnow.output] { try Files.remove(folder) }
      _ = try winnow.share(isNTFS ? .ntfs : .bindfs, on: winnow.together)
      for folder in [winnow.inbox, winnow.output] { try Files.makeFolder(folder) }
      try carryOut(action, in: winnow, isPossible: action != .reflink)
    }

    @Test(
      "where files can share their bytes a reflink is made",
      .enabled(if: SharingFileSystem.isThere, "it needs root, Btrfs in the kernel and btrfs-progs"))
    func shared() throws {
      let winnow = try Winnow(["action: reflink", "group_wait: 300ms"], together: true)
      for folder in [winnow.inbox, winnow.output] { try Files.remove(folder) }
      let disk = try SharingFileSystem(at: winnow.together, keeping: winnow.folder + "/image")
      for folder in [winnow.inbox, winnow.output] { try Files.makeFolder(folder) }
      try withExtendedLifetime(disk) {
        try carryOut(.reflink, in: winnow, isPossible: true)
        try winnow.stop()
      }
    }

    private func carryOut(_ action: PlacingAction, in winnow: Winnow, isPossible: Bool) throws {
      var pictures: [String: [UInt8]] = [:]
      for number in 0..<6 { pictures["\(number).png"] = Picture.png(.red, number) }
      for (name, bytes) in pictures { try winnow.put(bytes, name) }
      if action != .tag { try winnow.put(Array("goes with 0".utf8), "0.NEF") }
      let before = Tree(winnow.inbox)
      var random = SeededGenerator(seed: 20_261_129)
      for _ in 0..<2 {
        try winnow.start()
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: .random(in: 300..<1200, using: &random))
        try winnow.crash()
        #expect(before.files.allSatisfy { Tree(winnow.inbox).files[$0.key] == $0.value }, "what stays is not touched")
      }
      try winnow.start()
      guard isPossible else {
        try winnow.waitForCondition("output_fault")
        let text = try winnow.status().conditions.first { $0.code == "output_fault" }?.text ?? ""
        #expect(text.contains("action: \(action.rawValue)") || text.contains("neither rename"), "\(text)")
        // It tries again now and then, and has a copy for a moment.
        try winnow.stop()
        #expect(Tree(winnow.inbox) == before, "nothing is left of what was tried")
        #expect(Tree(winnow.output).files.isEmpty)
        return
      }
      try winnow.waitUntilIdle()
      for (name, bytes) in pictures {
        let mark = action == .tag ? winnow.inbox + "/" + name + ".xmp" : winnow.output + "/red/" + name
        switch action {
        case .symlink: #expect(Files.target(ofLink: mark) == winnow.inbox + "/" + name)
        case .tag: #expect(Files.text(mark).contains("Winnow|red"))
        default: #expect(try Files.read(mark) == bytes)
        }
      }
      #expect(before.files.allSatisfy { Tree(winnow.inbox).files[$0.key] == $0.value })
      let hasCompanion = [.copy, .reflink, .hardlink].contains(action)
      #expect(Tree(winnow.output).files.count == (action == .tag ? 0 : 6 + (hasCompanion ? 1 : 0)), "\(winnow.log)")
      let undo = try winnow.control("undo", "--all")
      #expect(undo.status == 0, "\(undo.text)")
      #expect(Tree(winnow.inbox) == before && Tree(winnow.output).files.isEmpty)
    }
  }
}
