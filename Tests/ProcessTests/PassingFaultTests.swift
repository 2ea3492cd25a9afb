import Glibc
import Testing

extension ProcessTests {
  @Suite struct PassingFaultTests {
    @Test(
      "onto a read-only file system a picture waits with a condition, and goes on by itself",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func readOnly() throws {
      let winnow = try Winnow()
      let mount = try winnow.mount(on: winnow.output)
      try winnow.start()
      try mount.makeReadOnly(true)
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitForCondition("output_fault")
      let answer = try winnow.control("wait", "--idle", "--timeout", "1")
      #expect(answer.status == 1)
      #expect(try answer.decode(WaitReply.self).waiting.map(\.file) == [winnow.inbox + "/a.png"])
      #expect(try winnow.status().state == "degraded")
      try mount.makeReadOnly(false)
      // Without being asked: by its own next attempt.
      try winnow.waitForFile(winnow.output + "/red/a.png")
      try winnow.waitForCondition("output_fault", holds: false)
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test(
      "onto a full file system pictures wait whole, and go on by themselves once there is room",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func full() throws {
      let winnow = try Winnow()
      _ = try winnow.mount(on: winnow.output, size: "256k")
      try winnow.start()
      let filler = winnow.output + "/filler"
      fill(filler)
      for number in 0..<20 { try winnow.put(Picture.png(.green, number), "\(number).png") }
      try winnow.waitForCondition("output_fault")
      let tree = Tree(winnow.inbox, winnow.output)
      for number in 0..<20 { #expect(tree.contents[Picture.png(.green, number)] == 1) }
      try Files.remove(filler)
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 20))
      #expect(Tree(winnow.inbox).files.isEmpty)
      #expect(Files.names(in: winnow.output + "/green").count == 20)
    }

    /// Writes until nothing more fits.
    private func fill(_ path: String) {
      let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      defer { close(file) }
      let bytes = [UInt8](repeating: 1, count: 4096)
      while write(file, bytes, bytes.count) > 0 {}
    }

    @Test("with a file where the output was, pictures wait, and go on by themselves once the folder is back")
    func outputReplaced() throws {
      let winnow = try Winnow()
      try winnow.start()
      try Files.rename(winnow.output, to: winnow.output + ".away")
      try Files.write(Array("a file".utf8), to: winnow.output)
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitForCondition("output_fault")
      #expect(Files.text(winnow.output) == "a file")
      try Files.remove(winnow.output)
      try Files.rename(winnow.output + ".away", to: winnow.output)
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.png"))
      #expect(try winnow.status().conditions.isEmpty)
    }

    @Test("an inbox that is missing at the start is not made, and is sorted once it appears")
    func inboxAppears() throws {
      let winnow = try Winnow()
      try winnow.start()
      try winnow.stop()
      try Files.remove(winnow.inbox)
      try winnow.start()
      try winnow.waitForCondition("inbox_away")
      #expect(!Files.exists(winnow.inbox))
      try Files.makeFolder(winnow.inbox)
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitForFile(winnow.output + "/red/a.png")
      try winnow.waitForCondition("inbox_away", holds: false)
    }

    @Test("an inbox that is renamed away is away, and what lies in it is sorted once it is back")
    func inboxRenamed() throws {
      let winnow = try Winnow()
      try winnow.start()
      let away = winnow.folder + "/renamed"
      try Files.rename(winnow.inbox, to: away)
      try winnow.waitForCondition("inbox_away")
      try Files.write(Picture.png(.blue, 1), to: away + "/a.png")
      try Files.rename(away, to: winnow.inbox)
      try winnow.waitForFile(winnow.output + "/blue/a.png")
      try winnow.waitForCondition("inbox_away", holds: false)
    }

    @Test("a folder that takes the inbox's place is sorted, and the old one is left alone")
    func inboxReplaced() throws {
      let winnow = try Winnow()
      try winnow.start()
      let old = winnow.folder + "/old"
      try Files.rename(winnow.inbox, to: old)
      try Files.makeFolder(winnow.inbox)
      try winnow.put(Picture.png(.blue, 1), "new.png")
      try Files.write(Picture.png(.blue, 2), to: old + "/old.png")
      try winnow.waitForFile(winnow.output + "/blue/new.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(old + "/old.png"))
      #expect(try winnow.counts() == .counted(sorted: 1))
    }

    @Test(
      "an inbox whose mount has gone is away: nothing is taken from the folder below it",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func inboxUnmounted() throws {
      let winnow = try Winnow()
      let mount = try winnow.mount(on: winnow.inbox)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/a.png"))
      try mount.detach()
      try winnow.waitForCondition("inbox_away")
      try winnow.put(Picture.png(.red, 2), "below.png")
      try winnow.control("rescan")
      #expect(try winnow.control("wait", "--idle", "--timeout", "3").status != 3)
      #expect(Files.names(in: winnow.inbox) == ["below.png"])
      try mount.attach()
      try winnow.put(Picture.png(.red, 3), "c.png")
      try winnow.waitForFile(winnow.output + "/red/c.png")
    }

    @Test(
      "an output whose mount has gone gets nothing: pictures wait, over a restart too, until it is mounted again",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func outputUnmounted() throws {
      let winnow = try Winnow()
      let mount = try winnow.mount(on: winnow.output)
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitUntilIdle()
      try mount.detach()
      try winnow.put(Picture.png(.red, 2), "b.png")
      try winnow.waitForCondition("output_fault")
      try winnow.stop()
      try winnow.start()
      try winnow.waitForCondition("output_fault")
      #expect(Files.names(in: winnow.output) == [], "nothing is written below the mount point")
      #expect(Files.exists(winnow.inbox + "/b.png"))
      try mount.attach()
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/red/b.png"))
    }
  }
}
