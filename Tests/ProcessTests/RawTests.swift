import FoundationEssentials
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct RawTests {
    private struct Classified: Decodable {
      var `class`: String
    }

    @Test("a RAW alone is sorted by its preview, and a picture that comes later follows it, after a restart too")
    func alone() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      let raw = Picture.raw(.nef, .red, 1)
      try winnow.put(raw, "a.NEF")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try Files.read(winnow.output + "/red/a.NEF") == raw)
      let row = try #require(try winnow.history(winnow.output + "/red/a.NEF").last)
      #expect(row.class == "red" && row.outcome == "sorted" && row.sha256 != nil)
      try winnow.expectVerified(checked: 1)

      try winnow.stop()
      try winnow.start()
      // Another colour, to show that it is not what decides.
      try winnow.put(Picture.jpeg(.blue, 2), "a.jpg")
      try Files.write(Array("sidecar".utf8), to: winnow.inbox + "/a.jpg.xmp")
      try winnow.waitUntilIdle()
      #expect(
        Tree(winnow.output).files.keys.sorted() == ["NEF", "jpg", "jpg.xmp"].map { winnow.output + "/red/a." + $0 })
      #expect(try winnow.counts() == .counted(sorted: 1))
      let followed = try #require(try winnow.history(winnow.output + "/red/a.jpg").last)
      #expect(followed.reason == "goes with a.NEF" && followed.sha256 != nil)
      #expect(try winnow.control("undo", winnow.output + "/red/a.jpg").status == 0)
      #expect(Tree(winnow.inbox).files.count == 3)
    }

    @Test("a picture of the same name that was taken at another time is another picture")
    func anotherTime() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      try winnow.put(Picture.raw(.cr3, .red, 1), "a.CR3")
      try winnow.start()
      try winnow.waitUntilIdle()
      try winnow.put(Picture.jpeg(.blue, 2, exif: Picture.exif(taken: "2025:02:28 23:59:58")), "a.jpg")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.CR3") && Files.exists(winnow.output + "/blue/a.jpg"))
      #expect(try winnow.counts() == .counted(sorted: 2))
    }

    @Test("every form of RAW is sorted and classified by its content, and what holds no preview stays with the reason")
    func forms() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      for (number, form) in RawFile.Form.allCases.enumerated() {
        try winnow.put(Picture.raw(form, .green, number), "\(form.rawValue).\(form.rawValue)")
      }
      try winnow.put(Picture.raw(.dng, .blue, 99), "no-ending")
      try Files.write(RawFile(.arw, preview: [UInt8](repeating: 1, count: 100)).bytes, to: winnow.inbox + "/empty.arw")
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.output + "/green").files.count == RawFile.Form.allCases.count)
      #expect(Files.exists(winnow.output + "/blue/no-ending"))
      let left = try #require(try winnow.history(winnow.inbox + "/empty.arw").last)
      #expect(left.outcome == "left" && left.reason.contains("no preview"))
      let answer: Classified = try winnow.control("classify", winnow.output + "/green/raf.raf").decode()
      #expect(answer.class == "green")
    }

    @Test("a RAW has a thumbnail, and is work for the data set verbs like any picture")
    func elsewhere() throws {
      struct Row: Decodable { var picture: Int }
      let winnow = try Winnow(["group_wait: 300ms"], top: ["http: {listen: \"127.0.0.1:0\"}"])
      try winnow.put(Picture.raw(.cr2, .red, 1), "a.CR2")
      try winnow.start()
      try winnow.waitUntilIdle()
      let client = try WebClient(winnow)
      let rows = try client.get("/v1/history?search=").body.split(separator: UInt8(ascii: "\n"))
      let row = try JSONDecoder().decode(Row.self, from: Data(try #require(rows.first)))
      let thumbnail = try client.get("/v1/pictures/\(row.picture)/thumbnail?side=64")
      #expect(thumbnail.status == 200 && thumbnail.body.starts(with: [0xFF, 0xD8]), "\(thumbnail.text)")
      let info = try winnow.control("dataset", "info", winnow.output)
      #expect(info.text.contains("\"raw\""), "\(info.text) \(info.errors)")
    }

    @Test("RAWs and their pictures that arrive in any order and pace while the daemon is killed come into one place")
    func killedAtRandom() throws {
      let winnow = try Winnow(["group_wait: 300ms"])
      var random = SeededGenerator(seed: 20_261_127)
      var expected: [Int: Set<String>] = [:]
      var waiting: [(number: Int, ending: String)] = []
      try winnow.start()
      for kill in 0..<12 {
        for _ in 0..<8 {
          let number = expected.count
          let others = ["jpg", "DNG", "xmp", "NEF.xmp"].shuffled(using: &random).prefix(
            .random(in: 1...3, using: &random))
          expected[number] = Set(["NEF"] + others)
          waiting += (["NEF"] + others).map { (number, $0) }
        }
        waiting.shuffle(using: &random)
        let count = kill == 11 ? waiting.count : waiting.count / 2
        for (number, ending) in waiting.prefix(count) {
          let colour = Picture.Colour.allCases[number % 5]
          let bytes: [UInt8] =
            switch ending {
            // Of another colour than the RAW: whatever speaks, all go to one place.
            case "jpg": Picture.jpeg(Picture.Colour.allCases[(number + 1) % 5], number)
            case "NEF": Picture.raw(.nef, colour, number)
            case "DNG": Picture.raw(.dng, colour, number)
            default: Array("\(number).\(ending)".utf8)
            }
          try Files.write(bytes, to: winnow.inbox + "/\(number).\(ending)")
          if Int.random(in: 0..<6, using: &random) == 0 { Deadline.pause(milliseconds: 80) }
        }
        waiting.removeFirst(count)
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: .random(in: 0..<1200, using: &random))
        try winnow.crash()
        try winnow.start()
      }
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.inbox).files.keys.sorted() == [], "\(winnow.log)")
      let groups = NumberedGroups(under: winnow.output)
      #expect(groups.endings == expected)
      #expect(groups.folders.values.allSatisfy { $0.count == 1 })
      #expect(try winnow.counts() == .counted(sorted: expected.count))
    }
  }
}
