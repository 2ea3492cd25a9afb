import Glibc
import Testing

extension ProcessTests {
  @Suite struct RestTests {
    /// A time zone in which the clock on the wall shows so many seconds before 22:00 now.
    private func zone(secondsBeforeTen seconds: Int) -> String {
      var offset = (22 * 3600 - seconds - time(nil) % 86_400) % 86_400
      if offset > 43_200 { offset -= 86_400 }
      if offset < -43_200 { offset += 86_400 }
      // POSIX counts what has to be added to come to UTC.
      let (sign, size) = offset > 0 ? ("-", offset) : ("", -offset)
      let parts = [size / 3600, size / 60 % 60, size % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      return "WIN" + sign + parts.joined(separator: ":")
    }

    @Test("outside its hours an inbox is watched and rests, and its pictures are sorted once they begin")
    func before() throws {
      let winnow = try Winnow(["hours: \"22:00-06:00\""])
      try winnow.start(environment: ["TZ": zone(secondsBeforeTen: 12)])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try Deadline(seconds: 8).wait(for: "the picture to be seen: \(winnow.log)") {
        try winnow.counts().settling == 1
      }
      let status = try winnow.status()
      #expect(status.state == "ready" && status.conditions.isEmpty)
      #expect(status.inboxes.first?.state == "resting")
      #expect(status.inboxes.first?.notes.first == "outside its hours until 22:00")
      let waiting: WaitReply = try winnow.control("wait", "--idle", "--timeout", "1").decode()
      #expect(waiting.waiting.map(\.reason) == ["outside its hours until 22:00"])
      #expect(Files.exists(winnow.inbox + "/a.png"))
      // Nobody asks: the clock on the wall alone.
      try winnow.waitForFile(winnow.output + "/red/a.png", seconds: 30)
      #expect(try winnow.status().inboxes.first?.state == "watching")
    }

    @Test("when the hours end nothing new is begun, and what a person asks for is done all the same")
    func after() throws {
      let winnow = try Winnow(["hours: \"10:00-22:00\""])
      try winnow.start(environment: ["TZ": zone(secondsBeforeTen: 8)])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitForFile(winnow.output + "/red/a.png", seconds: 7)
      try Deadline(seconds: 20).wait(for: "the hours to end") {
        try winnow.status().inboxes.first?.state == "resting"
      }
      try winnow.put(Picture.png(.green, 2), "b.png")
      try Deadline(seconds: 8).wait(for: "the picture to be seen") { try winnow.counts().settling == 1 }
      #expect(try winnow.control("undo", "--all").status == 0)
      #expect(Files.exists(winnow.inbox + "/a.png"))
      #expect(try winnow.control("redo").status == 0)
      #expect(Files.exists(winnow.output + "/red/a.png"))
      let elsewhere = winnow.folder + "/elsewhere"
      try Files.makeFolder(elsewhere)
      try Files.write(Picture.png(.blue, 3), to: elsewhere + "/c.png")
      let sort = try winnow.control("sort", elsewhere, "--output", winnow.folder + "/sorted", "--model", "colours")
      #expect(sort.status == 0, "\(sort.errors)")
      #expect(Files.exists(winnow.folder + "/sorted/blue/c.png"))
      #expect(Files.exists(winnow.inbox + "/b.png"), "it waits")
      // A reload without hours sets it free at once.
      try winnow.writeConfiguration([
        "engine: {threads: 1}", "inboxes:", "  camera:", "    path: \(winnow.inbox)", "    output: \(winnow.output)",
        "    model: colours", "    settle: 300ms",
      ])
      #expect(try winnow.control("reload").status == 0)
      try winnow.waitUntilIdle()
      #expect(Files.exists(winnow.output + "/green/b.png"))
    }

    @Test(
      "with nothing but pictures that wait for their hours, the inbox can be unmounted",
      .enabled(if: Machine.canMount, "mounting a tmpfs needs root"))
    func letGo() throws {
      let winnow = try Winnow(["hours: \"22:00-06:00\""])
      let mount = try winnow.mount(on: winnow.inbox)
      try winnow.start(environment: ["TZ": zone(secondsBeforeTen: 3600)])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try Deadline(seconds: 8).wait(for: "the picture to be seen: \(winnow.log)") {
        try winnow.counts().settling == 1
      }
      try mount.detach()
      try winnow.waitForCondition("inbox_away")
    }

    @Test(
      "on battery sorting waits and says so, and goes on by itself on mains",
      .enabled(if: Machine.canMount, "a power supply of its own needs root"))
    func battery() throws {
      let winnow = try Winnow(engine: "pause_on_battery: yes")
      let supplies = winnow.folder + "/class/power_supply"
      for folder in [winnow.folder + "/class", supplies, supplies + "/AC", supplies + "/BAT0"] {
        try Files.makeFolder(folder)
      }
      func set(_ file: String, _ text: String) throws {
        try Files.write(Array((text + "\n").utf8), to: supplies + file)
      }
      try set("/AC/type", "Mains")
      try set("/AC/online", "0")
      try set("/BAT0/type", "Battery")
      try set("/BAT0/status", "Discharging")
      try winnow.start(under: [
        "unshare", "-m", "sh", "-c", "mount --bind \(winnow.folder)/class /sys/class && exec \"$@\"", "sh",
      ])
      try winnow.put(Picture.png(.red, 1), "a.png")
      try Deadline(seconds: 20).wait(for: "sorting to wait: \(winnow.log)") {
        try winnow.status().state == "paused"
      }
      #expect(try winnow.status().inboxes.first?.notes.first == "on battery, paused")
      #expect(try winnow.status().conditions.isEmpty)
      let waiting: WaitReply = try winnow.control("wait", "--idle", "--timeout", "1").decode()
      #expect(waiting.waiting.map(\.reason) == ["on battery, paused"])
      #expect(Files.exists(winnow.inbox + "/a.png"))
      try set("/AC/online", "1")
      try set("/BAT0/status", "Charging")
      // By its own next look, a minute after the last.
      try winnow.waitForFile(winnow.output + "/red/a.png", seconds: 90)
      #expect(try winnow.status().state == "ready")
    }

    @Test("the worker has the priority that the configuration gives it")
    func nice() throws {
      let winnow = try Winnow(engine: "nice: 7")
      try winnow.start()
      try winnow.put(Picture.png(.red, 1), "a.png")
      try winnow.waitUntilIdle()
      let worker = try #require(winnow.children("winnow-worker").first)
      #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(worker.pid)) == 7)
      #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(winnow.pid)) == 0)
    }
  }
}
