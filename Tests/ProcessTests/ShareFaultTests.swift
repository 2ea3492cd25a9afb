import Glibc
import Testing

extension ProcessTests {
  /// Shares that are in trouble for a while.
  @Suite(.enabled(if: UserFileSystem.hasFaulty, "it needs root, /dev/fuse and libfuse3-dev"))
  struct ShareFaultTests {
    struct Fault: CustomTestStringConvertible, Sendable {
      var testDescription: String
      var errno: Int32
      var calls: [String] = []
    }

    private func put(_ count: Int, into winnow: Winnow) throws -> [[UInt8]: Int] {
      var contents: [[UInt8]: Int] = [:]
      for number in 0..<count {
        let picture = Picture.png(.green, number)
        try winnow.put(picture, "\(number).png")
        contents[picture] = 1
      }
      return contents
    }

    @Test(
      "an output that fails for a while is named, and pictures wait whole and go on by themselves",
      arguments: [
        Fault(testDescription: "stale", errno: ESTALE),
        Fault(testDescription: "an error of the disk at each write", errno: EIO, calls: ["write"]),
        Fault(testDescription: "full at each write", errno: ENOSPC, calls: ["write", "create"]),
        Fault(testDescription: "not connected", errno: ENOTCONN),
        Fault(testDescription: "renames time out", errno: ETIMEDOUT, calls: ["rename"]),
        Fault(testDescription: "an error that nobody knows, at each new file", errno: EBADE, calls: ["create"]),
      ])
    func output(_ fault: Fault) throws {
      let winnow = try Winnow()
      let share = try winnow.share(.faulty([]), on: winnow.output)
      try winnow.start()
      try share.fail(fault.errno, fault.calls)
      let pictures = try put(10, into: winnow)
      try winnow.waitForCondition("output_fault")
      #expect(try winnow.status().state == "degraded")
      #expect(Tree(winnow.inbox).contents == pictures)
      // Long enough for a second attempt.
      let waiting = try winnow.control("wait", "--idle", "--timeout", "4")
      #expect(waiting.status == 1)
      #expect(Tree(winnow.inbox).contents == pictures)
      try share.recover()
      // Nobody asks.
      try winnow.waitForFile(winnow.inbox + "/0.png", exists: false, seconds: 100)
      try Deadline(seconds: 100).wait(for: "all to be sorted: \(winnow.log)", pause: 200) {
        Files.names(in: winnow.inbox).isEmpty
      }
      try winnow.waitForCondition("output_fault", holds: false)
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.output).contents == pictures)
      #expect(try winnow.counts() == .counted(sorted: 10))
      #expect(try winnow.status().conditions.isEmpty)
    }

    @Test("a picture whose bytes cannot be read waits and is named, and is sorted once they can be")
    func unreadable() throws {
      let winnow = try Winnow(["poll: 1s"])
      let share = try winnow.share(.faulty([]), on: winnow.inbox)
      try winnow.start()
      try share.fail(EIO, ["read"])
      let pictures = try put(3, into: winnow)
      try winnow.waitForCondition("picture_unreadable")
      #expect(try winnow.counts().failed > 0)
      let row = try #require(try winnow.history().last)
      #expect(row.outcome == "failed" && row.reason.contains("Input/output error"))
      try share.recover()
      try winnow.waitForCondition("picture_unreadable", holds: false, seconds: 60)
      try winnow.waitUntilIdle()
      #expect(Tree(winnow.output).contents == pictures)
      #expect(try winnow.counts() == .counted(sorted: 3))
      // What is no picture is told from that at once, and for good.
      try winnow.put(Array("not a picture".utf8), "text.jpg")
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 3, left: 1))
    }

    @Test(
      "an inbox that fails as a whole is away or unreadable for as long, and then sorted",
      arguments: [
        Fault(testDescription: "stale", errno: ESTALE),
        Fault(testDescription: "not connected", errno: ENOTCONN),
        Fault(testDescription: "an error of the disk", errno: EIO),
        Fault(testDescription: "its folders cannot be listed", errno: EIO, calls: ["readdir"]),
      ])
    func inbox(_ fault: Fault) throws {
      let winnow = try Winnow(["poll: 1s"])
      let share = try winnow.share(.faulty([]), on: winnow.inbox)
      try winnow.start()
      let first = try put(2, into: winnow)
      try winnow.waitUntilIdle()
      try winnow.put(Picture.png(.red, 7), "later.png")
      try share.fail(fault.errno, fault.calls)
      try Deadline(seconds: 30).wait(for: "the inbox to be named: \(winnow.log)", pause: 100) {
        let status = try winnow.status()
        return status.holds("inbox_away") || status.holds("inbox_unreadable")
      }
      #expect(try winnow.status().state == "degraded")
      try share.recover()
      try winnow.waitForFile(winnow.output + "/red/later.png", seconds: 60)
      try Deadline(seconds: 60).wait(for: "the conditions to pass: \(winnow.log)", pause: 200) {
        try winnow.status().state == "ready"
      }
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 3))
      #expect(Tree(winnow.output).contents.count == first.count + 1)
    }

    @Test("an inbox that comes and goes is polled, away, and sorted each time it is back; what is held stays held")
    func comesAndGoes() throws {
      let winnow = try Winnow(["poll: 1s"])
      let share = try winnow.share(.faulty(["own_inodes"]), on: winnow.inbox)
      try winnow.start()
      #expect(try winnow.status().inboxes.first?.source == "poll")
      _ = try put(4, into: winnow)
      try winnow.waitUntilIdle()
      #expect(try winnow.control("undo", winnow.output + "/green/0.png").status == 0)
      for round in 0..<3 {
        try share.detach()
        try winnow.waitForCondition("inbox_away")
        try share.attach()
        try winnow.put(Picture.png(.blue, 10 + round), "round-\(round).png")
        try winnow.waitForFile(winnow.output + "/blue/round-\(round).png", seconds: 60)
        try winnow.waitForCondition("inbox_away", holds: false)
      }
      try winnow.waitUntilIdle()
      #expect(Files.names(in: winnow.inbox) == ["0.png"])
      #expect(try winnow.counts() == .counted(sorted: 6, left: 1))
    }

    @Test("a share whose server dies is away, and sorted once it is mounted again")
    func serverDies() throws {
      let winnow = try Winnow(["poll: 1s"])
      let share = try winnow.share(.faulty([]), on: winnow.inbox)
      try winnow.start()
      _ = try put(2, into: winnow)
      try winnow.waitUntilIdle()
      try share.die()
      try winnow.waitForCondition("inbox_away")
      share.clear()
      try share.attach()
      try winnow.put(Picture.png(.blue, 5), "later.png")
      try winnow.waitForFile(winnow.output + "/blue/later.png", seconds: 60)
      try winnow.waitForCondition("inbox_away", holds: false)
      #expect(try winnow.status().conditions.isEmpty)
    }
  }
}
