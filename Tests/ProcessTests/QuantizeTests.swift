import FoundationEssentials
import Testing

extension ProcessTests {
  @Suite struct QuantizeTests {
    private struct Reply: Decodable {
      var version: Int?
      var reason: String
    }

    private struct Models: Decodable {
      struct Entry: Decodable {
        var version: Int
        var current: Bool
        var precision: [String]
      }
      var models: [Entry]
    }

    /// Class folders of pictures, by turns.
    private func fill(_ folder: String, pictures: Int) throws {
      try Files.makeFolder(folder)
      let colours = Picture.Colour.allCases
      for colour in colours { try Files.makeFolder("\(folder)/\(colour.name)") }
      for number in 0..<pictures {
        let colour = colours[number % colours.count]
        try Files.write(Picture.png(colour, number), to: "\(folder)/\(colour.name)/\(number).png")
      }
    }

    @Test("a model brought to int8 through the daemon sorts in int8 from then on, and rollback takes that back")
    func daemon() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try fill(data, pictures: 320)
      try winnow.start()
      let answer = try winnow.control("model", "quantize", "colours", "--data", data)
      #expect(answer.status == 0, "\(answer.errors) \(winnow.log)")
      let reply: Reply = try answer.decode()
      #expect(reply.version == 2 && reply.reason.contains("keeps its promise"), "\(reply.reason)")
      let models: Models = try winnow.control("model", "list").decode()
      #expect(models.models.map(\.current) == [false, true])
      #expect(models.models.map { $0.precision.contains("int8") } == [false, true])

      try winnow.put(Picture.png(.green, 9_001), "a.png")
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.output + "/green") == ["a.png"])
      #expect(try winnow.status().worker.precision == "int8")
      // Nothing of the data set has gone anywhere.
      #expect(Picture.Colour.allCases.allSatisfy { Files.names(in: "\(data)/\($0.name)").count == 64 })

      #expect(try winnow.control("model", "rollback", "colours").status == 0)
      try winnow.put(Picture.png(.red, 9_002), "b.png")
      try winnow.waitUntilIdle()
      #expect(["fp32", "bf16"].contains(try winnow.status().worker.precision))
    }

    @Test("with too few pictures the model stays as it is: exit 1, with the reason")
    func declined() throws {
      let winnow = try Winnow()
      let data = winnow.folder + "/data"
      try fill(data, pictures: 20)
      try winnow.start()
      let answer = try winnow.control("model", "quantize", "colours", "--data", data)
      #expect(answer.status == 1)
      let reply: Reply = try answer.decode()
      #expect(reply.version == nil && reply.reason.contains("20 pictures"))
      let models: Models = try winnow.control("model", "list").decode()
      #expect(models.models.map(\.version) == [1])
      #expect(try winnow.control("model", "quantize", "nobody", "--data", data).status == 1)
    }
  }
}
