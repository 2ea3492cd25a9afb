import FoundationEssentials
import Glibc
import Testing
import WinnowCore
import WinnowFiles

extension ProcessTests {
  @Suite struct HookTests {
    private struct Event: Decodable {
      var id: Int64
      var schema: Int
      var event: String
      var file: String
      var `class`: String?
      var inbox: String
    }

    private func events(_ messages: [HookReceiver.Message]) throws -> [Event] {
      try messages.map { try JSONDecoder().decode(Event.self, from: Data($0.body)) }
    }

    /// Lines that a hook's program wrote.
    private func events(in file: String) throws -> [Event] {
      try Files.text(file).split(separator: "\n").map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
    }

    private func put(_ count: Int, from first: Int = 0, to winnow: Winnow) throws {
      for number in first..<(first + count) {
        try winnow.put(Picture.png(Picture.Colour.allCases[number % 5], number), "\(number).png")
      }
    }

    @Test("a webhook that is away and then answers 500 hears of each picture, in order and signed, whatever is killed")
    func webhook() throws {
      let folder = try TemporaryFolder()
      let key = folder.path + "/hook.key"
      let secret = "a key that nobody else has"
      try Files.write(Array((secret + "\n").utf8), to: key)
      try #require(chmod(key, 0o600) == 0)
      let receiver = try HookReceiver()
      defer { receiver.stop() }
      let winnow = try Winnow(top: ["hooks: {webhook: {url: \"\(receiver.url)\", secret_file: \(key)}}"])
      try winnow.start()
      try put(6, to: winnow)
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 6))
      try winnow.waitForCondition("webhook_failing")
      #expect(try winnow.status().hooks?.map(\.waiting) == [6])
      #expect(try winnow.status().state == "ready")
      #expect(!(try winnow.control("config", "show").text.contains(secret)))

      try winnow.crash()
      try winnow.start()
      try put(6, from: 6, to: winnow)
      try winnow.waitUntilIdle()
      try receiver.open { $0 < 3 ? 500 : 200 }
      try Deadline(seconds: 60).wait(for: "twelve events: \(winnow.log)") {
        Set(receiver.taken.map(\.body)).count == 12
      }
      try winnow.waitForCondition("webhook_failing", holds: false)
      try Deadline(seconds: 30).wait(for: "the outbox to be empty") { try winnow.status().hooks?.first?.waiting == 0 }

