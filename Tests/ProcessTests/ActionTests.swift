import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct ActionTests {
    /// All that leave a picture where it is and do not need a file system that shares bytes.
    static let staying: [PlacingAction] = [.copy, .hardlink, .symlink, .tag]

    private func mark(_ action: PlacingAction, of name: String, in winnow: Winnow, class label: String) -> String {
      action == .tag ? winnow.inbox + "/" + name + ".xmp" : winnow.output + "/\(label)/" + name
    }

    private func expectPlaced(_ action: PlacingAction, _ mark: String, for picture: String) throws {
      let original = try #require(Files.status(picture))
      let placed = try #require(Files.status(mark), "\(mark)")
      switch action {
      case .copy, .reflink:
        #expect(try Files.read(mark) == Files.read(picture))
        #expect(placed.st_ino != original.st_ino && placed.st_mtim.tv_nsec == original.st_mtim.tv_nsec)
      case .hardlink: #expect(placed.st_ino == original.st_ino)
      case .symlink: #expect(Files.target(ofLink: mark) == picture)
      case .tag:
        #expect(Files.text(mark).contains("<rdf:li>Winnow|red</rdf:li>"))
        #expect(placed.st_mode & 0o600 == 0o600, "its owner may write it")
      case .move: break
      }
    }

    @Test("a picture stays, what is placed for it is placed once, goes with an undo and comes back", arguments: staying)
    func stays(action: PlacingAction) throws {
      let winnow = try Winnow(["action: \(action.rawValue)"])
      try winnow.put(Picture.png(.red, 1), "a.png")
      let before = Tree(winnow.inbox)
      let picture = winnow.inbox + "/a.png"
      let mark = mark(action, of: "a.png", in: winnow, class: "red")
      try winnow.start()
      try winnow.waitUntilIdle()
      try expectPlaced(action, mark, for: picture)
      #expect(Tree(winnow.inbox).files[picture] == before.files[picture])
      #expect(try winnow.counts() == .counted(sorted: 1))
      let row = try #require(try winnow.history(picture).last)
      #expect(row.outcome == "sorted" && row.action == action.rawValue && row.to == mark && row.from == picture)
      try winnow.expectVerified(checked: 1)

      let placed = Tree(winnow.inbox, winnow.output)
      for flags in [[], ["--again"]] {
        try winnow.control(arguments: ["rescan"] + flags)
        try winnow.waitUntilIdle()
      }
      try winnow.stop()
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, winnow.output) == placed, "it is placed once")

      #expect(try winnow.control("undo", picture).status == 0, "\(winnow.log)")
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox) == before && Tree(winnow.output).files.isEmpty)
      #expect(try winnow.counts() == .counted(left: 1))
      #expect(try winnow.control("redo").status == 0, "\(winnow.log)")
      try expectPlaced(action, mark, for: picture)
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test("what was placed is not taken away where its picture is gone or has changed", arguments: [true, false])
    func onlyOne(isGone: Bool) throws {
      let winnow = try Winnow(["action: copy"])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      try Files.remove(winnow.inbox + "/a.png")
      if !isGone { try winnow.put(Picture.png(.blue, 2), "a.png") }
      let answer = try winnow.control("undo", winnow.output + "/red/a.png")
      #expect(answer.status == 4, "\(answer.text)")
      #expect(answer.text.contains("a.png"))
      #expect(Files.exists(winnow.output + "/red/a.png"))
    }

    @Test(
      "a doubtful picture gets no mark until a person decides, and another one where they change their mind",
      arguments: [PlacingAction.symlink, .tag])
    func review(action: PlacingAction) throws {
      let winnow = try Winnow(["action: \(action.rawValue)"])
      try winnow.put(Picture.undecided(3), "a.png")
      let picture = winnow.inbox + "/a.png"
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(review: 1))
      #expect(Tree(winnow.inbox, winnow.output).files.count == 1)
      for label in ["blue", "red"] {
        let answer = try winnow.control("review", "set", picture, label)
        #expect(answer.status == 0, "\(answer.text)\(answer.errors)")
        let mark = mark(action, of: "a.png", in: winnow, class: label)
        #expect(Tree(winnow.inbox, winnow.output).files.keys.sorted() == [picture, mark].sorted())
        if action == .tag { #expect(Files.text(mark).contains("Winnow|\(label)<")) }
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test(
      "nothing is placed a second time where the ledger was lost",
      arguments: [PlacingAction.copy, .hardlink, .symlink, .tag])
    func lostLedger(action: PlacingAction) throws {
      let winnow = try Winnow(["action: \(action.rawValue)"])
      for number in 0..<3 { try winnow.put(Picture.png(.red, number), "\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      let placed = Tree(winnow.inbox, winnow.output)
      #expect(placed.files.count == 6)
      try winnow.stop()
      for name in Files.names(in: winnow.state) where name.hasPrefix("ledger.sqlite") {
        try Files.remove(winnow.state + "/" + name)
      }
      if Files.exists(winnow.state + "/backups") {
        for name in Files.names(in: winnow.state + "/backups") where name != "begun" {
          try Files.remove(winnow.state + "/backups/" + name)
        }
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox, winnow.output) == placed, "\(winnow.log)")
    }

    @Test("a copy that a person moves is a correction, and their picture is not placed again")
    func correction() throws {
      let winnow = try Winnow(["action: copy"])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      try Files.makeFolder(winnow.output + "/blue")
      try Files.rename(winnow.output + "/red/a.png", to: winnow.output + "/blue/a.png")
      try Deadline(seconds: 30).wait(for: "the correction: \(winnow.log)", pause: 100) {
        try winnow.counts() == .counted(sorted: 1)
      }
      try winnow.control("rescan")
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.output).files.count == 1 && Tree(winnow.inbox).files.count == 1)
    }

    @Test("what goes with a picture is copied with it, and late too")
    func companions() throws {
      let winnow = try Winnow(["action: copy", "group_wait: 300ms"])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try Files.write(Array("raw".utf8), to: winnow.inbox + "/a.NEF")
      try winnow.start()
      try winnow.waitUntilIdle()
      try Files.write(Array("sidecar".utf8), to: winnow.inbox + "/a.xmp")
      try winnow.waitUntilIdle()
      func names(_ folder: String) -> [String] { Files.names(in: folder).sorted() }
      #expect(names(winnow.output + "/red") == ["a.NEF", "a.png", "a.xmp"])
      #expect(names(winnow.inbox) == ["a.NEF", "a.png", "a.xmp"])
      #expect(try winnow.control("undo", "--all").status == 0, "\(winnow.log)")
      #expect(!Files.exists(winnow.output + "/red") && names(winnow.inbox).count == 3)
    }

    @Test("a sidecar that a person wrote is never changed")
    func sidecar() throws {
      let winnow = try Winnow(["action: tag"])
      for name in ["a.xmp", "b.png.xmp"] { try Files.write(Array(name.utf8), to: winnow.inbox + "/" + name) }
      for name in ["a.png", "b.png"] { try winnow.put(Picture.png(.red, 1), name) }
      let before = Tree(winnow.inbox)
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox) == before)
      let row = try #require(try winnow.history(winnow.inbox + "/b.png").last)
      #expect(row.outcome == "left" && row.reason.contains("has the sidecar b.png.xmp"))
    }

    @Test("a picture gets the rights that its inbox gives, and an undo gives back what it had")
    func rights() throws {
      let winnow = try Winnow(["file_mode: \"0604\"", "file_group: \"\(getgid())\""])
      try winnow.put(Picture.png(.red, 1), "a.png")
      #expect(chmod(winnow.inbox + "/a.png", 0o640) == 0)
      func mode(_ path: String) -> UInt32? { Files.status(path).map { $0.st_mode & 0o7777 } }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(mode(winnow.output + "/red/a.png") == 0o604)
      #expect(try winnow.control("undo", "--all").status == 0)
      #expect(mode(winnow.inbox + "/a.png") == 0o640)
      #expect(try winnow.control("redo").status == 0)
      #expect(mode(winnow.output + "/red/a.png") == 0o604)
    }

    @Test("a preview says where a picture would go, and touches nothing")
    func preview() throws {
      struct Preview: Decodable {
        var outcome: String
        var destination: String?
        var reason: String
      }
      let winnow = try Winnow(["template: \"{class}/{camera}\"", "action: copy"])
      try winnow.start()
      let picture = winnow.folder + "/a.png"
      try Files.write(Picture.png(.red, 1), to: picture)
      let before = Tree(winnow.folder)
      let preview: Preview = try winnow.control("config", "preview", picture).decode()
      #expect(preview.outcome == "sorted" && preview.destination == winnow.output + "/red/unknown camera/a.png")
      #expect(preview.reason.hasPrefix("red "))
      #expect(
        Tree(winnow.inbox, winnow.output).files.isEmpty && Tree(winnow.folder).files[picture] == before.files[picture])
      #expect(try winnow.counts() == .counted())
    }

    @Test("where a link cannot be made the picture waits, and status says why")
    func unsupported() throws {
      let winnow = try Winnow(["action: hardlink"])
      let mount = try winnow.mount(on: winnow.output)
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.start()
      try winnow.waitForCondition("output_fault")
      #expect(try winnow.status().conditions.contains { $0.text.contains("action: hardlink") })
      try winnow.stop()
      #expect(Tree(winnow.output).files.isEmpty && Files.exists(winnow.inbox + "/a.png"))
      _ = mount
    }

    @Test("a daemon that is killed again and again places each picture once and loses none", arguments: staying)
    func killed(action: PlacingAction) throws {
      let winnow = try Winnow(["action: \(action.rawValue)"])
      var random = SeededGenerator(seed: 20_261_128)
      var pictures: [String: [UInt8]] = [:]
      try winnow.start()
      for _ in 0..<6 {
        for _ in 0..<12 {
          let number = pictures.count
          let bytes = Picture.png(.red, number)
          pictures["\(number).png"] = bytes
          try winnow.put(bytes, "\(number).png")
        }
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: .random(in: 100..<900, using: &random))
        try winnow.crash()
        try winnow.start()
      }
      try winnow.waitUntilIdle()
      for (name, bytes) in pictures {
        #expect(try Files.read(winnow.inbox + "/" + name) == bytes)
        try expectPlaced(action, mark(action, of: name, in: winnow, class: "red"), for: winnow.inbox + "/" + name)
      }
      let marks = action == .tag ? 0 : pictures.count
      #expect(Tree(winnow.output).files.count == marks)
      #expect(Tree(winnow.inbox).files.count == pictures.count * (action == .tag ? 2 : 1))
      #expect(try winnow.counts() == .counted(sorted: pictures.count))

      try winnow.kill(while: "undo", "--all", after: .random(in: 5..<60, using: &random))
      #expect(try winnow.control("undo", "--all").status == 0)
      #expect(Tree(winnow.output).files.isEmpty)
      #expect(Tree(winnow.inbox).files.count == pictures.count)
      for (name, bytes) in pictures { #expect(try Files.read(winnow.inbox + "/" + name) == bytes) }
      #expect(try winnow.counts() == .counted(left: pictures.count))
    }
  }
}
