import Glibc
import Testing

extension ProcessTests {
  @Suite struct ShadowTests {
    private struct Reply: Decodable {
      struct Folder: Decodable, Equatable {
        var folder: String
        var count: Int
      }
      struct Refused: Decodable {
        var file: String
        var reason: String
      }
      var done: Int
      var folders: [Folder]
      var refused: [Refused]
      var run: String?
    }

    /// A daemon in shadow mode that has decided about twelve pictures, one of them with a sidecar.
    private func decided() throws -> (Winnow, before: Tree) {
      let winnow = try Winnow(["mode: shadow", "incomplete_after: 1s"])
      for number in 0..<10 { try winnow.put(Picture.png(number < 6 ? .red : .green, number), "\(number).png") }
      try winnow.put(Picture.undecided(10), "10.png")
      try winnow.put(Array("\u{FF}\u{D8}\u{FF}".unicodeScalars.map { UInt8($0.value) }) + [0xE0, 0, 16], "11.jpg")
      try Files.write(Array("sidecar".utf8), to: winnow.inbox + "/0.xmp")
      let before = Tree(winnow.inbox, winnow.output)
      try winnow.start()
      try winnow.waitUntilIdle()
      return (winnow, before)
    }

    @Test("shadow mode touches nothing and records what it would have done")
    func touchesNothing() throws {
      let (winnow, before) = try decided()
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
      let row = try #require(try winnow.history(winnow.inbox + "/0.png").last)
      #expect(row.outcome == "left" && row.reason.contains("would go to \(winnow.output)/red"))
      let plan: Reply = try winnow.control("replay", "--dry-run").decode()
      #expect(plan.run == nil && plan.refused.isEmpty)
      #expect(plan.folders.contains(.init(folder: winnow.output + "/red", count: 6)))
      #expect(Tree(winnow.inbox, winnow.output).files == before.files)
    }

    @Test("a replay moves what has not changed, explains the rest, and is one run that can be taken back")
    func replays() throws {
      let (winnow, before) = try decided()
      try Files.append([0], to: winnow.inbox + "/1.png")
      try Files.remove(winnow.inbox + "/2.png")
      // Changed with its time and size kept, so that only the bytes tell.
      let hidden = winnow.inbox + "/3.png"
      let status = try #require(Files.status(hidden))
      var bytes = try Files.read(hidden)
      bytes[bytes.count - 1] ^= 1
      let file = open(hidden, O_WRONLY)
      try #require(file >= 0 && pwrite(file, bytes, bytes.count, 0) == bytes.count)
      var times = [status.st_atim, status.st_mtim]
      try #require(futimens(file, &times) == 0)
      close(file)
      try winnow.waitUntilIdle()

      let answer = try winnow.control("replay")
      #expect(answer.status == 4, "\(answer.errors)")
      let reply: Reply = try answer.decode()
      #expect(
        Set(reply.refused.map { String($0.file.split(separator: "/").last ?? "") }) == ["1.png", "2.png", "3.png"])
      let after = Tree(winnow.inbox, winnow.output)
      #expect(reply.done + reply.refused.count >= 12)
      #expect(Set(after.paths(under: winnow.inbox)).isSuperset(of: [winnow.inbox + "/1.png", hidden]))
      #expect(after.files[winnow.output + "/red/0.xmp"]?.bytes == Array("sidecar".utf8))
      #expect(after.paths(under: winnow.output + "/green").count == 4)
      #expect(after.paths(under: winnow.output + "/_review") == [winnow.output + "/_review/10.png"])

      let undo = try winnow.control("undo", "--run", try #require(reply.run))
      #expect(undo.status == 0, "\(undo.errors)")
      let restored = Tree(winnow.inbox)
      for (path, file) in before.files where !["1.png", "2.png", "3.png"].contains(where: path.hasSuffix) {
        #expect(restored.files[path] == file, "\(path)")
      }
    }

    @Test("what changed and was decided about anew goes only where that is asked for")
    func revised() throws {
      let (winnow, _) = try decided()
      try Files.write(Picture.png(.blue, 99), to: winnow.inbox + "/1.png")
      try winnow.waitUntilIdle()
      let first: Reply = try winnow.control("replay").decode()
      #expect(first.refused.map(\.file) == [winnow.inbox + "/1.png"])
      #expect(first.refused.first?.reason.contains("--changed") == true)
      let answer = try winnow.control("replay", "--changed")
      #expect(answer.status == 0)
      #expect(Files.exists(winnow.output + "/blue/1.png"))
    }
  }
}
