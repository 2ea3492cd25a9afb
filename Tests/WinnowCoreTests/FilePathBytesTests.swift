import SystemPackage
import Testing
import WinnowCore
import WinnowTestSupport

@Suite("Paths as bytes and as text")
struct FilePathBytesTests {
  @Test("bytes come back as they went in")
  func roundTrip() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
        UInt8.random(in: 1...255, using: &generator)
      }
      .filter { $0 != UInt8(ascii: "/") }
      #expect(FilePath(bytes: bytes).bytes == bytes)
    }
    #expect(FilePath(bytes: []).bytes == [])
    #expect(FilePath(bytes: [0x61, 0, 0x62]).bytes == [0x61])
    #expect(FilePath(bytes: Array("a//b/".utf8)) == "a/b")
  }

  @Test(
    "what a terminal could take for something else is escaped",
    arguments: [
      (Array("plain.jpg".utf8), "plain.jpg"), (Array("fête 花 🌼".utf8), "fête 花 🌼"), (Array("a\nb".utf8), "a\\x0ab"),
      (Array("a\\b".utf8), "a\\x5cb"), ([0x1B, 0x5B, 0x33, 0x31, 0x6D], "\\x1b[31m"), ([0xFF, 0x61], "\\xffa"),
      ([0xE8, 0x8A], "\\xe8\\x8a"), ([0xC0, 0xAF], "\\xc0\\xaf"), ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
      (Array("a\u{202E}b".utf8), "a\\xe2\\x80\\xaeb"), (Array("a\u{2028}b".utf8), "a\\xe2\\x80\\xa8b"),
      ([0x7F], "\\x7f"), (Array("\u{85}".utf8), "\\xc2\\x85"), (Array("fe\u{302}te".utf8), "fe\u{302}te"), ([], ""),
    ])
  func escape(bytes: [UInt8], expected: String) {
    // Compared as bytes: Swift takes composed and decomposed characters for equal.
    #expect(Array(FilePath.escape(bytes).utf8) == Array(expected.utf8))
  }

  @Test("different bytes have different texts")
  func injective() {
    var generator = SeededGenerator(seed: 4)
    var seen: [[UInt8]: [UInt8]] = [:]
    let alphabet: [UInt8] = [0x5C, 0x78, 0x66, 0x30, 0xC3, 0xAA, 0xFF, 0x0A]
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      let text = Array(FilePath.escape(bytes).utf8)
      #expect(seen[text] == nil || seen[text] == bytes)
      seen[text] = bytes
    }
  }

  @Test("a place's name and folder")
  func place() {
    let place = Place(root: "/photos", relative: "rose/a.jpg")
    #expect(place.absolute == "/photos/rose/a.jpg" && place.name == Array("a.jpg".utf8))
    #expect(place.folder == Place(root: "/photos", relative: "rose"))
    #expect(place.folder.appending(name: [0xFF]).relative.bytes == Array("rose/".utf8) + [0xFF])
    #expect(Place(root: "/photos", relative: "").name == [])
    #expect("\(Place(root: "/photos", relative: FilePath(bytes: [0xFF])))" == "/photos/\\xff")
  }
}
