import Testing
import WinnowFiles

@Suite("Numbers for taken names")
struct TakenNameTests {
  @Test(
    "the number goes before the ending",
    arguments: [
      ("IMG_1.jpg", 1, "IMG_1.jpg"), ("IMG_1.jpg", 2, "IMG_1-2.jpg"), ("IMG_1.jpg", 10_000, "IMG_1-10000.jpg"),
      ("noending", 2, "noending-2"), ("a.tar.gz", 2, "a.tar-2.gz"), (".hidden", 2, ".hidden-2"),
      (".hidden.jpg", 3, ".hidden-3.jpg"), ("a.", 2, "a-2."), ("a.b..jpg", 2, "a.b.-2.jpg"),
      ("a-2.jpg", 2, "a-2-2.jpg"),
      ("x.ending-of-fifteen", 2, "x.ending-of-fifteen-2"), ("x.endingof15bytes", 2, "x-2.endingof15bytes"),
      ("ö.jpg", 2, "ö-2.jpg"),
    ])
  func table(name: String, number: Int, expected: String) {
    #expect(String(decoding: TakenName.numbered(Array(name.utf8), number), as: UTF8.self) == expected)
  }

  @Test("the longest names are cut so that they stay names", arguments: [2, 99, 10_000])
  func longest(number: Int) {
    let ascii = TakenName.numbered(Array(repeating: 0x78, count: 251) + Array(".jpg".utf8), number)
    #expect(ascii.count == 255)
    #expect(ascii.suffix(4) == Array(".jpg".utf8)[...])
    #expect(String(decoding: ascii, as: UTF8.self).hasSuffix("-\(number).jpg"))
  }

  @Test("a cut never leaves half a character", arguments: ["ö", "花", "🌼", "e\u{301}"], 2...12)
  func wholeCharacters(character: String, number: Int) throws {
    for padding in 0..<5 {
      var name = Array(repeating: UInt8(0x78), count: padding)
      while name.count + character.utf8.count + 4 <= 255 { name += Array(character.utf8) }
      name += Array(".jpg".utf8)
      let numbered = TakenName.numbered(name, number * number * number)
      #expect(numbered.count <= 255)
      #expect(String(validating: numbered, as: UTF8.self) != nil)
    }
  }

  @Test("bytes that are no text are kept as they are, cut to length")
  func notText() {
    let name = Array(repeating: UInt8(0xFF), count: 251) + Array(".jpg".utf8)
    let numbered = TakenName.numbered(name, 2)
    #expect(numbered.count <= 255)
    #expect(numbered.suffix(6) == Array("-2.jpg".utf8)[...])
    #expect(numbered.prefix(200).allSatisfy { $0 == 0xFF })
  }

  @Test("the numbers of one name are all different")
  func distinct() {
    let name = Array(repeating: UInt8(0x79), count: 255)
    #expect(Set((1...3000).map { TakenName.numbered(name, $0) }).count == 3000)
  }
}
