import SystemPackage
import Testing
import WinnowConfig

/// Files that are no proper YAML, or more than a configuration should be.
@Suite struct ConfigurationTextTests {
  @Test(
    "syntax errors have their place and a remedy",
    arguments: [
      ("engine:\n\tthreads: 2\n", 2, "a tab is used for indentation"),
      ("engine: {threads: 2\n", 1, "cannot be read"),
      ("inboxes:\n  a:\n path: /x\n   output: /y\n", 3, "cannot be read"),
      ("engine: \"open\n", 1, "cannot be read"),
      ("a: b: c\n", 1, "cannot be read"),
      ("engine: {}\n---\nengine: {}\n", 2, "a second document starts here"),
      ("inboxes: {a: {ignore: [*bak]}}\n", 1, "starts an alias"),
      ("inboxes: {a: {ignore: [*.bak]}}\n", 1, "starts an alias"),
      ("engine: {}\nsocket: \u{7}\n", 2, "U+0007 is not allowed"),
      ("engine: {}\r\nsocket: \u{0}\r\n", 2, "U+0000 is not allowed"),
      ("? [a, b]\n: c\n", 1, "a list or map cannot be a key"),
      ("- engine\n", 1, "must be a map"),
      ("engine", 1, "must be a map"),
      ("engine: !nope:x y\n", 1, ""),
      ("inboxes: {a: {path: !!binary \"*\"}}\n", 1, "base64"),
    ] as [(String, Int, String)])
  func syntax(text: String, line: Int, message: String) throws {
    let problem = try #require(problems(in: text).first { $0.message.contains(message) })
    #expect(problem.line == line)
    #expect(problem.remedy != nil || message == "base64")
  }

  @Test("the remedy for a bare pattern is to quote it")
  func barePattern() throws {
    #expect(
      problems(in: inbox("ignore: [*.bak]")).first?.remedy == "put patterns that start with * in quotes: \"*.bak\"")
  }

  @Test("a byte order mark and CRLF line ends are no problem")
  func windows() throws {
    let text = "\u{FEFF}engine:\r\n  threads: 3\r\n  idle_exit: 5\r\n"
    #expect(problems(in: text).map(\.line) == [3])
    #expect(try load(text.replacing("5", with: "5s")).configuration.engine.threads == 3)
  }

  @Test("text that is not UTF-8 is refused with its line")
  func notUTF8() {
    let bytes = Array("engine: {}\n# caf".utf8) + [0xE9, 0x0A]
    let error = #expect(throws: InvalidConfiguration.self) {
      try ConfigurationFile.parse([ConfigurationText(file: "w.yaml", role: .main, bytes: bytes)])
    }
    #expect(error?.problems.map(\.line) == [2])
    #expect(error?.problems.first?.message == "the text is not UTF-8")
  }

  @Test("a file over 1 MiB is refused")
  func tooLarge() {
    let text = String(repeating: "# x\n", count: ConfigurationText.sizeLimit / 4)
    #expect(problems(in: text).isEmpty)
    #expect(problems(in: text + "#").map(\.message) == ["the file is larger than 1 MiB"])
  }

  @Test("aliases work, a bomb of aliases is refused at once")
  func aliases() throws {
    let shared = """
      training: {roots: [&out /srv/sorted]}
      inboxes:
        a: {path: /srv/a, output: *out, model: m}
        b: {path: /srv/b, output: *out, model: m}
      """
    #expect(try load(shared).configuration.inboxes.map(\.output) == ["/srv/sorted", "/srv/sorted"])
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(problems(in: bomb).map(\.message) == ["more than 16 aliases (*name) are used"])
    #expect(problems(in: bomb + "*a9 : x\n").count == 1)
  }

  @Test("few aliases of a large list are refused by what they expand to")
  func largeAliases() {
    let list = "a: &a [" + String(repeating: "x,", count: 100_000) + "x]\n"
    let text = list + "b: [*a, *a, *a]\nc: [*a, *a]\n"
    #expect(problems(in: text).map(\.message) == ["the file has more than 200000 values"])
  }

  @Test("patterns and comments with stars are not taken for aliases")
  func stars() {
    let patterns = (1...40).map { "\"*x\($0)\"" }.joined(separator: ", ")
    #expect(problems(in: inbox("ignore: [\(patterns)]")).isEmpty)
    #expect(problems(in: String(repeating: "# *note* and *more*\n", count: 40)).isEmpty)
  }

  @Test("nesting without end is refused, not followed", arguments: ["[", "{", "- ", "? ", "{a: ", "[{"])
  func nesting(opening: String) {
    let count = opening.utf8.count
    #expect(!problems(in: String(repeating: opening, count: 200_000 / count)).isEmpty)
  }

  @Test("whatever is changed in a file, reading it ends in a configuration or in problems with places")
  func mutations() {
    var random = Seeded(seed: 20_260_110)
    let sample = Array(
      """
      socket: {mode: "0660", group: winnow}
      engine: {device: auto, precision: 'auto', threads: 2, idle_exit: 60s, memory_limit: 2GiB}
      training:
        roots: [/srv/a, &r /srv/b]
      inboxes:
        相机:
          path: /srv/相机
          output: *r
          model: flowers@2
          threshold: auto(error=1%)
          template: "{class}/{year}"
          ignore:
            - "*.bak"
            - !!binary QUJD
          settle: |
            2s
      # end

      """.utf8)
    let fragments = [
      "\t", ": ", "- ", "? ", "{", "}", "[", "]", "*r", "&r ", "\"", "'", "\n", "\r", "|\n", ">-\n", "!!binary ",
      "---\n",
      "...\n", "%YAML 1.1\n", "<<: ", "\u{0}", "\u{85}", "engine: ", "#", "~", "99999999999999999999", "\\", "{class}",
    ].map { Array($0.utf8) }
    for _ in 0..<2000 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.insert(contentsOf: fragments.randomElement(using: &random) ?? [], at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...12, using: &random)))
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 3: bytes.insert(contentsOf: bytes[..<place], at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      let text = ConfigurationText(file: "w.yaml", role: .main, bytes: bytes)
      do throws(InvalidConfiguration) {
        _ = try ConfigurationFile.parse([text])
      } catch {
        let placed = error.problems.allSatisfy { ($0.line ?? 0) >= 1 && ($0.column ?? 0) >= 1 }
        #expect(!error.problems.isEmpty && placed, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  /// SplitMix64: the same numbers on every run.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      return word ^ word >> 31
    }
  }
}
