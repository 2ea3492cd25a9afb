import Glibc
import Testing

extension ProcessTests {
  @Suite struct ArrivalTests {
    enum Way: String, CaseIterable, CustomTestStringConvertible {
      case copied = "a copied picture"
      case renamedIntoPlace = "a picture renamed into place"
      case hardLinked = "a hard-linked picture"
      case intoNewFolder = "a picture in a folder made a moment before"
      case appendedSlowly = "a picture appended in pieces, with pauses longer than `settle`"
      case closedAndReopened = "a picture closed half-way and opened again"

      var testDescription: String { rawValue }
    }

    @Test("a picture is found sorted, byte for byte, however it arrives", arguments: Way.allCases)
    func arrives(_ way: Way) throws {
      let winnow = try Winnow()
      try winnow.start()
      let picture = Picture.png(.green, 7)
      try deliver(picture, way, to: winnow)
      try winnow.waitUntilIdle()
      let tree = Tree(winnow.inbox, winnow.output)
      #expect(tree.files.keys.sorted() == [winnow.output + "/green/a.png"], "\(winnow.log)")
      #expect(tree.contents == [picture: 1])
      #expect(try winnow.counts() == .counted(sorted: 1))
      try winnow.expectVerified(checked: 1)
      try winnow.stop()
    }

    private func deliver(_ picture: [UInt8], _ way: Way, to winnow: Winnow) throws {
      let path = winnow.inbox + "/a.png"
      let elsewhere = winnow.folder + "/elsewhere.png"
      switch way {
      case .copied: try Files.write(picture, to: path)
      case .renamedIntoPlace:
        try Files.write(picture, to: elsewhere)
        try Files.rename(elsewhere, to: path)
      case .hardLinked:
        try Files.write(picture, to: elsewhere)
        try #require(link(elsewhere, path) == 0)
      case .intoNewFolder:
        try Files.makeFolder(winnow.inbox + "/new")
        try Files.makeFolder(winnow.inbox + "/new/er")
        try Files.write(picture, to: winnow.inbox + "/new/er/a.png")
      case .appendedSlowly: try appendSlowly(picture, to: path)
      case .closedAndReopened:
        try Files.write(Array(picture.prefix(1000)), to: path)
        // Longer than it takes to settle: what ends early is given time.
        Deadline.pause(milliseconds: 600)
        #expect(Files.exists(path))
        try Files.append(Array(picture.dropFirst(1000)), to: path)
      }
    }

    private func appendSlowly(_ picture: [UInt8], to path: String) throws {
      let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      try #require(file >= 0)
      defer { close(file) }
      for start in stride(from: 0, to: picture.count, by: 1000) {
        try Files.write(Array(picture[start...].prefix(1000)), to: file, path)
        // Longer than it takes to settle: the open writer is what holds it back.
        Deadline.pause(milliseconds: 500)
        #expect(Files.exists(path))
      }
    }

    @Test("the daemon's watch tells of a sorted picture as it happens")
    func watch() throws {
      let winnow = try Winnow()
      try winnow.start()
      let events = winnow.folder + "/events"
      let watching = try Program(
        Programs.control, ["--socket", winnow.socket, "--json", "watch"], environment: ["HOME": winnow.folder],
        output: events)
      var number = 0
      // One picture after the other, until one comes after the watch has begun.
      try Deadline(seconds: 60).wait(for: "an event", pause: 300) {
        number += 1
        try winnow.put(Picture.png(.blue, number), "\(number).png")
        return Files.text(events).contains("\"sorted\"")
      }
      #expect(watching.isRunning)
      #expect(Files.text(events).split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.contains("\"schema\":1") })
    }

    @Test("names that say that a file is unfinished or hidden are left alone until they are renamed")
    func unfinishedNames() throws {
      let winnow = try Winnow()
      try winnow.start()
      for (number, name) in [".hidden.png", "b.png.part", "c.png~", "d.crdownload"].enumerated() {
        try winnow.put(Picture.png(.red, number), name)
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted())
      #expect(Files.names(in: winnow.inbox).count == 4)
      try Files.rename(winnow.inbox + "/b.png.part", to: winnow.inbox + "/b.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/b.png"))
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test("pictures that the model is not sure of go to review, and from there where a person says")
    func review() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.put(Picture.undecided(1), "a.png")
      try winnow.waitUntilIdle()
      let place = winnow.output + "/_review/a.png"
      #expect(Files.exists(place))
      #expect(try winnow.counts() == .counted(review: 1))
      #expect(try winnow.control("review", "set", place, "blue").status == 0)
      #expect(Files.exists(winnow.output + "/blue/a.png"))
      #expect(try winnow.history(winnow.inbox + "/a.png").map(\.outcome).sorted() == ["corrected", "review"])
    }
  }
}
