import Testing
import WinnowBundle
import WinnowCore

@Suite("Class labels")
struct ClassLabelTests {
  @Test("a slash separates the levels of a class tree")
  func levels() throws {
    #expect(try ClassLabel("daisy").levels == ["daisy"])
    #expect(try ClassLabel("animal/cat/siamese").levels == ["animal", "cat", "siamese"])
    #expect(try ClassLabel("tench, Tinca tinca").levels == ["tench, Tinca tinca"])
    #expect(try ClassLabel("猫").levels == ["猫"])
  }

  @Test(
    "a level that is no safe folder is refused",
    arguments: [
      "", " ", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a/.", "_review", "_quarantine", "_duplicates",
      "a/_review", "line\nbreak", "tab\there", "nul\0", "\u{7f}", "\u{85}", "escape\u{1b}[31m",
      String(repeating: "x", count: 201), String(repeating: "é", count: 101),
    ])
  func refused(text: String) {
    let error = #expect(throws: WinnowError.self) { try ClassLabel(text) }
    #expect(error?.code == .invalidInput)
    #expect(error?.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true)
  }

  @Test("what only looks like a reserved name is allowed")
  func lookalikes() throws {
    for text in ["_reviews", "review", "...", ".hidden", String(repeating: "x", count: 200)] {
      #expect(try ClassLabel(text).levels == [text])
    }
  }
}

@Suite("Class lists")
struct ClassListTests {
  @Test("a label file has one label a line")
  func file() throws {
    let list = try ClassList(file: Array("\u{feff}daisy\r\n  roses \ntulips\n\n".utf8))
    #expect(list.labels.map(\.text) == ["daisy", "roses", "tulips"])
    #expect(try ClassList(file: Array("one\ntwo".utf8)).count == 2)
  }

  @Test("an error names the line")
  func line() {
    let error = #expect(throws: WinnowError.self) { try ClassList(file: Array("a\nb\n..\nc\n".utf8)) }
    #expect(error?.message.hasPrefix("line 3: ") == true)
    let empty = #expect(throws: WinnowError.self) { try ClassList(file: Array("a\n\nc\n".utf8)) }
    #expect(empty?.message.hasPrefix("line 2: ") == true)
    let bytes = #expect(throws: WinnowError.self) { try ClassList(file: [0x61, 0x0a, 0xff, 0x0a]) }
    #expect(bytes?.message.contains("line 2") == true)
  }

  @Test("an empty file is refused")
  func empty() {
    #expect(throws: WinnowError.self) { try ClassList(file: [UInt8]()) }
    #expect(throws: WinnowError.self) { try ClassList(file: Array("\n\n".utf8)) }
  }

  @Test("labels may repeat, and that is said")
  func duplicates() throws {
    let list = try ClassList(["crane", "heron", "crane", "drum", "drum", "drum"])
    #expect(list.duplicates.map(\.label) == ["crane", "drum"])
    #expect(list.duplicates.map(\.indices) == [[0, 2], [3, 4, 5]])
    #expect(list.warnings.count == 2)
    #expect(list.warnings[0].contains("0 and 2"))
    #expect(try ClassList(["a", "b"]).warnings.isEmpty)
  }
}
