import Glibc
import Testing

extension ProcessTests {
  @Suite struct ReviewTests {
    /// A daemon with this many pictures in review, `u0.png` and so on.
    private func unsure(_ count: Int) throws -> Winnow {
      let winnow = try Winnow()
      for number in 0..<count { try winnow.put(Picture.undecided(number), "u\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(review: count))
      return winnow
    }

    private func list(_ winnow: Winnow, _ flags: String...) throws -> [ReviewRow] {
      let answer = flags.isEmpty ? try winnow.control("review") : try winnow.control("review", "list", flags[0])
      return try answer.lines(ReviewRow.self).sorted { $0.file < $1.file }
    }

    @Test("review lists the reason and the two best classes, and takes files, numbers, ranges and patterns")
    func selectors() throws {
      let winnow = try unsure(10)
      let rows = try list(winnow)
      #expect(rows.count == 10)
      #expect(
        rows.allSatisfy {
          !$0.reason.isEmpty && $0.top.count >= 2 && Set($0.top.prefix(2).map(\.class)) == ["red", "blue"]
        })
      let byNumber = rows.sorted { $0.number < $1.number }
      let out = winnow.output
      let range = "\(byNumber[0].number)-\(byNumber[2].number)"
      #expect(try winnow.control("review", "set", range, "\(byNumber[4].number)", "blue").status == 0)
      for row in [0, 1, 2, 4].map({ byNumber[$0] }) {
        #expect(Files.exists(out + "/blue/" + row.file.split(separator: "/").last!))
      }
      let left = try list(winnow)
      #expect(left.count == 6)
      #expect(try winnow.control("review", "accept", left[0].file).status == 0)
      #expect(
        try winnow.control("review", "skip", "u9*").status == (left.contains { $0.file.hasSuffix("u9.png") } ? 0 : 1))
      let answer = try winnow.control("review", "accept", "--all")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(try list(winnow).isEmpty)
      #expect(try winnow.control("review", "accept", "4711").status == 1)
      #expect(try winnow.control("review", "accept", "no*such").status == 1)
      #expect(Tree(winnow.output).files.count == 10)
      try winnow.expectVerified(checked: 10)
    }

    @Test("a dry run says what would be placed where, and moves nothing")
    func dryRun() throws {
      struct Reply: Decodable {
        struct Placed: Decodable {
          var file: String
          var to: String
        }
        var placed: [Placed]
        var run: String?
      }
      let winnow = try unsure(3)
      let before = Tree(winnow.output)
      let file = winnow.output + "/_review/u1.png"
      let set: Reply = try winnow.control("review", "set", file, "blue", "--dry-run").decode()
      #expect(set.placed.map(\.file) == [file] && set.placed.map(\.to) == [winnow.output + "/blue/u1.png"])
      let accept: Reply = try winnow.control("review", "accept", "--all", "--dry-run").decode()
      #expect(accept.placed.count == 3 && accept.run == nil)
      #expect(Tree(winnow.output) == before)
      #expect(try winnow.counts() == .counted(review: 3))
    }

