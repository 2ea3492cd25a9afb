import Glibc
import Testing

extension ProcessTests {
  @Suite struct LedgerCareTests {
    struct Care: Decodable {
      var kept: String?
      var pictures: Int
      var complete: Bool
      var inboxes: [String]
    }

    @Test("a backup made while pictures are sorted, put back into a fresh state folder: nothing moves, all is known")
    func backupAndRestore() throws {
      let count = 300
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(count)
      try Deadline(seconds: 60).wait(for: "the first pictures") { try winnow.counts().sorted > 20 }
      let backup = winnow.folder + "/backup.sqlite"
      let answer = try winnow.control("backup", backup)
      #expect(answer.status == 0, "\(answer.errors)")
      #expect((Files.status(backup)?.st_mode ?? 0) & 0o777 == 0o600)
      #expect(try winnow.control("backup", backup).status == 1, "what is there is not replaced")
      #expect(try winnow.control("backup", backup, "--force").status == 0)
      try winnow.waitUntilIdle()
      let before = Tree(winnow.inbox, winnow.output)
      #expect(try winnow.control("restore", backup, "--state-dir", winnow.state).status == 1, "a daemon runs")
      try winnow.stop()

      winnow.removeLedger()
      let restored = try winnow.control("restore", backup, "--state-dir", winnow.state)
      #expect(restored.status == 0, "\(restored.errors)")
      #expect(try restored.decode(Care.self).kept == nil)
      try winnow.start()
      try winnow.waitUntilIdle()
      try winnow.expectSorted(count)
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
      #expect(try winnow.status().corrections == 0)

      // What the backup knows can be taken back; the rest has no place to go back to.
      let undo = try winnow.control("undo", "--all").decode(UndoReply.self)
      #expect(undo.done > 20)
      let after = Tree(winnow.inbox, winnow.output)
      #expect(after.contents == before.contents)
      #expect(after.paths(under: winnow.inbox).count == undo.done)
    }

    @Test("without a daemon a backup is made by winnowctl alone, and what is no backup is refused")
    func alone() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(5)
      let added = try winnow.control(
        "inbox", "add", winnow.folder + "/second", "--name", "second", "--output", winnow.folder + "/second-out",
        "--model", "colours")
      #expect(added.status == 0, "\(added.errors)")
      try winnow.waitUntilIdle()
      try winnow.stop()
      let backup = winnow.folder + "/backup.sqlite"
      let answer = try winnow.control("backup", backup, "--state-dir", winnow.state)
      #expect(answer.status == 0, "\(answer.errors)")
      let before = try Files.read(winnow.ledger)
      let refused = try winnow.control("restore", winnow.configuration, "--state-dir", winnow.state)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("nothing was changed"))
      #expect(try Files.read(winnow.ledger) == before)
      try Files.remove(winnow.state + "/inboxes.d/second.yaml")
      let restored = try winnow.control("restore", backup, "--state-dir", winnow.state)
      let care = try restored.decode(Care.self)
      #expect(care.pictures == 5)
      #expect(care.inboxes == ["second.yaml"])
      #expect(Files.exists(try #require(care.kept)))
      try winnow.start()
      try winnow.expectSorted(5)
      #expect(try winnow.status().inboxes.map(\.name).sorted() == ["camera", "second"])
    }

    @Test(
      "what an undo took back after a backup stays in the inbox when that backup is put back, until it is asked for")
    func heldAfterRestore() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(4)
      try winnow.waitUntilIdle()
      let backup = winnow.folder + "/backup.sqlite"
      #expect(try winnow.control("backup", backup).status == 0)
      let taken = winnow.output + "/\(Picture.Colour.allCases[1])/1.png"
      #expect(try winnow.control("undo", taken).decode(UndoReply.self).done == 1)
      try winnow.stop()
      let before = Tree(winnow.inbox, winnow.output)
      #expect(try winnow.control("restore", backup, "--state-dir", winnow.state).status == 0)
      try winnow.start()
      try winnow.put(Picture.png(.blue, 900), "new.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.inbox + "/1.png"), "\(winnow.log)")
      let row = try #require(try winnow.history(winnow.inbox + "/1.png").first)
      #expect(row.outcome == "undone" && row.reason.contains("left alone"), "\(row)")
      #expect(try winnow.counts().sorted == 4)
      var after = Tree(winnow.inbox, winnow.output).contents
      after[Picture.png(.blue, 900)] = nil
      #expect(after == before.contents)
      try winnow.control("rescan", "--again")
      try winnow.waitForFile(taken)
      try winnow.waitUntilIdle()
      try winnow.expectSorted(5)
    }

    @Test("rebuild by hand keeps what there is; with --all it takes up an old library too")
    func rebuild() throws {
      let winnow = try Winnow()
      try Files.makeFolder(winnow.output + "/red")
      try Files.write(Picture.png(.red, 500), to: winnow.output + "/red/old.png")
      try winnow.start()
      try winnow.put(10)
      try winnow.waitUntilIdle()
      try winnow.stop()
      let answer = try winnow.control("rebuild", "--all", "--state-dir", winnow.state)
      #expect(answer.status == 0, "\(answer.errors)")
      let care = try answer.decode(Care.self)
      #expect(care.complete && care.pictures == 10)
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 11), "\(winnow.log)")
      #expect(try winnow.control("undo", "--all").decode(UndoReply.self).done == 10)
    }

    @Test("history as CSV has a header, a line a row, and quotes what needs it")
    func csv() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a, \"b\".png")
      try winnow.put(Picture.png(.green, 2), "c.png")
      try winnow.waitUntilIdle()
      // A class that people made, with a name that a spreadsheet would compute.
      try Files.makeFolder(winnow.output + "/=1+1")
      try Files.rename(winnow.output + "/green/c.png", to: winnow.output + "/=1+1/c.png")
      try Deadline(seconds: 60).wait(for: "the correction: \(winnow.log)", pause: 100) {
        try winnow.status().corrections == 1
      }
      let running = try Program(
        Programs.control, ["--socket", winnow.socket, "history", "--csv"], environment: ["HOME": winnow.folder],
        output: winnow.folder + "/csv", errors: winnow.folder + "/csv.errors")
      #expect(try running.wait(seconds: 60) == 0)
      let text = Files.text(winnow.folder + "/csv")
      let lines = text.split(separator: "\r\n")
      #expect(lines.count == 4)
      #expect(lines[1].contains(",'=1+1,"), "\(text)")
      #expect(lines[0].hasPrefix("time,outcome,file,from,to,class,probability,"))
      #expect(text.contains("\"\(winnow.output)/red/a, \"\"b\"\".png\""), "\(text)")
      #expect(text.hasSuffix("\r\n"))
      #expect(try winnow.control("history", "--csv").status == 2, "it is not JSON")
    }
  }
}
