import Glibc
import Testing
import WinnowCore
import WinnowTestSupport

extension ProcessTests {
  @Suite struct KillingTests {
    @Test("pictures that arrive while daemon and worker are killed at random are each in exactly one place")
    func killedAtRandom() throws {
      let winnow = try Winnow()
      try sortWhileKilling(winnow, seed: 20_260_301)
    }

    @Test(
      "the same holds when the output lies on another file system",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func killedAtRandomAcrossFileSystems() throws {
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.output)
      try sortWhileKilling(winnow, seed: 42)
    }

    private func sortWhileKilling(_ winnow: Winnow, seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      let kills = 20
      let batch = 15
      var pictures: [[UInt8]] = []
      try winnow.start()
      for kill in 0..<kills {
        for _ in 0..<batch {
          let number = pictures.count
          let picture = Picture.png(Picture.Colour.allCases[number % 5], number)
          pictures.append(picture)
          try deliver(picture, number, to: winnow, &random)
        }
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: .random(in: 0..<400, using: &random))
        switch kill % 4 {
        case 0, 2: for worker in winnow.children("winnow-worker") { worker.send(SIGKILL) }
        case 1:
          try winnow.crash()
          try winnow.start()
        default:
          for worker in winnow.children("winnow-worker") { worker.send(SIGKILL) }
          try winnow.crash()
          try winnow.start()
        }
      }
      try winnow.waitUntilIdle()
      let tree = Tree(winnow.inbox, winnow.output)
      let expected = Dictionary(uniqueKeysWithValues: pictures.map { ($0, 1) })
      #expect(tree.contents == expected, "seed \(seed): \(winnow.log)")
      #expect(tree.paths(under: winnow.inbox) == [])
      #expect(tree.paths(under: winnow.output + "/_quarantine") == [])
      #expect(try winnow.counts() == .counted(sorted: pictures.count))
      try winnow.expectVerified(checked: pictures.count)
      let sorted = try winnow.history().filter { $0.outcome == "sorted" }
      #expect(sorted.count == pictures.count)
    }

    private func deliver(
      _ picture: [UInt8], _ number: Int, to winnow: Winnow, _ random: inout SeededGenerator
    ) throws {
      let path = winnow.inbox + "/\(number).png"
      let elsewhere = winnow.folder + "/\(number).elsewhere"
      switch Int.random(in: 0..<5, using: &random) {
      case 0: try Files.write(picture, to: path)
      case 1:
        try Files.write(picture, to: elsewhere)
        try Files.rename(elsewhere, to: path)
      case 2:
        try Files.write(picture, to: elsewhere)
        try #require(link(elsewhere, path) == 0)
        try Files.remove(elsewhere)
      case 3:
        try Files.makeFolder(winnow.inbox + "/folder-\(number)")
        try Files.write(picture, to: winnow.inbox + "/folder-\(number)/\(number).png")
      default:
        let half = picture.count / 2
        try Files.write(Array(picture[..<half]), to: path)
        try Files.append(Array(picture[half...]), to: path)
      }
    }
  }
}