    @Test("a sample of what was sorted tells how often that is wrong, and moves only what was")
    func sample() throws {
      let winnow = try Winnow()
      for number in 0..<6 { try winnow.put(Picture.png(.red, number), "r\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.status().inboxes[0].error == nil)
      let drawn = try winnow.control("review", "--sample", "4").lines(ReviewRow.self)
      #expect(drawn.count == 4 && drawn.allSatisfy { $0.file.hasPrefix(winnow.output + "/red/") })
      let before = Tree(winnow.output)
      #expect(try winnow.control("review", "accept", "\(drawn[0].number)").status == 0)
      #expect(try winnow.control("review", "set", drawn[1].file, "red").status == 0)
      #expect(try winnow.control("review", "skip", "\(drawn[2].number)").status == 0)
      #expect(Tree(winnow.output).files == before.files)
      #expect(try winnow.control("review", "set", "\(drawn[3].number)", "blue").status == 0)
      #expect(Files.names(in: winnow.output + "/blue").count == 1)
      let error = try #require(try winnow.status().inboxes[0].error)
      #expect(error.observed?.looked_at == 3 && error.observed?.wrong == 1 && error.corrected == 1)
      #expect(error.promised == nil)
      // Nothing is drawn twice that somebody said something of.
      let again = try winnow.control("review", "--sample", "100").lines(ReviewRow.self)
      #expect(again.count == 3)
      #expect(Set(again.map(\.number)).isDisjoint(with: [drawn[0].number, drawn[1].number, drawn[3].number]))
      #expect(try winnow.control("review", "--sample", "0").status == 2)
    }

    @Test("what was skipped is out of the list, can be asked for, and is decided like the others")
    func skip() throws {
      let winnow = try unsure(3)
      let first = try list(winnow)[0]
      #expect(try winnow.control("review", "skip", first.file).status == 0)
      #expect(try list(winnow).count == 2)
      let skipped = try list(winnow, "--skipped")
      #expect(skipped.map(\.file) == [first.file])
      #expect(skipped[0].reason.hasPrefix(first.reason), "why it is doubtful still stands there")
      #expect(try winnow.control("review", "accept", "--all").status == 0)
      #expect(try winnow.counts() == .counted(sorted: 2, review: 1))
      #expect(try winnow.control("review", "set", "\(first.number)", "green").status == 0)
      #expect(try list(winnow, "--corrected").map(\.label) == ["green"])
      #expect(try winnow.status().corrections == 1)
    }

    @Test("a whole decision is one run: undo brings every picture back into the list, and redo decides again")
    func undo() throws {
      let winnow = try unsure(4)
      let before = Tree(winnow.output)
      let reply = try winnow.control("review", "set", "u*.png", "green").decode(ReviewReply.self)
      #expect(reply.placed.count == 4 && reply.placed.allSatisfy { $0.class == "green" })
      #expect(try winnow.status().corrections == 4)
      let run = try #require(reply.run)
      #expect(try winnow.control("undo", "--run", run).status == 0)
      #expect(Tree(winnow.output).files == before.files)
      #expect(try list(winnow).count == 4)
      #expect(try winnow.status().corrections == 0)
      #expect(try winnow.control("redo").status == 0)
      #expect(try winnow.status().corrections == 4)
      try winnow.waitUntilIdle()
      #expect(try winnow.status().corrections == 4)
    }

    @Test("a sorted picture is corrected by name too, with who said so; an unknown class needs its folder first")
    func correctByName() throws {
      let winnow = try Winnow()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      let sorted = winnow.output + "/red/a.png"
      #expect(try winnow.control("review", "set", sorted, "sunset").status == 1)
      #expect(try winnow.control("review", "set", sorted, "red").status == 0, "it is there already, and so confirmed")
      #expect(Files.exists(sorted))
      try Files.makeFolder(winnow.output + "/sunset")
      #expect(try winnow.control("review", "set", sorted, "sunset").status == 0)
      let row = try #require(try winnow.history(winnow.output + "/sunset/a.png").first)
      #expect(row.outcome == "corrected" && row.label == "sunset" && row.by?.hasPrefix("uid") == true, "\(row)")
      #expect(try winnow.control("undo", winnow.output + "/sunset/a.png").status == 0)
      #expect(Files.exists(sorted))
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    // MARK: One by one

    private func walk(_ winnow: Winnow, on terminal: PseudoTerminal) throws -> Program {
      try Program(
        Programs.control, ["--socket", winnow.socket, "review", "--each"],
        environment: ["HOME": winnow.folder, "TERM": "dumb"], input: terminal.path, output: terminal.path,
        errors: terminal.path)
    }

    @Test("review --each walks through them with keys, and leaves the terminal as it was")
    func each() throws {
      let winnow = try unsure(5)
      let rows = try list(winnow).sorted { $0.number < $1.number }
      let terminal = try PseudoTerminal()
      try #require(terminal.isUsual)
      let walk = try walk(winnow, on: terminal)
      try terminal.wait(for: "1/5")
      #expect(!terminal.isUsual)
      try terminal.type("x\u{1B}[A2")
      try terminal.wait(for: "→")
      try terminal.wait(for: "2/5")
      try terminal.type("u")
      try terminal.wait(for: "1/5")
      #expect(try winnow.counts() == .counted(review: 5))
      try terminal.type("a")
      try terminal.wait(for: "2/5")
      try terminal.type("c")
      try terminal.wait(for: "class: ")
      try terminal.type("green\n")
      try terminal.wait(for: "3/5")
      try terminal.type("s")
      try terminal.wait(for: "4/5")
      try terminal.type("n")
      try terminal.wait(for: "5/5")
      try terminal.type("q")
      try terminal.wait(for: "2 placed, 1 skipped, 2 left")
      #expect(try walk.wait(seconds: 20) == 0)
      #expect(terminal.isUsual)
      #expect(try winnow.counts() == .counted(sorted: 2, review: 3))
      #expect(Files.exists(winnow.output + "/green/" + rows[1].file.split(separator: "/").last!))
      #expect(try list(winnow, "--skipped").map(\.file) == [rows[2].file])
    }

    @Test(
      "the terminal is as it was after every end: Ctrl-C, a signal, the daemon's death",
      arguments: ["ctrl-c", "term", "hup", "daemon", "crash"])
    func ends(end: String) throws {
      let winnow = try unsure(2)
      let terminal = try PseudoTerminal()
      let walk = try walk(winnow, on: terminal)
      try terminal.wait(for: "1/2")
      #expect(!terminal.isUsual)
      switch end {
      case "ctrl-c": try terminal.type("\u{03}")
      case "term": walk.send(SIGTERM)
      case "hup": walk.send(SIGHUP)
      case "crash": walk.send(SIGSEGV)
      default:
        try winnow.crash()
        try terminal.type("1")
      }
      let expected: [String: Int32] = ["ctrl-c": 0, "term": 128 + SIGTERM, "hup": 128 + SIGHUP, "crash": 128 + SIGSEGV]
      #expect(try walk.wait(seconds: 20) == expected[end] ?? 3)
      #expect(terminal.isUsual)
    }
  }
}
