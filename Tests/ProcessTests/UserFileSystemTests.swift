import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  /// The promises on file systems that lack what ext4 has.
  @Suite struct UserFileSystemTests {
    enum Place: Sendable {
      case both, inbox, output
    }

    struct Setting: CustomTestStringConvertible, Sendable {
      var testDescription: String
      var options: [String]
      var place: Place
      var keys: [String] = []
      /// Without a placeholder nothing can be put into some inboxes.
      var canUndo = true
    }

    @Test(
      "on bindfs, which renames without replacing only through links, pictures are sorted whatever is killed",
      .enabled(if: UserFileSystem.hasBindfs, "it needs root, /dev/fuse and bindfs"))
    func bindfs() throws { try sortWhileKilled(on: .bindfs, .both) }

    @Test(
      "from NTFS and to NTFS pictures are sorted whatever is killed",
      .enabled(if: UserFileSystem.hasNTFS, "it needs root, /dev/fuse and ntfs-3g"),
      arguments: [Place.both, .output])
    func ntfs(place: Place) throws { try sortWhileKilled(on: .ntfs, place) }

    @Test(
      "where capitals are not told apart, what goes with a picture keeps its spelling and does not wait",
      .enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"))
    func capitals() throws {
      let winnow = try Winnow(["poll: 1s", "group_wait: 500ms"])
      _ = try mount(.faulty(["no_case", "no_noreplace", "no_links"]), .inbox, winnow)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      for name in ["a.xmp", "a.NEF"] { try winnow.put(Array(name.utf8), name) }
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.output + "/red").sorted() == ["a.NEF", "a.png", "a.xmp"])
      #expect(try winnow.counts().sorted == 1)
    }

    @Test(
      "whatever a file system lacks, pictures are sorted, whatever is killed",
      .enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"),
      arguments: [
        Setting(testDescription: "nothing", options: [], place: .both),
        Setting(testDescription: "a rename that does not replace", options: ["no_noreplace"], place: .both),
        Setting(
          testDescription: "such a rename and links, with a placeholder", options: ["no_noreplace", "no_links"],
          place: .both, keys: ["unsafe_placeholder: yes"]),
        Setting(
          testDescription: "both, in the inbox alone", options: ["no_noreplace", "no_links"], place: .inbox,
          canUndo: false),
        Setting(testDescription: "such a rename, in the output alone", options: ["no_noreplace"], place: .output),
      ])
    func faulty(_ setting: Setting) throws {
      try sortWhileKilled(
        on: .faulty(setting.options), setting.place, keys: setting.keys, canUndo: setting.canUndo)
    }

    @Test(
      "inode numbers that are others after each mount confuse nobody",
      .enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"),
      arguments: [Place.both, .inbox, .output])
    func ownInodes(place: Place) throws {
      try sortWhileKilled(on: .faulty(["own_inodes"]), place, mountingAnew: true)
    }

    @Test(
      "where nothing can be moved safely all pictures stay whole, and status and history say why",
      .enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"),
      arguments: [Place.both, .output])
    func refused(place: Place) throws {
      let winnow = try Winnow(["poll: 1s"], together: place == .both)
      _ = try mount(.faulty(["no_noreplace", "no_links"]), place, winnow)
      try winnow.start()
      let pictures = try put(8, into: winnow, companions: false)
      try winnow.waitForCondition("output_fault")
      let condition = try #require(try winnow.status().conditions.first { $0.code == "output_fault" })
      #expect(condition.text.contains("neither rename without replacing nor link"))
      #expect(condition.remedy.contains("unsafe_placeholder"))
      try winnow.crash()
      try winnow.start()
      try winnow.waitForCondition("output_fault")
      let failed = try #require(try winnow.history().last { $0.outcome == "failed" })
      #expect(failed.reason.contains("neither rename without replacing nor link"))
      // It tries again now and then, and has a copy for a moment.
      try winnow.stop()
      #expect(Tree(winnow.inbox).contents == pictures)
      #expect(Tree(winnow.output).files.isEmpty, "no placeholder and no copy is left")
    }

    // MARK: - One course of things

    private func mount(_ kind: UserFileSystem.Kind, _ place: Place, _ winnow: Winnow) throws -> UserFileSystem {
      switch place {
      case .both:
        // Some refuse to be mounted where something is.
        for folder in [winnow.inbox, winnow.output] { try Files.remove(folder) }
        let share = try winnow.share(kind, on: winnow.together)
        for folder in [winnow.inbox, winnow.output] { try Files.makeFolder(folder) }
        return share
      case .inbox: return try winnow.share(kind, on: winnow.inbox)
      case .output: return try winnow.share(kind, on: winnow.output)
      }
    }

    /// - Returns: what is there, by contents.
    private func put(_ count: Int, into winnow: Winnow, companions: Bool) throws -> [[UInt8]: Int] {
      var contents: [[UInt8]: Int] = [:]
      for number in 0..<count {
        let picture = Picture.png(Picture.Colour.allCases[number % 5], number)
        try winnow.put(picture, "\(number).png")
        contents[picture] = 1
        guard companions else { continue }
        for ending in number % 3 == 0 ? ["xmp", "NEF"] : ["xmp"] {
          let bytes = Array("\(number).\(ending) goes with it".utf8)
          try winnow.put(bytes, "\(number).\(ending)")
          contents[bytes] = 1
        }
      }
      return contents
    }

    private func sortWhileKilled(
      on kind: UserFileSystem.Kind, _ place: Place, keys: [String] = [], mountingAnew: Bool = false,
      canUndo: Bool = true
    ) throws {
      let count = 30
      var random = SeededGenerator(seed: 20_261_128)
      let winnow = try Winnow(["poll: 1s", "group_wait: 500ms"] + keys, together: place == .both)
      let share = try mount(kind, place, winnow)
      // A name that is taken already, by what is nobody's business.
      let stranger = Array("somebody else's".utf8)
      try Files.makeFolder(winnow.output + "/red")
      try Files.write(stranger, to: winnow.output + "/red/0.png")
      try winnow.start()
      let pictures = try put(count, into: winnow, companions: true)
      let expected = pictures.merging([stranger: 1], uniquingKeysWith: +)
      for _ in 0..<3 {
        // The moment of the kill is the point of the test.
        try Deadline(seconds: 30).wait(for: "work to begin: \(winnow.log)") {
          try winnow.children("winnow-worker").isEmpty == false || winnow.counts().sorted == count
        }
        Deadline.pause(milliseconds: .random(in: 0..<500, using: &random))
        try winnow.crash()
        let between = Tree(winnow.inbox, winnow.output).contents
        for picture in expected.keys { #expect((between[picture] ?? 0) >= 1, "it is whole somewhere at every instant") }
        if mountingAnew {
          try share.detach()
          try share.attach()
        }
        try winnow.start()
      }
      try winnow.waitUntilIdle()
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(tree.contents == expected, "\(winnow.log)")
      #expect(tree.paths(under: winnow.inbox) == [], "\(winnow.log)")
      #expect(tree.files[winnow.output + "/red/0.png"]?.bytes == stranger)
      #expect(tree.files.keys.allSatisfy { !$0.contains("/.winnow-") }, "no temporary name is left")
      #expect(try winnow.counts() == .counted(sorted: count))
      #expect(try winnow.status().corrections == 0)
      #expect(try winnow.control("verify").status == 0)

      if mountingAnew {
        try winnow.stop()
        try share.detach()
        try share.attach()
        try winnow.start()
        try winnow.waitUntilIdle()
        #expect(try winnow.counts() == .counted(sorted: count))
        #expect(try winnow.status().corrections == 0)
      }
      let undo = try winnow.control("undo", "--all")
      guard canUndo else {
        #expect(undo.status == 4, "\(undo.text)")
        #expect(Tree(winnow.inbox, winnow.output).contents == expected)
        return
      }
      #expect(undo.status == 0, "\(undo.text)\(undo.errors)")
      #expect(Tree(winnow.inbox).contents == pictures)
      #expect(Tree(winnow.output).contents == [stranger: 1])
      try winnow.stop()
      if mountingAnew {
        try share.detach()
        try share.attach()
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox).contents == pictures, "what was taken back is held")
    }
  }
}
