import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Destination templates")
struct DestinationTemplateTests {
  private static func facts(subfolder: FilePath = "", camera: String? = "Canon EOS R5") -> DestinationTemplate.Facts {
    // 2024-02-29T12:34:56Z
    DestinationTemplate.Facts(
      inbox: "phone", subfolder: subfolder, camera: camera, taken: Timestamp(seconds: 1_709_210_096))
  }

  @Test(
    "fields become folders",
    arguments: [
      ("{class}", "rose", "rose"), ("{class}", "animal/cat", "animal/cat"),
      ("{class}/{year}/{month}", "rose", "rose/2024/02"),
      ("{year}-{month}-{day} {class}", "rose", "2024-02-29 rose"), ("{camera}/{class}", "rose", "Canon EOS R5/rose"),
      ("pictures/{inbox}", "rose", "pictures/phone"), ("{subdir}/{class}", "rose", "day/old/rose"),
      ("by {subdir}", "rose", "by day old"), ("x{class}", "animal/cat", "xanimal_cat"), ("a}b", "rose", "a}b"),
    ])
  func table(template: String, label: String, expected: String) throws {
    let folder = try DestinationTemplate(template).folder(label: label, facts: Self.facts(subfolder: "day/old"))
    #expect(folder == FilePath(expected))
  }

  @Test(
    "a file's name and ending can be folders too",
    arguments: [
      ("IMG_1.JPG", "rose/IMG_1/jpg"), ("a.b.png", "rose/a.b/png"), ("plain", "rose/plain/no ending"),
      (".hidden", "rose/_hidden/no ending"), ("", "rose/unnamed/no ending"), ("a.", "rose/a/no ending"),
      ("...", "rose/_/no ending"),
    ])
  func names(name: String, expected: String) throws {
    var facts = Self.facts()
    facts.name = Array(name.utf8)
    #expect(try DestinationTemplate("{class}/{name}/{ext}").folder(label: "rose", facts: facts) == FilePath(expected))
  }

  @Test("a name that is too long is cut at a character, and none is hidden", arguments: 0..<6)
  func longNames(padding: Int) throws {
    for character in ["x", "ö", "花", "🌼"] {
      let camera = "." + String(repeating: "x", count: padding) + String(repeating: character, count: 300)
      let folder = try DestinationTemplate("{camera}").folder(label: "rose", facts: Self.facts(camera: camera))
      let text = try #require(String(validating: folder))
      #expect((252...255).contains(text.utf8.count) && text.hasPrefix("_"))
    }
  }

  @Test("an empty sub-folder or camera leaves no empty level")
  func empty() throws {
    #expect(try DestinationTemplate("{subdir}/{class}").folder(label: "rose", facts: Self.facts()) == "rose")
    let facts = Self.facts(camera: nil)
    #expect(try DestinationTemplate("{camera}/{class}").folder(label: "rose", facts: facts) == "unknown camera/rose")
  }

  @Test(
    "what is no template is refused",
    arguments: ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "{class", "{}", "{klass}", "{class}/{unknown}"])
  func invalid(text: String) {
    let error = #expect(throws: WinnowError.self) { try DestinationTemplate(text) }
    #expect(error?.code == .invalidInput && error?.remedy?.contains("{class}") == true)
  }

  @Test(
    "no label, camera or sub-folder leads out",
    arguments: ["..", ".", "../..", "/", "/etc", "a/../../b", "", "//", "\0"])
  func hostile(text: String) throws {
    for template in ["{class}", "{class}/{camera}/{subdir}", "x{class}y", "{camera}", "{inbox}{camera}"] {
      let facts = DestinationTemplate.Facts(
        inbox: text, subfolder: FilePath(text), camera: text, taken: Timestamp(nanoseconds: .min))
      try Self.expectInside(DestinationTemplate(template).folder(label: text, facts: facts), "\(template) \(text)")
    }
  }

  @Test("nor do random bytes", arguments: 0..<20)
  func random(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    // Bytes that matter are frequent.
    let alphabet = Array("/.. {}\0\\~-_ab\n".utf8) + [0x7F, 0x80, 0xC0, 0xAF, 0xFF]
    func bytes() -> [UInt8] {
      (0..<Int.random(in: 0...300, using: &generator)).map { _ in
        generator.oneIn(3)
          ? UInt8.random(in: 0...255, using: &generator) : alphabet.randomElement(using: &generator) ?? 0
      }
    }
    let templates = try ["{class}", "{class}/{year}", "{subdir}/{class}", "x {camera}", "{inbox}/{day}{class}"]
      .map { try DestinationTemplate($0) }
    for _ in 0..<200 {
      let facts = DestinationTemplate.Facts(
        inbox: String(decoding: bytes(), as: UTF8.self), subfolder: FilePath(bytes: bytes()),
        camera: String(decoding: bytes(), as: UTF8.self),
        taken: Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &generator)))
      let label = String(decoding: bytes(), as: UTF8.self)
      for template in templates {
        Self.expectInside(template.folder(label: label, facts: facts), "seed \(seed), \(label)")
      }
    }
  }

  private static func expectInside(_ folder: FilePath, _ context: String) {
    #expect(!folder.isAbsolute, "\(context)")
    for component in folder.components {
      let name = FilePath(root: nil, [component]).bytes
      #expect(component.kind == .regular, "\(context)")
      #expect(!name.isEmpty && name.count <= 255, "\(context)")
      #expect(name.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }, "\(context)")
    }
    #expect(folder == folder.lexicallyNormalized(), "\(context)")
  }
}
