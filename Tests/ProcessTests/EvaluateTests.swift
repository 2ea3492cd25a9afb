import FoundationEssentials
import Testing

extension ProcessTests {
  @Suite struct EvaluateTests {
    private struct Reply: Decodable {
      struct Figure: Decodable { var value: Double }
      var n: Int
      var accuracy: Figure
      var leaks: Int
      var warnings: [String]
    }

    private func fill(_ folder: String, _ numbers: Range<Int>) throws {
      try Files.makeFolder(folder)
      for colour in [Picture.Colour.red, .blue] {
        try Files.makeFolder("\(folder)/\(colour.name)")
        for number in numbers {
          try Files.write(Picture.shades(of: colour, number), to: "\(folder)/\(colour.name)/\(number).png")
        }
      }
    }

    @Test("a model is tested through the daemon, the report names the pictures that taught it, and nothing is moved")
    func report() throws {
      let winnow = try Winnow()
      let (taught, new, report) = (winnow.folder + "/taught", winnow.folder + "/new", winnow.folder + "/report")
      try fill(taught, 0..<30)
      try fill(new, 100..<130)
      try Files.makeFolder(new + "/unknown")
      try Files.write(Picture.png(.green, 1), to: new + "/unknown/a.png")
      try Files.write(Array("no picture".utf8), to: new + "/red/broken.jpg")
      let before = Tree(new).contents
      try winnow.start()
      let trained = try winnow.control("train", taught, "--name", "mine", "--backbone", "colours", "--test-share", "0")
      #expect(trained.status == 0, "\(trained.errors)")

      let answer = try winnow.control("evaluate", "mine", new, "--output", report)
      #expect(answer.status == 0, "\(answer.errors)")
      let reply: Reply = try answer.decode()
      #expect(reply.n == 60 && reply.leaks == 0 && reply.accuracy.value > 0.9)
      #expect(reply.warnings.contains { $0.contains("1 files could not be read") })
      #expect(reply.warnings.contains { $0.contains("no class of the model") })
      for file in ["report.html", "report.json", "confusion.svg", "coverage.svg", "calibration.svg"] {
        #expect(Files.exists("\(report)/\(file)"), "\(file)")
      }
      #expect(Tree(new).contents == before)

      // Against the model that it was made of.
      struct Compared: Decodable {
        struct Comparison: Decodable {
          var model: String
          var n: Int
          var won: Int
          var lost: Int
        }
        var comparison: Comparison?
      }
      let compared: Compared = try winnow.control(
        "evaluate", "mine", new, "--against", "colours", "--output", report
      ).decode()
      #expect(compared.comparison?.model == "colours@1" && compared.comparison?.n == 60)
      #expect(Files.text(report + "/report.html").contains("Compared with colours@1"))
      #expect(Files.text(report + "/report.json").contains("\"comparison\""))
      #expect(try winnow.control("evaluate", "mine", new, "--against", "nobody", "--output", report).status == 1)

      // Beside the folder where no place is named.
      let leaking: Reply = try winnow.control("evaluate", "mine@1", taught).decode()
      #expect(leaking.leaks == 60 && leaking.warnings.contains { $0.contains("taught the model") })
      #expect(Files.exists(taught + "_mine_report/report.html"))
    }

    @Test("what cannot be tested is refused with the reason")
    func refusals() throws {
      let winnow = try Winnow()
      try winnow.start()
      let folder = winnow.folder + "/data"
      try Files.makeFolder(folder)
      try Files.makeFolder(folder + "/nothing the model knows")
      try Files.write(Picture.png(.green, 1), to: folder + "/nothing the model knows/a.png")
      let unknown = try winnow.control("evaluate", "colours", folder)
      #expect(unknown.status == 1 && unknown.errors.contains("is called as a class of colours@1 is"))
      #expect(try winnow.control("evaluate", "nobody", folder).status == 1)
      #expect(try winnow.control("evaluate", "colours", winnow.folder + "/absent").status == 1)
    }
  }
}
