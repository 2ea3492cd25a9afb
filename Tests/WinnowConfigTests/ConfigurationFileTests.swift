import SystemPackage
import Testing
import WinnowConfig
import WinnowCore

@Suite struct ConfigurationFileTests {
  @Test(
    "an empty file, comments alone and empty sections mean the defaults and no inboxes",
    arguments: ["", "\n\n", "# nothing\n", "---\n", "socket:\nhttp:\nengine:\ntraining: {}\nhooks:\ninboxes:\n", "~"])
  func empty(text: String) throws {
    let configuration = try load(text).configuration
    #expect(configuration.inboxes.isEmpty)
    #expect(configuration.http.listen == nil)
    #expect(configuration.socket == (try load("").configuration.socket))
    #expect(configuration.socket.mode == 0o600)
    #expect(configuration.engine.threads == nil)
    #expect(configuration.engine.idleExit == .seconds(60))
    #expect(configuration.engine.memoryLimit == 2 << 30)
    #expect(configuration.engine.nice == 0 && !configuration.engine.pauseOnBattery)
    #expect(configuration.training.memoryLimit == 8 << 30)
    #expect(configuration.training.nice == 15)
    #expect(configuration.hooks.webhook == nil)
  }

  @Test("the design's example loads, with a warning for each key that has no effect yet")
  func designExample() throws {
    let loaded = try load(
      """
      socket: {mode: "0660", group: winnow}     # of a socket that systemd hands over, the socket unit decides
      http: {listen: 127.0.0.1:8484}            # absent: no TCP at all
      engine: {device: auto, precision: auto, threads: auto, idle_exit: 60s, memory_limit: 2GiB}
      training: {device: auto, memory_limit: 8GiB, nice: 15}
      hooks: {on_sorted: ["/usr/local/bin/notify"], webhook: {url: "http://127.0.0.1:9000/", secret_file: /etc/winnow/hook.key}}
      inboxes:
        camera:
          path: /srv/camera/inbox
          output: /srv/camera/sorted
          model: flowers                        # NAME, or NAME@VERSION to pin
          threshold: 0.80                       # or auto(error=1%)
          review: /srv/camera/review            # default: OUTPUT/_review;  quarantine: OUTPUT/_quarantine
          template: "{class}"
          action: move
          settle: 2s
          recursive: true
          duplicates: keep
      """)
    let configuration = loaded.configuration
    #expect(configuration.socket.mode == 0o660)
    #expect(configuration.socket.group == "winnow")
    #expect(configuration.http.listen?.description == "127.0.0.1:8484")
    #expect(configuration.hooks.onSorted == ["/usr/local/bin/notify"])
    #expect(configuration.hooks.webhook?.url == "http://127.0.0.1:9000/")
    #expect(configuration.hooks.webhook?.secretFile == "/etc/winnow/hook.key")
    let inbox = try #require(configuration.inboxes.first)
    #expect(inbox.name == "camera")
    #expect(inbox.path == "/srv/camera/inbox")
    #expect(inbox.model == ModelReference(name: "flowers", version: nil))
    #expect(inbox.threshold == .fixed(0.8))
    #expect(inbox.review == "/srv/camera/review")
    #expect(inbox.quarantine == "/srv/camera/sorted/_quarantine")
    #expect(inbox.template.text == "{class}")
    #expect(inbox.settle == .seconds(2))
    #expect(
      loaded.warnings.map(\.key) == [
        "training.device"
      ])
    #expect(loaded.warnings.allSatisfy { $0.message.contains("no effect in this version") })
    #expect(loaded.warnings[0].line == 4)
  }

  @Test("an inbox follows the defaults where it says nothing")
  func inboxDefaults() throws {
    let inbox = try #require(try load(inbox()).configuration.inboxes.first)
    #expect(inbox.threshold == .fixed(0.8))
    #expect(inbox.review == "/srv/camera/sorted/_review")
    #expect(inbox.quarantine == "/srv/camera/sorted/_quarantine")
    #expect(inbox.none == nil)
    #expect(inbox.template.text == "{class}")
    #expect(inbox.action == .move)
    #expect(inbox.duplicates == .keep)
    #expect(inbox.mode == .sort)
    #expect(inbox.settle == .seconds(2))
    #expect(inbox.incompleteAfter == .seconds(120))
    #expect(inbox.busyAfter == .seconds(600))
    #expect(inbox.poll == .auto)
    #expect(inbox.hours == nil)
    #expect(inbox.recursive)
    #expect(inbox.ignore.isEmpty)
    #expect(!inbox.unsafePlaceholder)
  }

  @Test("an inbox takes every value it is given")
  func inboxValues() throws {
    let text = inbox(
      "threshold: 0.65", "review: /srv/r", "quarantine: /srv/q", "none: /srv/n", "template: \"{class}/{year}\"",
      "duplicates: separate", "settle: 500ms", "incomplete_after: 5min", "busy_after: 1h", "group_wait: 1min",
      "bursts: together", "burst_gap: 500ms", "poll: 30s", "recursive: no",
      "hours: Mon-Fri 22:00-06:00, Sat 0:00-24:00",
      "ignore: [\"*.bak\", \"* copy.*\"]", "unsafe_placeholder: yes")
    let inbox = try #require(try load(text).configuration.inboxes.first)
    #expect(inbox.threshold == .fixed(0.65))
    #expect([inbox.review, inbox.quarantine, inbox.none] == ["/srv/r", "/srv/q", "/srv/n"])
    #expect(inbox.template.text == "{class}/{year}")
    #expect(inbox.duplicates == .separate)
    #expect(inbox.settle == .milliseconds(500))
    #expect(inbox.incompleteAfter == .seconds(300))
    #expect(inbox.busyAfter == .seconds(3600))
    #expect(inbox.groupWait == .seconds(60))
    #expect(inbox.bursts == .together)
    #expect(inbox.burstGap == .milliseconds(500))
    #expect(inbox.poll == .every(.seconds(30)))
    #expect(inbox.hours?.text == "Mon-Fri 22:00-06:00, Sat 0:00-24:00")
    #expect(!inbox.recursive)
    #expect(inbox.ignore == ["*.bak", "* copy.*"])
    #expect(inbox.unsafePlaceholder)
  }

  @Test("paths keep their bytes: Chinese names, spaces, and bytes that are not UTF-8")
  func pathBytes() throws {
    let text = """
      inboxes:
        相机:
          path: /照片/收件箱
          output: "/srv/two  spaces"
          review: !!binary L3Nydi//AGZv
          quarantine: !!binary L3Nydi//Zm8=
          model: flowers
      """
    #expect(problems(in: text).map(\.message) == ["the path holds a NUL character"])
    let inbox = try #require(
      try load(text.replacing("    review: !!binary L3Nydi//AGZv\n", with: "")).configuration.inboxes.first)
    #expect(inbox.name == "相机")
    #expect(inbox.path.bytes == Array("/照片/收件箱".utf8))
    #expect(inbox.output.bytes == Array("/srv/two  spaces".utf8))
    #expect(inbox.quarantine.bytes == Array("/srv/".utf8) + [0xFF] + Array("fo".utf8))
    #expect(inbox.review.bytes == Array("/srv/two  spaces/_review".utf8))
  }

  @Test("all problems are reported at once, each with its place, key and remedy")
  func everythingAtOnce() {
    let text = """
      sockt: {mode: "0660"}
      engine:
        idle_exit: 60
        threads: many
        presicion: fp32
      inboxes:
        camera:
          path: Pictures
          output: ~/sorted
          threshold: 80
          recursive: maybe
          settle: 2 sec
        phone:
          path: /srv/phone
          output: /srv/out
          model: flowers
          action: steal
          burst_gap: 2h
      """
    let found = problems(in: text)
    #expect(
      found.map(place) == [
        "1:1 sockt", "3:14 engine.idle_exit", "4:12 engine.threads", "5:3 engine.presicion", "7:3 inboxes.camera.model",
        "8:11 inboxes.camera.path", "9:13 inboxes.camera.output", "10:16 inboxes.camera.threshold",
        "11:16 inboxes.camera.recursive", "12:13 inboxes.camera.settle", "17:13 inboxes.phone.action",
        "18:16 inboxes.phone.burst_gap",
      ])
    #expect(found.allSatisfy { $0.file == "winnow.yaml" && $0.remedy != nil })
    #expect(found.first?.description == "winnow.yaml:1:1: sockt: unknown key \"sockt\"; did you mean \"socket\"?")
    let error = InvalidConfiguration(problems: found).error
    #expect(error.code == .invalidConfiguration)
    #expect(error.message.hasPrefix("the configuration has 12 problems:\nwinnow.yaml:1:1: "))
  }

  @Test(
    "a key that is nearly right is named, one that is far off gets the list",
    arguments: [
      ("engin: {}", "did you mean \"engine\"?"), ("inbox: {}", "did you mean \"inboxes\"?"),
      ("Engine: {}", "did you mean \"engine\"?"), ("engine: {thraeds: 2}", "did you mean \"threads\"?"),
      ("engine: {idle-exit: 2s}", "did you mean \"idle_exit\"?"),
      ("watermark: {}", "known here: socket, http, engine, training, hooks, inboxes"),
      ("engine: {<<: {}}", "write the keys out"),
    ])
  func nearestKey(text: String, remedy: String) {
    #expect(problems(in: text).map(\.remedy) == [remedy])
  }

  @Test(
    "a key given twice is reported at the second place, with everything else that is wrong",
    arguments: [
      ("engine:\n  threads: 2\n  threads: 3\n  device: gpu\n", ["3:3 engine.threads", "4:11 engine.device"]),
      ("engine: {threads: 2, \"threads\": 3}\nengine: {}\n", ["1:22 engine.threads", "2:1 engine"]),
      ("engine: {'threads': 2, threads: 3}\n", ["1:24 engine.threads"]),
      ("inboxes:\n  相机: {}\n  相机: {path: /a, output: /b, model: m}\n", ["3:3 inboxes.相机"]),
      ("engine:\n  device: cpu\n  device: cpu\n  device: cpu\n", ["4:3 engine.device"]),
      ("? {a: b}\n: 1\n? {a: b}\n: 2\n", ["1:3 "]),
    ])
  func repeatedKeys(text: String, expected: [String]) {
    let found = problems(in: text)
    #expect(found.map(place) == expected)
    #expect(found.contains { $0.message.contains("is given twice") })
  }

  private func place(_ problem: ConfigurationProblem) -> String {
    "\(problem.line ?? 0):\(problem.column ?? 0) \(problem.key)"
  }
}
