import Glibc
import Testing

extension ProcessTests {
  @Suite struct ControlTests {
    @Test("a second daemon on the same state refuses to start and names the holder's process")
    func secondDaemon() throws {
      let winnow = try Winnow()
      try winnow.start()
      let errors = winnow.folder + "/second"
      let second = try Program(
        Programs.daemon,
        ["--config", winnow.configuration, "--state-dir", winnow.state, "--socket", winnow.folder + "/second.sock"],
        environment: ["HOME": winnow.folder], errors: errors)
      #expect(try second.wait(seconds: 30) == 1)
      #expect(Files.text(errors).contains("\(winnow.pid)"))
      #expect(try winnow.control("status").status == 0)
    }

    @Test("the exit status says what went wrong: usage 2, an unknown model or file 1, no daemon 3")
    func exitStatus() throws {
      let winnow = try Winnow()
      #expect(try winnow.control("status").status == 3)
      try winnow.start()
      #expect(try winnow.control("status").status == 0)
      #expect(try winnow.control("status", "--no-such-option").status == 2)
      #expect(try winnow.control("no-such-verb").status == 2)
      let picture = winnow.folder + "/a.png"
      try Files.write(Picture.png(.red, 1), to: picture)
      #expect(try winnow.control("classify", "--model", "nobody", picture).status == 1)
      #expect(try winnow.control("classify", winnow.folder + "/missing.png").status == 1)
      #expect(try winnow.control("classify", picture, winnow.folder + "/missing.png").status == 4)
      #expect(try winnow.control("model", "show", "nobody").status == 1)
      let answer = try winnow.control("classify", picture)
      #expect(answer.status == 0)
      #expect(String(decoding: answer.output, as: UTF8.self).contains("\"class\":\"red\""))
      try winnow.stop()
      #expect(try winnow.control("status").status == 3)
    }

    @Test(
      "a member of the socket's group may look and undo, but name no new path: that is refused with status 5",
      .enabled(if: Machine.canBecomeNobody, "becoming another user needs root and setpriv"))
    func groupMember() throws {
      let winnow = try Winnow()
      try winnow.writeConfiguration([
        "socket: {mode: \"0660\", group: nogroup}", "inboxes:", "  camera:", "    path: \(winnow.inbox)",
        "    output: \(winnow.output)", "    model: colours", "    settle: 300ms",
      ])
      // The build folder may lie where others cannot read.
      let program = winnow.folder + "/winnowctl"
      #expect(try Program("cp", [Programs.control, program]).wait(seconds: 60) == 0)
      try #require(chmod(winnow.parent, 0o711) == 0)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitUntilIdle()
      func asMember(_ arguments: String...) throws -> Int32 {
        let command = Machine.asNobody.dropFirst() + [program, "--socket", winnow.socket] + arguments
        return try Program(Machine.asNobody[0], Array(command), environment: ["HOME": winnow.folder]).wait(seconds: 60)
      }
      let elsewhere = winnow.folder + "/elsewhere"
      try Files.makeFolder(elsewhere)
      try Files.write(Picture.png(.red, 2), to: elsewhere + "/b.png")
      #expect(try asMember("status") == 0)
      #expect(try asMember("undo", winnow.output + "/red/a.png") == 0)
      #expect(
        try asMember(
          "inbox", "add", elsewhere, "--name", "more", "--output", winnow.folder + "/x", "--model", "colours")
          == 5)
      #expect(try asMember("sort", elsewhere) == 5)
      #expect(try asMember("reload") == 5)
      #expect(Files.exists(elsewhere + "/b.png"))
      #expect(!Files.exists(winnow.folder + "/x"))
      let row = try #require(try winnow.history(winnow.inbox + "/a.png").first { $0.outcome == "undone" })
      #expect(row.by?.contains("nobody") == true, "who asked is recorded")
    }

    @Test("while sorting is paused pictures wait, over a restart too, and are sorted once it is resumed")
    func pause() throws {
      let winnow = try Winnow()
      try winnow.start()
      #expect(try winnow.control("pause").status == 0)
      try winnow.put(Picture.png(.red, 1), "a.png")
      let answer = try winnow.control("wait", "--idle", "--timeout", "1")
      #expect(answer.status == 1)
      #expect(try answer.decode(WaitReply.self).waiting.map(\.file) == [winnow.inbox + "/a.png"])
      #expect(try winnow.status().state == "paused")
      try winnow.crash()
      try winnow.start()
      #expect(try winnow.status().state == "paused")
      #expect(try winnow.control("wait", "--idle", "--timeout", "1").status == 1)
      #expect(try winnow.control("resume").status == 0)
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.png"))
    }

