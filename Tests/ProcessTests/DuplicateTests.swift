import Testing

extension ProcessTests {
  @Suite struct DuplicateTests {
    @Test("a name that is taken gets a number, whatever the bytes, and nothing is overwritten")
    func takenNames() throws {
      let winnow = try Winnow()
      try Files.makeFolder(winnow.output + "/red")
      try Files.write(Array("somebody's".utf8), to: winnow.output + "/red/a.png")
      try winnow.start()
      for number in 1...3 {
        try Files.makeFolder(winnow.inbox + "/\(number)")
        try winnow.put(Picture.png(.red, number), "\(number)/a.png")
      }
      try winnow.waitUntilIdle()
      let names = Files.names(in: winnow.output + "/red").sorted()
      #expect(names == ["a-2.png", "a-3.png", "a-4.png", "a.png"])
      #expect(Files.text(winnow.output + "/red/a.png") == "somebody's")
      let contents = Tree(winnow.output).contents
      #expect((1...3).allSatisfy { contents[Picture.png(.red, $0)] == 1 })
    }

    @Test("the same bytes under another name are kept, kept apart or left, as the inbox says")
    func sameBytes() throws {
      let expectations: [(rule: String, place: (Winnow) -> String, counts: StatusReply.Counts)] = [
        ("keep", { $0.output + "/red/again.png" }, .counted(sorted: 2)),
        ("separate", { $0.output + "/_duplicates/red/again.png" }, .counted(sorted: 2)),
        ("leave", { $0.inbox + "/again.png" }, .counted(sorted: 1, left: 1)),
      ]
      for (rule, place, counts) in expectations {
        let winnow = try Winnow(["duplicates: \(rule)"])
        try winnow.start()
        try winnow.put(Picture.png(.red, 1), "first.png")
        try winnow.waitUntilIdle()
        try winnow.put(Picture.png(.red, 1), "again.png")
        try winnow.waitUntilIdle()
        #expect(Files.exists(winnow.output + "/red/first.png"))
        #expect(Files.exists(place(winnow)), "\(rule): \(winnow.log)")
        #expect(try winnow.counts() == counts, "\(rule)")
        let row = try #require(try winnow.history(winnow.inbox + "/again.png").last)
        #expect(!row.reason.isEmpty)
        #expect(row.sha256 != nil)
      }
    }

    @Test("two with the same bytes that arrive together are told apart just the same")
    func sameBytesTogether() throws {
      let winnow = try Winnow(["duplicates: leave"])
      for number in 1...5 { try winnow.put(Picture.png(.green, 1), "\(number).png") }
      try winnow.start()
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 1, left: 4))
      #expect(Files.names(in: winnow.output + "/green").count == 1)
      #expect(Tree(winnow.inbox, winnow.output).contents == [Picture.png(.green, 1): 5])
    }
  }
}
