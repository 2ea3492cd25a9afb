import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct CompanionTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Below the output, by path, with their bytes as text; pictures as their names.
    private func companions(_ winnow: Winnow, under folder: String) -> [String: String] {
      var found: [String: String] = [:]
      for (path, file) in Tree(folder).files where !path.hasSuffix(".png") {
        found[String(path.dropFirst(folder.count + 1))] = String(decoding: file.bytes, as: UTF8.self)
      }
      return found
    }

    @Test("what goes with a picture goes where it goes, in one decision, and comes back with it")
    func together() throws {
      let winnow = try Winnow()
      for name in ["a.NEF", "a.NEF.xmp", "a.xmp", "a.MOV"] {
        try Files.write(bytes(name), to: winnow.inbox + "/" + name)
      }
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      let expected = ["red/a.NEF": "a.NEF", "red/a.NEF.xmp": "a.NEF.xmp", "red/a.xmp": "a.xmp", "red/a.MOV": "a.MOV"]
      #expect(companions(winnow, under: winnow.output) == expected)
      #expect(Tree(winnow.inbox).files.isEmpty)
      #expect(try winnow.counts() == .counted(sorted: 1))
      let row = try #require(try winnow.history(winnow.output + "/red/a.xmp").last)
      #expect(row.outcome == "sorted" && row.reason == "goes with a.png")

      #expect(try winnow.control("undo", winnow.output + "/red/a.NEF").status == 0)
      #expect(companions(winnow, under: winnow.output).isEmpty)
      #expect(Tree(winnow.inbox).files.count == 5)
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox).files.count == 5, "what was taken back is held")
      #expect(try winnow.control("redo").status == 0)
      #expect(companions(winnow, under: winnow.output) == expected)
    }

    @Test("a companion that comes later follows its picture under the same number")
    func later() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      try winnow.start()
      for (number, folder) in ["one", "two"].enumerated() {
        try Files.makeFolder(winnow.inbox + "/" + folder)
        try winnow.put(Picture.png(.red, number), folder + "/a.png")
        try winnow.waitUntilIdle()
        try Files.write(bytes(folder), to: winnow.inbox + "/" + folder + "/a.XMP")
        try winnow.waitUntilIdle()
      }
      #expect(companions(winnow, under: winnow.output) == ["red/a.XMP": "one", "red/a-2.XMP": "two"])
    }

    @Test("a companion that comes later stays where it is in a dry run and in shadow mode, which touch nothing")
    func laterUntouched() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      let (folder, sorted) = (winnow.folder + "/elsewhere", winnow.folder + "/sorted")
      try Files.makeFolder(folder)
      try Files.write(Picture.png(.red, 1), to: folder + "/a.png")
      try winnow.put(Picture.png(.red, 2), "b.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.control("sort", folder, "--output", sorted).status == 0)
      #expect(Files.exists(sorted + "/red/a.png") && Files.exists(winnow.output + "/red/b.png"))

      try Files.write(bytes("a"), to: folder + "/a.xmp")
      #expect(try winnow.control("sort", folder, "--output", sorted, "--dry-run").status == 0)
      #expect(Files.exists(folder + "/a.xmp") && !Files.exists(sorted + "/red/a.xmp"))

      try winnow.stop()
      try winnow.writeConfiguration([
        "inboxes:", "  camera:", "    path: \(winnow.inbox)", "    output: \(winnow.output)", "    model: colours",
        "    settle: 300ms", "    group_wait: 300ms", "    mode: shadow",
      ])
      try Files.write(bytes("b"), to: winnow.inbox + "/b.xmp")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.inbox + "/b.xmp"))
      let row = try #require(try winnow.history(winnow.inbox + "/b.xmp").last)
      #expect(row.outcome == "left" && row.reason.contains("would go to \(winnow.output)/red"), "\(row)")
      #expect(try winnow.control("replay").status == 0)
      #expect(Files.exists(winnow.output + "/red/b.xmp"))
    }

    @Test("a companion without its picture stays, and goes with it once that comes")
    func alone() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      try winnow.start()
      try Files.write(bytes("sidecar"), to: winnow.inbox + "/a.xmp")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(left: 1))
      #expect(try #require(try winnow.history(winnow.inbox + "/a.xmp").last).reason.contains("its picture is not here"))
      try winnow.put(Picture.png(.green, 1), "a.png")
      try winnow.waitUntilIdle()
      #expect(companions(winnow, under: winnow.output) == ["green/a.xmp": "sidecar"])
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test("a sidecar of a RAW that is not there goes with the picture that comes")
    func sidecarOfAbsentRaw() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      try winnow.start()
      try Files.write(bytes("sidecar"), to: winnow.inbox + "/a.NEF.xmp")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(left: 1))
      try winnow.put(Picture.png(.green, 1), "a.png")
      try winnow.waitUntilIdle()
      #expect(companions(winnow, under: winnow.output) == ["green/a.NEF.xmp": "sidecar"])
    }

    @Test("a decision in review takes along what goes with the picture, as it is by then")
    func review() throws {
      let winnow = try Winnow()
      try Files.write(bytes("before"), to: winnow.inbox + "/a.xmp")
      try winnow.put(Picture.undecided(3), "a.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      let review = winnow.output + "/_review"
      #expect(companions(winnow, under: review) == ["a.xmp": "before"])
      try Files.remove(review + "/a.xmp")
      try Files.write(bytes("edited"), to: review + "/a.xmp")
      let answer = try winnow.control("review", "set", review + "/a.png", "blue")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(companions(winnow, under: winnow.output) == ["blue/a.xmp": "edited"])
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test("groups that arrive in any order and pace while the daemon is killed are each whole, in one place")
    func killedAtRandom() throws {
      let winnow = try Winnow(["group_wait: 500ms"])
      var random = SeededGenerator(seed: 20_261_127)
      let endings = ["png", "NEF", "xmp", "NEF.xmp", "MOV", "aae"]
      var expected: [Int: Set<String>] = [:]
      var waiting: [(number: Int, ending: String)] = []
      try winnow.start()
      for kill in 0..<12 {
        for _ in 0..<10 {
          let number = expected.count
          let others = endings.dropFirst().shuffled(using: &random).prefix(.random(in: 1...3, using: &random))
          expected[number] = Set(["png"] + others)
          waiting += (["png"] + others).map { (number, $0) }
        }
        waiting.shuffle(using: &random)
        // Some come with the next groups.
        let count = kill == 11 ? waiting.count : waiting.count * 3 / 4
        for (number, ending) in waiting.prefix(count) {
          let path = winnow.inbox + "/\(number).\(ending)"
          try Files.write(
            ending == "png" ? Picture.png(Picture.Colour.allCases[number % 5], number) : bytes("\(number).\(ending)"),
            to: path)
          if Int.random(in: 0..<8, using: &random) == 0 { Deadline.pause(milliseconds: 50) }
        }
        waiting.removeFirst(count)
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: .random(in: 0..<700, using: &random))
        try winnow.crash()
        try winnow.start()
      }
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox).files.keys.sorted() == [], "\(winnow.log)")
      let groups = NumberedGroups(under: winnow.output)
      #expect(groups.endings == expected)
      #expect(groups.folders.values.allSatisfy { $0.count == 1 })
      #expect(try winnow.counts() == .counted(sorted: expected.count))
      // And back again, killed in the middle.
      try winnow.kill(while: "undo", "--all", after: .random(in: 5..<60, using: &random))
      for root in [winnow.inbox, winnow.output] {
        for (number, endings) in NumberedGroups(under: root).endings {
          #expect(endings == expected[number], "group \(number) in \(root)")
        }
      }
    }
  }
}
