import Glibc
import Testing

extension ProcessTests {
  @Suite(
    .enabled(if: Machine.nobodyCanRunDaemon, "a daemon without root's rights needs root and setpriv to begin with"))
  struct RightsTests {
    /// Folders that belong to `nobody`, below one that does not.
    private func foldersOfNobody(mode: mode_t) throws -> Winnow {
      let winnow = try Winnow()
      #expect(try Program("chown", ["-R", "65534:65534", winnow.folder]).wait(seconds: 60) == 0)
      try #require(chmod(winnow.parent, mode) == 0)
      return winnow
    }

    @Test("other people's uploads are moved where rights allow; the rest waits with the reason, and goes on by itself")
    func uploads() throws {
      let winnow = try foldersOfNobody(mode: 0o755)
      try winnow.start(under: Machine.asNobody)
      let sticky = winnow.inbox + "/sticky"
      let closed = winnow.inbox + "/closed"
      try winnow.put(Picture.png(.red, 1), "open.png")
      try winnow.put(Picture.png(.red, 2), "private.png")
      try #require(chmod(winnow.inbox + "/private.png", 0o600) == 0)
      try Files.makeFolder(sticky)
      try #require(chmod(sticky, 0o1777) == 0)
      try winnow.put(Picture.png(.red, 3), "sticky/a.png")
      try Files.makeFolder(closed)
      try winnow.put(Picture.png(.red, 4), "closed/b.png")
      try #require(chmod(closed, 0o700) == 0)
      try winnow.waitForFile(winnow.output + "/red/open.png")
      let answer = try winnow.control("wait", "--idle", "--timeout", "2")
      #expect(answer.status == 1)
      let waiting = try answer.decode(WaitReply.self).waiting.map(\.file)
      #expect(Set(waiting) == [winnow.inbox + "/private.png", sticky + "/a.png"])
      for file in waiting { #expect(try winnow.history(file).first?.outcome == "failed") }
      #expect(try winnow.status().holds("inbox_unreadable"))

      for path in [winnow.inbox + "/private.png", sticky, closed] { try #require(chmod(path, 0o777) == 0) }
      for name in ["private.png", "a.png", "b.png"] { try winnow.waitForFile(winnow.output + "/red/" + name) }
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 4))
    }

    @Test("a folder that is closed before its picture has settled is looked into again once it is opened up")
    func closedWhileSettling() throws {
      let winnow = try foldersOfNobody(mode: 0o755)
      try winnow.start(under: Machine.asNobody)
      let closed = winnow.inbox + "/closed"
      try Files.makeFolder(closed)
      try #require(chmod(closed, 0o777) == 0)
      try winnow.put(Picture.png(.green, 1), "closed/a.png")
      // Its events are heard from here on.
      try winnow.waitForFile(winnow.output + "/green/a.png")
      try winnow.put(Picture.png(.green, 2), "closed/b.png")
      try #require(chmod(closed, 0o700) == 0)
      try winnow.waitForCondition("inbox_unreadable")
      try #require(chmod(closed, 0o777) == 0)
      try winnow.waitForFile(winnow.output + "/green/b.png")
      #expect(try winnow.counts() == .counted(sorted: 2))
    }

    @Test("a folder above the roots that could not be read is no mount point, and being opened up changes nothing")
    func closedParent() throws {
      let winnow = try foldersOfNobody(mode: 0o711)
      try winnow.start(under: Machine.asNobody)
      try winnow.put(Picture.png(.blue, 1), "a.png")
      try winnow.waitForFile(winnow.output + "/blue/a.png")
      try winnow.stop()
      try #require(chmod(winnow.parent, 0o755) == 0)
      try winnow.start(under: Machine.asNobody)
      try winnow.put(Picture.png(.blue, 2), "b.png")
      try winnow.waitUntilIdle()
      #expect(try winnow.status().conditions.map(\.code) == [])
      #expect(Files.exists(winnow.output + "/blue/b.png"))
    }
  }
}
