import Testing
import WinnowConfig
import WinnowCore

/// Values in a file, one wrong one at a time: what is said, where, and what to do.
@Suite struct ConfigurationValueTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let key: String
    let message: String
    let remedy: String
    var testDescription: String { text.split(separator: "\n").last.map(String.init) ?? "" }

    init(_ text: String, _ key: String, _ message: String, _ remedy: String) {
      self.text = text
      self.key = key
      self.message = message
      self.remedy = remedy
    }
  }

  @Test(
    "a wrong value is named with its remedy",
    arguments: [
      Case("socket: {mode: \"0888\"}", "socket.mode", "\"0888\" is no permission mode", "octal"),
      Case("socket: {mode: \"1777\"}", "socket.mode", "is no permission mode", "octal"),
      Case("socket: {group: \"a b\"}", "socket.group", "\"a b\" is no group", "winnow"),
      Case("http: {listen: 0.0.0.0:8484}", "http.listen", "not this machine's loopback", "127.0.0.1:8484"),
      Case("http: {listen: \"::1:80\"}", "http.listen", "\"::1\" is not", "127.0.0.1"),
      Case("http: {listen: 127.0.0.1}", "http.listen", "no address with a port", "127.0.0.1:8484"),
      Case("http: {listen: 127.0.0.1:65536}", "http.listen", "no address with a port", "127.0.0.1:8484"),
      Case("http: {address: photos.example}", "http.address", "is no address of a page", "https://photos.example"),
      Case(
        "http: {address: \"https://a.example/x\"}", "http.address", "is no address of a page", "scheme and host alone"),
      Case("http: 8484", "http", "must be a map", "KEY: VALUE"),
      Case("http: [listen]", "http", "must be a map of keys and values, not a list", "KEY: VALUE"),
      Case("engine: {device: gpu}", "engine.device", "\"gpu\" is not possible here", "cpu, cuda"),
      Case("engine: {device: cuda}", "engine.device", "cuda is not in this version", "auto or cpu"),
      Case("engine: {precision: fp16}", "engine.precision", "\"fp16\"", "did you mean fp32?"),
      Case("engine: {threads: 0}", "engine.threads", "\"0\" is no number of threads", "1 to 1024"),
      Case("engine: {threads: 2.5}", "engine.threads", "\"2.5\" is no number of threads", "1 to 1024"),
      Case("engine: {threads: [1, 2]}", "engine.threads", "must be one value, not a list", "2"),
      Case("engine: {threads: }", "engine.threads", "has no value", "remove it"),
      Case("engine: {idle_exit: 60}", "engine.idle_exit", "\"60\" has no unit", "15min"),
      Case("engine: {idle_exit: 60m}", "engine.idle_exit", "\"m\" is no unit of time", "min"),
      Case("engine: {idle_exit: soon}", "engine.idle_exit", "\"soon\" is no duration", "15min"),
      Case("engine: {idle_exit: 0s}", "engine.idle_exit", "0s is out of range", "from 1s to 7d"),
      Case("engine: {memory_limit: 2G}", "engine.memory_limit", "\"G\" is no unit of size", "GiB"),
      Case("engine: {memory_limit: 1MiB}", "engine.memory_limit", "1MiB is out of range", "from 256MiB to 16TiB"),
      Case("engine: {memory_limit: 99999999999TiB}", "engine.memory_limit", "is no number of bytes", "2GiB"),
      Case("engine: {memory_limit: !!binary AAAA}", "engine.memory_limit", "only for paths", "2GiB"),
      Case("training: {nice: 20}", "training.nice", "20 is out of range", "from 0 to 19"),
      Case("training: {nice: low}", "training.nice", "\"low\" is no whole number", "0 to 19"),
      Case("training: {roots: /srv}", "training.roots", "must be a list, not text", "[/srv/training]"),
      Case("training: {roots: [/srv, x]}", "training.roots", "\"x\" is not absolute", "starts with /"),
      Case("hooks: {on_sorted: [notify]}", "hooks.on_sorted", "the program \"notify\" is not absolute", "whole path"),
      Case("hooks: {webhook: {secret_file: /k}}", "hooks.webhook.url", "is missing", "add url:"),
      Case("hooks: {webhook: {url: \"ftp://x\"}}", "hooks.webhook.url", "is no web address", "http://"),
      Case("engine: {nice: -1}", "engine.nice", "-1 is out of range", "from 0 to 19"),
      Case("engine: {pause_on_battery: maybe}", "engine.pause_on_battery", "neither yes nor no", "yes or no"),
      Case(inbox("hours: 22-6"), "inboxes.camera.hours", "\"22-6\" are no hours", "22:00-06:00"),
      Case(inbox("hours: [\"22:00-06:00\"]"), "inboxes.camera.hours", "must be one value", "22:00-06:00"),
      Case(inbox("threshold: 80"), "inboxes.camera.threshold", "80 is no probability", "80 in a hundred is 0.8"),
      Case(inbox("threshold: high"), "inboxes.camera.threshold", "\"high\" is no threshold", "0 to 1"),
      Case(inbox("threshold: nan"), "inboxes.camera.threshold", "\"nan\" is no threshold", "0 to 1"),
      Case(inbox("threshold: auto"), "inboxes.camera.threshold", "names no share of errors", "auto(error=1%)"),
      Case(inbox("threshold: auto(error=60%)"), "inboxes.camera.threshold", "out of range", "50%"),
      Case(inbox("review: review"), "inboxes.camera.review", "\"review\" is not absolute", "starts with /"),
      Case(inbox("review: ~/review"), "inboxes.camera.review", "\"~\" in \"~/review\" is not", "/home/ann"),
      Case(inbox("review: /srv/../etc"), "inboxes.camera.review", "holds \"..\"", "without it"),
      Case(inbox("review: //."), "inboxes.camera.review", "is the root folder", "name a folder"),
      Case(inbox("review: \"/a\\0b\""), "inboxes.camera.review", "NUL", "remove"),
      Case(inbox("review: \"\""), "inboxes.camera.review", "the path is empty", "starts with /"),
      Case(inbox("review: /" + String(repeating: "x", count: 256)), "inboxes.camera.review", "too long", "255"),
      Case(inbox("template: {class}"), "inboxes.camera.template", "must be one value, not a map", "quotes"),
      Case(inbox("template: \"{year}\""), "inboxes.camera.template", "has no {class}", "{class}/{year}"),
      Case(inbox("template: \"{clas}\""), "inboxes.camera.template", "{clas} is no field", "did you mean {class}?"),
      Case(inbox("template: \"{class}/{iso}\""), "inboxes.camera.template", "{iso} is no field", "{camera}"),
      Case(inbox("template: \"{class\""), "inboxes.camera.template", "has no partner", "{class}"),
      Case(inbox("template: \"class}/{class}\""), "inboxes.camera.template", "has no partner", "{class}"),
      Case(inbox("template: /{class}"), "inboxes.camera.template", "empty folder name", "between"),
      Case(inbox("template: \"../{class}\""), "inboxes.camera.template", "cannot be a folder's name", "another"),
      Case(inbox("template: \"_review/{class}\""), "inboxes.camera.template", "cannot be a folder's name", "another"),
      Case(inbox("file_mode: \"0999\""), "inboxes.camera.file_mode", "is no permission mode", "octal"),
      Case(inbox("file_owner: nobody-of-this-name"), "inboxes.camera.file_owner", "there is no user", "number"),
      Case(inbox("action: mvoe"), "inboxes.camera.action", "\"mvoe\" is not possible here", "did you mean move?"),
      Case(inbox("settle: 10ms"), "inboxes.camera.settle", "10ms is out of range", "from 100ms to 1h"),
      Case(inbox("recursive: 1"), "inboxes.camera.recursive", "\"1\" is neither yes nor no", "yes or no"),
      Case(inbox("poll: often"), "inboxes.camera.poll", "\"often\" is no way to poll", "30s"),
      Case(inbox("poll: 2h"), "inboxes.camera.poll", "2h is out of range", "from 1s to 1h"),
      Case(inbox("ignore: \"*.bak\""), "inboxes.camera.ignore", "must be a list, not text", "[\"*.bak\"]"),
      Case(inbox("ignore: [a/b]"), "inboxes.camera.ignore", "holds a /", "names"),
      Case(inbox("burst_gap: 2min"), "inboxes.camera.burst_gap", "2min is out of range", "from 10ms to 1min"),
      Case(inbox("bursts: alone"), "inboxes.camera.bursts", "\"alone\" is not possible here", "apart"),
      Case("inboxes: {.hidden: {path: /a, output: /b, model: m}}", "inboxes..hidden", "is no name for an inbox", "/"),
      Case("inboxes: {a/b: {path: /a, output: /b, model: m}}", "inboxes.a/b", "is no name for an inbox", "/"),
      Case("inboxes: {_review: {path: /a, output: /b, model: m}}", "inboxes._review", "is reserved", "name"),
      Case("inboxes: {a: {path: /a, output: /b, model: ../m}}", "inboxes.a.model", "is no model name", "letters"),
      Case("inboxes: {a: {path: /a, output: /b, model: m@0}}", "inboxes.a.model", "is no model version", "NAME@1"),
      Case("inboxes: [a]", "inboxes", "must be a map", "KEY: VALUE"),
      Case("inboxes: {a: /srv}", "inboxes.a", "must be a map", "KEY: VALUE"),
    ])
  func wrongValue(wrong: Case) throws {
    let found = problems(in: wrong.text).filter { !($0.message == "is missing" && wrong.message != "is missing") }
    let problem = try #require(found.first)
    #expect(found.count == 1)
    #expect(problem.key == wrong.key)
    #expect(problem.message.contains(wrong.message))
    #expect(problem.remedy?.contains(wrong.remedy) == true, "\(problem.remedy ?? "no remedy")")
    #expect(problem.line != nil)
  }

  @Test(
    "switches are yes, no, true and false", arguments: [("yes", true), ("true", true), ("no", false), ("false", false)])
  func switches(word: String, value: Bool) throws {
    #expect(try load(inbox("recursive: \(word)")).configuration.inboxes.first?.recursive == value)
  }

  @Test("a socket that everybody may use is worth a warning")
  func openSocket() throws {
    #expect(try load("socket: {mode: \"0666\"}").warnings.map(\.key) == ["socket.mode"])
    #expect(try load("socket: {mode: \"0660\"}").warnings.isEmpty)
  }

  @Test("with a group the socket's default mode lets the group in")
  func groupMode() throws {
    #expect(try load("socket: {group: pictures}").configuration.socket.mode == 0o660)
  }

  @Test(
    "durations are read exactly",
    arguments: [
      ("500ms", Duration.milliseconds(500)), ("2s", .seconds(2)), ("1.5s", .milliseconds(1500)),
      ("0.001s", .milliseconds(1)),
      ("2 s", .seconds(2)), ("15min", .seconds(900)), ("1h", .seconds(3600)), ("7d", .seconds(604_800)), ("0s", .zero),
    ])
  func durations(text: String, duration: Duration) throws {
    #expect(try DurationText.parse(text) == duration)
    #expect(try DurationText.parse(DurationText.format(duration)) == duration)
  }

  @Test(
    "what is no duration is refused",
    arguments: [
      "", "s", "2", "-2s", "+2s", "2.s", ".5s", "1.2345s", "1.2.3s", "2sec", "2S", "1e3s", "٢s",
      "99999999999999999999s",
      "9999999d", "2s3",
    ])
  func noDuration(text: String) {
    #expect(throws: WinnowError.self) { try DurationText.parse(text) }
  }

  @Test(
    "sizes are read exactly",
    arguments: [
      ("1B", 1), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("1.5KiB", 1536), ("1kB", 1000), ("1KB", 1000),
      ("1TiB", 1 << 40),
      ("8191PiB".replacing("PiB", with: "TiB"), 8191 << 40),
    ] as [(String, Int64)])
  func sizes(text: String, bytes: Int64) throws {
    #expect(try ByteSizeText.parse(text) == bytes)
    #expect(try ByteSizeText.parse(ByteSizeText.format(bytes)) == bytes)
  }

  @Test(
    "what is no size is refused", arguments: ["", "1", "GiB", "1.0001KiB", "0.5B", "9999999TiB", "-1B", "1gib", "1 G"])
  func noSize(text: String) {
    #expect(throws: WinnowError.self) { try ByteSizeText.parse(text) }
  }

  @Test(
    "spans and sizes are shown in the largest unit that is exact",
    arguments: [
      (DurationText.format(.seconds(60)), "1min"), (DurationText.format(.seconds(90)), "90s"),
      (DurationText.format(.milliseconds(1500)), "1500ms"), (DurationText.format(.zero), "0s"),
      (DurationText.format(.seconds(86_400)), "1d"), (ByteSizeText.format(2 << 30), "2GiB"),
      (ByteSizeText.format(500_000_000), "500MB"), (ByteSizeText.format(1025), "1025B"), (ByteSizeText.format(0), "0B"),
    ])
  func shown(text: String, expected: String) {
    #expect(text == expected)
  }

  @Test(
    "a threshold is a probability or a share of errors",
    arguments: [
      ("0.8", ConfidenceThreshold.fixed(0.8)), ("1", .fixed(1)), ("0", .fixed(0)),
      ("auto(error=1%)", .auto(error: 0.01)),
      ("auto(error=0.02)", .auto(error: 0.02)), ("auto( error = 2 % )", .auto(error: 0.02)),
    ])
  func thresholds(text: String, threshold: ConfidenceThreshold) throws {
    #expect(try ConfidenceThreshold(text) == threshold)
    #expect(try ConfidenceThreshold(threshold.description) == threshold)
  }

  @Test(
    "loopback addresses are read",
    arguments: [
      ("127.0.0.1:8484", "127.0.0.1:8484"), ("localhost:80", "127.0.0.1:80"), ("[::1]:0", "[::1]:0"),
      ("127.1.2.3:65535", "127.1.2.3:65535"),
    ])
  func loopback(text: String, shown: String) throws {
    #expect(try LoopbackAddress(text).description == shown)
  }

  @Test(
    "addresses that others could reach are refused",
    arguments: [
      "0.0.0.0:1", "*:1", ":1", "192.168.0.1:1", "127.0.0.1.example.com:1", "127.0.0.256:1", "127.00.0.1:1", "[::]:1",
      "localhost.evil:1", "127.0.0.1:-1", "127.0.0.1:", "127.0.0.1:٨",
    ])
  func notLoopback(text: String) {
    #expect(throws: WinnowError.self) { try LoopbackAddress(text) }
  }
}
