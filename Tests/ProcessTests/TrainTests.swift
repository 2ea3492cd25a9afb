import FoundationEssentials
import Testing

extension ProcessTests {
  @Suite struct TrainTests {
    private struct Reply: Decodable {
      struct Figure: Decodable { var value: Double }
      struct Pictures: Decodable {
        var taught: Int
        var tested: Int
        var left_out: [String: Int]
      }
      struct Comparison: Decodable {
        var version: Int
        var pictures: Int
      }
      var model: String
      var version: Int
      var current: Bool
      var classes: [String]
      var pictures: Pictures
      var metrics: [String: Figure]
      var comparison: Comparison?
      var promotion: String
      var report: String?
    }

    private struct Job: Decodable {
      var id: String
      var state: String
    }

    @Test("a model that was trained through the daemon sorts, and a second version is compared and waits")
    func daemon() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 40)
      try Files.write(Array("no picture".utf8), to: data + "/warm/broken.jpg")
      try Files.write(Picture.shades(of: .red, 1), to: data + "/warm/copy.png")
      let before = Tree(data).contents
      try winnow.start()

      let answer = try winnow.control("train", data, "--name", "mine", "--backbone", "colours", "--method", "head")
      #expect(answer.status == 0, "\(answer.errors) \(winnow.log)")
      let first: Reply = try answer.decode()
      #expect(first.model == "mine" && first.version == 1 && first.current && first.comparison == nil)
      #expect(first.classes == ["leafy", "warm", "蓝 cold"])
      #expect(first.pictures.tested == 18 && first.pictures.taught == 102)
      #expect(first.report == winnow.state + "/reports/mine@1/report.html")
      #expect(Files.text(winnow.state + "/reports/mine@1/report.json").contains("\"n\":18"))
      #expect(first.pictures.left_out == ["unreadable": 1, "copy": 1])
      #expect(
        (first.metrics["accuracy"]?.value ?? 0) > 0.9 && (first.metrics["out_of_fold_accuracy"]?.value ?? 0) > 0.9)

      try Files.write(Picture.shades(of: .blue, 900), to: winnow.folder + "/new.png")
      let classified = try winnow.control("classify", "--model", "mine", winnow.folder + "/new.png")
      #expect(classified.text.contains("蓝 cold"), "\(classified.text) \(classified.errors)")

      let second: Reply = try winnow.control("train", data, "--name", "mine", "--seed", "5", "--method", "head")
        .decode()
      #expect(second.version == 2 && !second.current && second.comparison?.version == 1)
      // The pictures that the first version was tested on, whatever the seed.
      #expect(second.comparison?.pictures == 18 && second.pictures.tested == 18)
      #expect(second.promotion.contains("promote"))
      #expect(Tree(data).contents == before)
    }

    @Test("what people corrected and confirmed in an inbox is learnt, also a class that they made")
    func fromSorted() throws {
      let winnow = try Winnow()
      let colours: [Picture.Colour] = [.red, .green]
      for colour in colours {
        for number in 0..<30 { try winnow.put(Picture.shades(of: colour, number), "\(colour.name)\(number).png") }
      }
      try winnow.start()
      try winnow.waitUntilIdle()
      let none = try winnow.control(
        "train", "--from-sorted", "camera", "--name", "mine", "--backbone", "colours", "--method", "head")
      #expect(none.status == 1 && none.errors.contains("nobody has confirmed"), "\(none.errors)")
      // All reds become sunsets, all greens forests, as people see them; one picture is something else.
      for label in ["sunset", "forest", "odd"] { try Files.makeFolder(winnow.output + "/" + label) }
      var moved = 0
      for (path, file) in Tree(winnow.output).files where path.hasSuffix(".png") {
        _ = file
        let name = String(path.split(separator: "/").last ?? "")
        let label = name == "red0.png" ? "odd" : name.hasPrefix("red") ? "sunset" : "forest"
        try Files.rename(path, to: winnow.output + "/\(label)/\(name)")
        moved += 1
      }
      #expect(moved == 60)
      try Deadline(seconds: 60).wait(for: "the corrections", pause: 50) { try winnow.status().corrections == 60 }
      let answer = try winnow.control(
        "train", "--from-sorted", "camera", "--name", "mine", "--backbone", "colours", "--method", "head",
        "--test-share", "0")
      #expect(answer.status == 0, "\(answer.errors)")
      let reply: Reply = try answer.decode()
      #expect(reply.classes == ["forest", "sunset"] && reply.pictures.taught == 59)
      #expect(reply.pictures.left_out == ["no_class": 1])
      #expect((reply.metrics["out_of_fold_accuracy"]?.value ?? 0) > 0.9)
    }

    @Test("an inbox with a promise sorts by what the model said of pictures it was not taught, or keeps all for review")
    func promise() throws {
      let winnow = try Winnow()
      try winnow.writeConfiguration([
        "engine: {threads: 1}", "inboxes:", "  camera:", "    path: \(winnow.inbox)", "    output: \(winnow.output)",
        "    model: mine", "    threshold: auto(error=5%)",
      ])
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 40)
      try winnow.start()
      let trained = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "head", "--test-share", "0")
      #expect(trained.status == 0, "\(trained.errors) \(winnow.log)")
      try winnow.put(Picture.shades(of: .green, 900), "a.png")
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.output + "/leafy") == ["a.png"], "\(winnow.log)")
      let status = try winnow.control("status")
      #expect(status.text.contains("at most 5.0% of that is wrong"), "\(status.text)")

      // Five of five that people look at are wrong: that is no chance.
      for number in 901..<905 { try winnow.put(Picture.shades(of: .green, number), "b\(number).png") }
      try winnow.waitUntilIdle()
      #expect(try winnow.status().inboxes[0].error?.promised == 0.05)
      #expect(!(try winnow.status().holds("error_above_promise")))
      for row in try winnow.control("review", "--sample", "5").lines(ReviewRow.self) {
        #expect(try winnow.control("review", "set", row.file, "warm").status == 0)
      }
      try winnow.waitForCondition("error_above_promise")

      // The demonstration model was taught nothing, so nobody knows how often it is wrong.
      let other = try Winnow(["threshold: auto(error=5%)"])
      try other.start()
      try other.put(Picture.png(.red, 1), "r.png")
      try other.waitUntilIdle()
      #expect(try other.counts().review == 1)
      try other.waitForCondition("threshold_missing")
    }

    @Test("what looks unlike anything the model was taught is not sorted, unless the inbox says so")
    func unfamiliar() throws {
      let winnow = try Winnow()
      func configure(_ key: String...) throws {
        try winnow.writeConfiguration(
          [
            "engine: {threads: 1}", "inboxes:", "  camera:", "    path: \(winnow.inbox)",
            "    output: \(winnow.output)", "    model: mine", "    threshold: 0.1", "    settle: 300ms",
          ] + key.map { "    " + $0 })
      }
      try configure()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 20)
      try winnow.start()
      let trained = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "head", "--test-share", "0")
      #expect(trained.status == 0, "\(trained.errors)")
      try winnow.put(Picture.shades(of: .green, 900), "a.png")
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.output + "/leafy") == ["a.png"], "\(winnow.log)")
      try winnow.stop()

      // The demonstration network tells few things apart: as if nothing were like what it was taught.
      let manifest = winnow.state + "/models/mine/1/manifest.json"
      let strict = Files.text(manifest).replacing(/"cut" : [-0-9.e]+/, with: "\"cut\" : 2")
      #expect(strict != Files.text(manifest))
      try Files.write(Array(strict.utf8), to: manifest)
      try winnow.start()
      try winnow.put(Picture.shades(of: .green, 901), "b.png")
      try winnow.waitUntilIdle()
      let row = try #require(try winnow.history(winnow.inbox + "/b.png").first)
      #expect(row.outcome == "review" && row.reason.contains("unlike anything that mine@1 was taught"), "\(row)")
      try winnow.stop()

      try configure("unfamiliar: sort")
      try winnow.start()
      try winnow.put(Picture.shades(of: .green, 902), "c.png")
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.output + "/leafy").sorted() == ["a.png", "c.png"], "\(winnow.log)")
    }

    @Test("data that nothing can be learnt from is refused with the remedy, and no version is left")
    func refusals() throws {
      let winnow = try Winnow()
      try winnow.start()
      let folder = winnow.folder
      try ClassFolders.fill(folder + "/good", pictures: 4)
      try Files.makeFolder(folder + "/one")
      try Files.makeFolder(folder + "/one/warm")
      for number in 0..<5 {
        try Files.write(Picture.shades(of: .red, number), to: folder + "/one/warm/\(number).png")
      }
      try ClassFolders.fill(folder + "/few", pictures: 1)
      try Files.makeFolder(folder + "/empty")
      for (data, backbone, share, reason) in [
        ("one", "colours", "0.1", "\"warm\" alone"), ("few", "colours", "0.1", "fewer than 2 pictures"),
        ("empty", "colours", "0.1", "no folders"), ("absent", "colours", "0.1", "absent"),
        ("good", "nobody", "0.1", "nobody"), ("good", "colours", "0", "without test pictures"),
      ] {
        let answer = try winnow.control(
          "train", "\(folder)/\(data)", "--name", "mine", "--backbone", backbone, "--method", "head", "--test-share",
          share, "--promote",
          "if-better")
        #expect(answer.status == 1, "\(data)")
        #expect(answer.errors.contains(reason), "\(data): \(answer.errors)")
      }
      #expect(!Files.exists(winnow.state + "/models/mine/1"))
    }

    @Test("a training whose daemon is killed is marked, and the next daemon goes on with it by itself")
    func killed() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 60)
      try winnow.start()
      let begun: Job = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "head", "--detach"
      ).decode()
      let busy = try winnow.control("train", data, "--name", "other", "--backbone", "colours", "--method", "head")
      #expect(busy.status == 1 && busy.errors.contains("one training runs at a time"), "\(busy.errors)")
      try winnow.crash()
      try winnow.start()
      let left: Job = try winnow.control("jobs", "show", begun.id).decode()
      #expect(left.state == "interrupted")
      let next = "\((Int(begun.id) ?? 0) + 1)"
      let followed = try winnow.control("jobs", "follow", next)
      #expect(followed.status == 0, "\(followed.text) \(followed.errors)")
      #expect(winnow.log.contains("the training of job \(begun.id) goes on as job \(next)"))
      #expect(Files.exists(winnow.state + "/models/mine/1/manifest.json"))
      // What is done is not begun again.
      try winnow.stop()
      try winnow.start()
      #expect(
        try winnow.control("jobs", "list").text.contains("train") && !Files.exists(winnow.state + "/models/mine/2"))
    }

    @Test("a training that is cancelled leaves no version")
    func cancelled() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 60)
      try winnow.start()
      let begun: Job = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "head", "--detach"
      ).decode()
      #expect(try winnow.control("jobs", "cancel", begun.id).status == 0)
      let followed = try winnow.control("jobs", "follow", begun.id)
      #expect(followed.text.contains("cancelled"), "\(followed.text)")
      #expect(!Files.exists(winnow.state + "/models/mine/1"))
    }
  }
}
