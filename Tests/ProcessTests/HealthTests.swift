import Glibc
import Testing

extension ProcessTests {
  @Suite struct HealthTests {
    private struct Doctor: Decodable {
      struct Check: Decodable {
        var code: String
        var state: String
        var inbox: String?
      }
      var checks: [Check]
    }

    @Test("status counts what comes and what is decided about, and names what has waited for longest")
    func rates() throws {
      let winnow = try Winnow()
      try winnow.start()
      for number in 0..<7 { try winnow.put(Picture.png(.red, number), "\(number).png") }
      try Files.write(Array("a sidecar".utf8), to: winnow.inbox + "/0.xmp")
      try winnow.waitUntilIdle()
      let health = try #require(try winnow.status().inboxes.first).health
      #expect(health.arrived.hour == 8 && health.decided.hour == 8)
      #expect(health.oldest == nil && health.overflows == 0 && health.heard == nil)

      #expect(try winnow.control("pause").status == 0)
      try winnow.put(Picture.png(.green, 8), "waits.png")
      try Deadline(seconds: 20).wait(for: "the picture that waits to be named") {
        try winnow.status().inboxes.first?.health.oldest == winnow.inbox + "/waits.png"
      }
    }

    @Test("doctor makes a file in the inbox, hears of it, and takes it away")
    func probe() throws {
      let winnow = try Winnow()
      try winnow.start()
      let doctor: Doctor = try winnow.control("doctor").decode()
      #expect(doctor.checks.contains { $0.code == "watch" && $0.state == "ok" && $0.inbox == "camera" })
      #expect(try winnow.status().inboxes.first?.health.heard == true)
      #expect(Files.names(in: winnow.inbox).isEmpty)
    }

    @Test("doctor says where no event comes")
    func deaf() throws {
      let winnow = try Winnow()
      try winnow.start()
      for watch in winnow.children("winnow-watch") { watch.send(SIGSTOP) }
      let doctor: Doctor = try winnow.control("doctor").decode()
      #expect(doctor.checks.contains { $0.code == "watch" && $0.state == "failed" && $0.inbox == "camera" })
      #expect(try winnow.status().inboxes.first?.health.heard == false)
      for watch in winnow.children("winnow-watch") { watch.send(SIGCONT) }
    }
  }
}