    @Test("a reload with a mistake in the configuration keeps the old one and says so until it is corrected")
    func brokenReload() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.writeConfiguration(["inboxes:", "  camera:", "    paht: \(winnow.inbox)"])
      let answer = try winnow.control("reload")
      #expect(answer.status == 1)
      #expect(answer.errors.contains("path"), "the nearest key is named: \(answer.errors)")
      try winnow.waitForCondition("configuration_rejected")
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.png"))
      try winnow.writeConfiguration()
      #expect(try winnow.control("reload").status == 0)
      #expect(try winnow.status().conditions.isEmpty)
      try winnow.writeConfiguration(["inboxes: ["])
      winnow.daemon?.send(SIGHUP)
      try winnow.waitForCondition("configuration_rejected")
    }

    @Test("an inbox is added and removed without a restart, and stays over one")
    func inboxAdd() throws {
      let winnow = try Winnow()
      try winnow.start()
      let second = winnow.folder + "/second"
      let sorted = winnow.folder + "/second-sorted"
      let added = try winnow.control(
        "inbox", "add", second, "--name", "second", "--output", sorted, "--model", "colours")
      #expect(added.status == 0, "\(added.errors)")
      try Files.write(Picture.png(.red, 1), to: second + "/a.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(sorted + "/red/a.png"))
      try winnow.stop()
      try winnow.start()
      try Files.write(Picture.png(.blue, 2), to: second + "/b.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(sorted + "/blue/b.png"))
      #expect(try winnow.status().inboxes.map(\.name).sorted() == ["camera", "second"])
      #expect(try winnow.control("inbox", "remove", "second").status == 0)
      try Files.write(Picture.png(.blue, 3), to: second + "/c.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(second + "/c.png"))
      #expect(
        try winnow.control(
          "inbox", "add", winnow.inbox + "/in", "--name", "x", "--output", winnow.inbox,
          "--model", "colours"
        ).status != 0, "an output inside an inbox")
    }

    @Test("sort is a job over a folder: a dry run shows what the real one then does, and its run can be undone")
    func sortFolder() throws {
      let winnow = try Winnow()
      try winnow.start()
      let folder = winnow.folder + "/album"
      let sorted = winnow.folder + "/album-out"
      try Files.makeFolder(folder)
      for number in 0..<10 {
        try Files.write(
          Picture.png(Picture.Colour.allCases[number % 5], number), to: folder + "/\(number).png")
      }
      let before = Tree(folder)
      let dry = try winnow.control("sort", folder, "--output", sorted, "--dry-run")
      #expect(dry.status == 0, "\(dry.errors)")
      let planned = try #require(try dry.decode(JobReply.self).result?.planned)
      #expect(planned.count == 10)
      #expect(Tree(folder) == before)
      #expect(Tree(sorted).files.isEmpty)
      let answer = try winnow.control("sort", folder, "--output", sorted)
      #expect(answer.status == 0, "\(answer.errors)")
      let job = try answer.decode(JobReply.self)
      #expect(job.state == "done")
      #expect(job.result?.sorted == 10)
      #expect(Tree(folder).files.isEmpty)
      #expect(Set(planned.compactMap(\.to)) == Set(Tree(sorted).files.keys))
      let run = try #require(try winnow.history(folder + "/0.png").last?.run)
      #expect(try winnow.control("undo", "--run", run).status == 0)
      #expect(Tree(folder).files == before.files)
    }

    @Test("versions of a model are promoted and rolled back while pictures arrive, and none of them is dropped")
    func promoteWhileSorting() throws {
      let winnow = try Winnow()
      try winnow.start()
      let files = try DemonstrationModel.imported.get().files
      #expect(try DemonstrationModel.importModel(files, into: winnow).status == 0)
      var models = try winnow.control("model", "list").decode(ModelListReply.self).models
      #expect(models.filter(\.current).map(\.version) == [1], "a later version goes live by promote alone")
      var number = 0
      func arrive() throws {
        for _ in 0..<20 {
          try winnow.put(Picture.png(Picture.Colour.allCases[number % 5], number), "\(number).png")
          number += 1
        }
      }
      for _ in 0..<3 {
        try arrive()
        #expect(try winnow.control("model", "promote", "colours@2").status == 0)
        try arrive()
        #expect(try winnow.control("model", "rollback", "colours").status == 0)
      }
      try winnow.waitUntilIdle()
      models = try winnow.control("model", "list").decode(ModelListReply.self).models
      #expect(models.filter(\.current).map(\.version) == [1])
      #expect(try winnow.counts() == .counted(sorted: number))
      #expect(Tree(winnow.output).contents.count == number)
    }
  }
}