      for message in receiver.received {
        let expected = "sha256=" + KeyedDigest.sha256(of: message.body, key: Array(secret.utf8)).hex
        #expect(message.fields["x-winnow-signature"] == expected)
        #expect(message.fields["content-type"] == "application/json")
      }
      let told = try events(receiver.taken)
      #expect(told.allSatisfy { $0.schema == 1 && $0.event == "sorted" && $0.inbox == "camera" })
      #expect(told.map(\.id) == told.map(\.id).sorted())
      #expect(Set(told.map(\.file)).count == 12)
      #expect(told.allSatisfy { Files.exists($0.file) && $0.file.contains("/\($0.class ?? "")/") })
    }

    @Test("events arrive at least once and in order while the daemon is killed again and again")
    func killed() throws {
      let receiver = try HookReceiver()
      defer { receiver.stop() }
      try receiver.open()
      let winnow = try Winnow(top: ["hooks: {webhook: {url: \"\(receiver.url)\"}}"])
      try winnow.start()
      for round in 0..<4 {
        try put(10, from: 10 * round, to: winnow)
        // The moment of the kill is the point of the test.
        Deadline.pause(milliseconds: 350 + 150 * round)
        try winnow.crash()
        try winnow.start()
      }
      try winnow.waitUntilIdle()
      try Deadline(seconds: 60).wait(for: "forty events: \(winnow.log)") { Set(receiver.taken.map(\.body)).count == 40 }
      // Twice is allowed; for the first time each comes in its turn.
      var seen: Set<Int64> = []
      let firsts = try events(receiver.taken).map(\.id).filter { seen.insert($0).inserted }
      #expect(firsts == firsts.sorted())
      #expect(firsts.count == 40)
    }

    @Test("a program that hangs holds back no move; another in its place hears of everything, in order")
    func hangingProgram() throws {
      let folder = try TemporaryFolder()
      let begun = folder.path + "/begun"
      let told = folder.path + "/told"
      func hooks(_ script: String) -> [String] {
        ["hooks:", "  on_sorted: [\"/bin/sh\", \"-c\", \"\(script)\"]"]
      }
      let winnow = try Winnow(top: hooks("touch \(begun); sleep 1000"))
      try winnow.start()
      try put(1, to: winnow)
      try winnow.waitForFile(begun)
      try put(9, from: 1, to: winnow)
      try winnow.waitUntilIdle()
      #expect(try winnow.counts() == .counted(sorted: 10))
      #expect(try winnow.status().hooks?.map(\.waiting) == [10])

      let text = Files.text(winnow.configuration)
      let changed = text.replacing("touch \(begun); sleep 1000", with: "cat >> \(told)")
      try Files.write(Array(changed.utf8), to: winnow.configuration)
      #expect(try winnow.control("reload").status == 0)
      try Deadline(seconds: 60).wait(for: "ten events: \(winnow.log)") { try events(in: told).count == 10 }
      let ids = try events(in: told).map(\.id)
      #expect(ids == ids.sorted())
      #expect(Set(ids).count == 10)
    }

    @Test("a program that hangs holds up neither the webhook nor the daemon's end, and is told again after it")
    func apart() throws {
      let folder = try TemporaryFolder()
      let told = folder.path + "/told"
      let receiver = try HookReceiver()
      defer { receiver.stop() }
      try receiver.open()
      let winnow = try Winnow(
        top: [
          "hooks:", "  on_sorted: [\"/bin/sh\", \"-c\", \"cat >> \(told); sleep 1000\"]",
          "  webhook: {url: \"\(receiver.url)\"}",
        ])
      try winnow.start()
      try put(5, to: winnow)
      try winnow.put(Picture.undecided(5), "undecided.png")
      try winnow.waitUntilIdle()
      try Deadline(seconds: 30).wait(for: "six events: \(winnow.log)") { Set(receiver.taken.map(\.body)).count == 6 }
      #expect(try Set(events(receiver.taken).map(\.event)) == ["sorted", "review"])
      try Deadline(seconds: 30).wait(for: "the program: \(winnow.log)") { try events(in: told).count == 1 }
      try winnow.stop()
      try winnow.start()
      try Deadline(seconds: 30).wait(for: "the program again: \(winnow.log)") { try events(in: told).count == 2 }
      #expect(try Set(events(in: told).map(\.id)).count == 1)
      #expect(Set(receiver.taken.map(\.body)).count == 6)
    }

    @Test("a program that is missing is a condition, and is told of everything once it is there")
    func missingProgram() throws {
      let folder = try TemporaryFolder()
      let program = folder.path + "/notify"
      let told = folder.path + "/told"
      let winnow = try Winnow(top: ["hooks: {on_sorted: [\"\(program)\", \"\(told)\"]}"])
      try winnow.start()
      try put(2, to: winnow)
      try winnow.put(Picture.undecided(3), "undecided.png")
      try winnow.waitUntilIdle()
      try winnow.waitForCondition("hook_failing")
      let condition = try #require(try winnow.status().conditions.first { $0.code == "hook_failing" })
      #expect(condition.text.contains(program))
      #expect(!condition.remedy.isEmpty)
      #expect(try winnow.control("doctor").text.contains("\(program) of hooks.on_sorted cannot be run"))
      let script = "#!/bin/sh\n{ cat; } >> \"$1\"\necho \"$WINNOW_CLASS\" >> \"$1.classes\"\n[ -n \"$HOME\" ]\n"
      try Files.write(Array(script.utf8), to: program + ".new")
      try #require(chmod(program + ".new", 0o755) == 0)
      try Files.rename(program + ".new", to: program)
      try winnow.waitForCondition("hook_failing", holds: false)
      #expect(try events(in: told).map(\.event) == ["sorted", "sorted"])
      #expect(Set(Files.text(told + ".classes").split(separator: "\n")) == ["red", "yellow"])
      try winnow.stop()
    }

    @Test("a key that everybody may read is refused with the remedy, at the start and by config check")
    func openKey() throws {
      let folder = try TemporaryFolder()
      let key = folder.path + "/hook.key"
      try Files.write(Array("secret\n".utf8), to: key)
      try #require(chmod(key, 0o644) == 0)
      let winnow = try Winnow(top: ["hooks: {webhook: {url: \"http://127.0.0.1:1/\", secret_file: \(key)}}"])
      let check = try winnow.control("config", "check", winnow.configuration)
      #expect(check.status == 1)
      #expect(check.text.contains("everybody may use the key"))
      let daemon = try winnow.launch()
      #expect(try daemon.wait(seconds: 30) != 0)
      #expect(winnow.log.contains("chmod 640 \(key)"))
    }

    @Test("figures come as Prometheus reads them, over the socket and to a session of the page")
    func metrics() throws {
      let receiver = try HookReceiver()
      let winnow = try Winnow(
        top: ["http: {listen: 127.0.0.1:0}", "hooks: {webhook: {url: \"\(receiver.url)\"}}"])
      try winnow.start()
      try put(5, to: winnow)
      try winnow.waitUntilIdle()
      let text = try winnow.control("metrics").text
      for line in [
        "winnow_pictures{inbox=\"camera\",state=\"sorted\"} 5", "winnow_outcomes_total{outcome=\"sorted\"} 5",
        "winnow_hook_waiting_events{target=\"webhook\"} 5", "winnow_degraded 0", "# TYPE winnow_outcomes_total counter",
      ] {
        #expect(text.contains("\n\(line)\n"), "\(line) is missing: \(text)")
      }
      let answer = try WebClient(winnow).get("/v1/metrics")
      #expect(answer.status == 200)
      #expect(answer.head.contains("Content-Type: text/plain; version=0.0.4"))
      var client = try WebClient(winnow)
      client.token = nil
      #expect(try client.get("/v1/metrics").status == 401)
    }
  }
}
