import FoundationEssentials
import Glibc
import Testing

extension ProcessTests {
  @Suite struct WebTests {
    /// A daemon with a page and these pictures, all of them sorted.
    private func served(_ names: String...) throws -> Winnow {
      let winnow = try Winnow(top: ["http: {listen: \"127.0.0.1:0\"}"])
      for (number, name) in names.enumerated() { try winnow.put(Picture.png(.red, number, side: 300), name) }
      try winnow.start()
      try winnow.waitUntilIdle()
      return winnow
    }

    private func pictures(_ client: WebClient, _ query: String = "search=") throws -> [Int] {
      struct Row: Decodable { var picture: Int }
      return try client.get("/v1/history?" + query).body.split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(Row.self, from: Data($0)).picture
      }
    }

    @Test("there is no TCP and no link unless the configuration says so")
    func off() throws {
      let winnow = try Winnow()
      try winnow.start()
      let answer = try winnow.control("web")
      #expect(answer.status == 5)
      #expect(answer.errors.contains("http: {listen: 127.0.0.1:8484}"), "\(answer.errors)")
    }

    @Test("a sorted picture has a thumbnail as long as it is what was sorted, where it was put")
    func thumbnails() throws {
      let winnow = try served("a.png", "b.png", "c.png")
      let client = try WebClient(winnow)
      let numbers = try pictures(client).sorted()
      #expect(numbers.count == 3)
      let thumbnail = try client.get("/v1/pictures/\(numbers[0])/thumbnail?side=64")
      #expect(thumbnail.status == 200 && thumbnail.body.starts(with: [0xFF, 0xD8]), "\(thumbnail.text)")
      #expect(try client.get("/v1/pictures/4711/thumbnail").status == 404)
      #expect(try client.get("/v1/pictures/x/thumbnail").status == 404)
      // Another file in its place, however it got there, is not shown.
      let secret = winnow.folder + "/secret.png"
      try Files.write(Picture.png(.blue, 9), to: secret)
      let sorted = winnow.output + "/red/"
      let places = Files.names(in: winnow.output + "/red").sorted()
      #expect(places == ["a.png", "b.png", "c.png"])
      #expect(unlink(sorted + "a.png") == 0 && symlink(secret, sorted + "a.png") == 0)
      #expect(unlink(sorted + "b.png") == 0 && Glibc.link(secret, sorted + "b.png") == 0)
      for number in numbers.prefix(2) {
        let answer = try client.get("/v1/pictures/\(number)/thumbnail?side=65")
        #expect(answer.status == 404, "\(answer.text)")
      }
    }

    @Test("a picture that is sent is classified, a thing that is none is refused, and neither is kept")
    func upload() throws {
      let winnow = try served("a.png")
      let client = try WebClient(winnow)
      let before = Tree(winnow.folder + "/state").files.keys.sorted()
      let answer = try client.post("/v1/classify?file=x.png", file: Picture.png(.blue, 1))
      #expect(answer.status == 200 && answer.text.contains("\"class\":\"blue\""), "\(answer.text)")
      let refused = try client.post("/v1/classify?file=%3Cscript%3E", file: Array("<script>alert(1)</script>".utf8))
      #expect(refused.status == 422 && refused.text.contains("not_a_picture"), "\(refused.text)")
      #expect(refused.head.contains("application/json") && refused.head.contains("nosniff"))
      #expect(Tree(winnow.folder + "/state").files.keys.sorted() == before)
    }

    @Test("a session outlives the daemon, and another one's token opens nothing")
    func sessions() throws {
      let winnow = try served("a.png")
      let token = try WebClient(winnow).token
      try winnow.crash()
      try winnow.start()
      // The port is another one; the session is the same.
      var client = try WebClient(winnow)
      client.token = token
      #expect(try client.get("/v1/session").text.contains("\"standing\":\"owner\""))
      client.token = String(repeating: "0", count: 64)
      #expect(try client.get("/v1/session").status == 401)
    }

    @Test("history can be searched and read page by page")
    func history() throws {
      let winnow = try served("one.png", "two.png", "three.png")
      let client = try WebClient(winnow)
      #expect(try pictures(client, "search=TWO").count == 1)
      let all = try pictures(client)
      struct Row: Decodable { var row: Int }
      let first = try client.get("/v1/history?search=&limit=1")
      let row = try JSONDecoder().decode(Row.self, from: Data(first.body.split(separator: UInt8(ascii: "\n"))[0])).row
      #expect(try pictures(client, "before=\(row)") == Array(all.dropFirst()))
      #expect(try pictures(client, "outcome=review").isEmpty)
      #expect(try pictures(client, "class=red&limit=2").count == 2)
    }

    @Test("a page whose port is taken is a condition, and sorting goes on")
    func portTaken() throws {
      let first = try served("a.png")
      let port = try WebClient(first).port
      let winnow = try Winnow(top: ["http: {listen: \"127.0.0.1:\(port)\"}"])
      try winnow.put(Picture.png(.red, 1), "b.png")
      try winnow.start()
      try winnow.waitUntilIdle()
      try winnow.waitForCondition("web_unavailable")
      #expect(Files.names(in: winnow.output + "/red") == ["b.png"])
      #expect(try winnow.control("web").status == 5)
    }

    @Test("a job keeps what it said, and a finished test its report, which can run nothing")
    func jobs() throws {
      let winnow = try served("a.png")
      let client = try WebClient(winnow)
      let data = winnow.folder + "/data"
      try Files.makeFolder(data)
      for label in ["red", "blue"] {
        try Files.makeFolder(data + "/" + label)
        for number in 0..<3 {
          try Files.write(Picture.png(label == "red" ? .red : .blue, number), to: data + "/\(label)/\(number).png")
        }
      }
      let evaluated = try winnow.control("evaluate", "colours", data, "--output", winnow.folder + "/report")
      #expect(evaluated.status == 0, "\(evaluated.errors)")
      struct Jobs: Decodable {
        struct Job: Decodable { var id: String }
        var jobs: [Job]
      }
      let id = try #require(try winnow.control("jobs", "list").decode(Jobs.self).jobs.first?.id)
      let report = try client.get("/v1/jobs/\(id)/report")
      #expect(report.status == 200 && report.text.hasPrefix("<!DOCTYPE html>"), "\(report.text.prefix(200))")
      #expect(report.head.contains("sandbox; default-src 'none'"))
      let log = try client.get("/v1/jobs/\(id)/log")
      #expect(log.status == 200 && log.text.contains("\"text\":"), "\(log.text)")
      #expect(try client.get("/v1/jobs/\(id)/curves").status == 404)
      #expect(try client.get("/v1/jobs/4711/log").status == 404)
    }
  }
}
