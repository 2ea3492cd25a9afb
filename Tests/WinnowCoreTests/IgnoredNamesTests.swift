import SystemPackage
import Testing
import WinnowCore

@Suite("Names that are left alone")
struct IgnoredNamesTests {
  @Test(
    "hidden names, unfinished downloads and other programs' files",
    arguments: [
      ".hidden.jpg", "..jpg", "._a.jpg", ".nfs0001", ".syncthing.a.jpg.tmp", ".goutputstream-ABC", ".a.jpg.Xy12Zq",
      "a.jpg~", "a.jpg.part", "a.part", "a.partial", "a.jpg.crdownload", "a.filepart", "a.download", "a.tmp", "A.TMP",
      "a.JPG.Part", ".winnow-0123456789abcdef0123456789abcdef", "",
    ])
  func ignored(name: String) { #expect(IgnoredNames().ignores(name: Array(name.utf8))) }

  @Test(
    "ordinary names, however awkward, are not",
    arguments: [
      "a.jpg", "part", "a.parts", "tmp", "a.tmp.jpg", "a~b.jpg", "partial.jpg", "download", " leading space.jpg",
      "$(touch x);`id`.jpg", "-rf.jpg", "back\\slash.jpg", "fe\u{302}te.jpg", "fête.jpg", "new\nline.jpg",
      "percent%2Fslash%00.jpg", "quote'\".jpg", "right\u{202E}to-left.jpg", "tab\there.jpg", "two words.jpg",
      "цветок.jpg", "花朵照片.jpg", "🌼.jpg", "folder.jpg", "Case.jpg", "CASE.JPG",
      String(repeating: "x", count: 251) + ".jpg",
    ])
  func kept(name: String) { #expect(!IgnoredNames().ignores(name: Array(name.utf8))) }

  @Test(
    "nor are names that are no text",
    arguments: [
      Array("latin1-fl".utf8) + [0xF6] + Array("te.jpg".utf8), [0x89, 0xD4] + Array(".jpg".utf8), [0x80],
      [0xC0, 0xAF] + Array(".jpg".utf8), [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0xE8, 0x8A],
      Array(repeating: UInt8(0xFF), count: 251) + Array(".jpg".utf8),
    ])
  func notText(name: [UInt8]) { #expect(!IgnoredNames().ignores(name: name)) }

  @Test("an ending alone is an ordinary name")
  func endingAlone() {
    #expect(!IgnoredNames().ignores(name: Array("~".utf8)))
    #expect(IgnoredNames().ignores(name: Array(".part".utf8)))
  }

  @Test("what lies in a hidden folder is left alone too")
  func folders() {
    let names = IgnoredNames()
    #expect(names.ignores(".cache/a.jpg") && names.ignores("a/.thumbnails/b/c.jpg") && names.ignores("a/.b.jpg"))
    #expect(!names.ignores("a/b/c.jpg") && !names.ignores("a.part/b.jpg"))
    #expect(names.ignores(""))
  }

  @Test(
    "patterns of the inbox",
    arguments: [
      ("*.raw", "a.raw", true), ("*.raw", "a.jpg", false), ("IMG_????.jpg", "IMG_1234.jpg", true),
      ("IMG_????.jpg", "IMG_123.jpg", false), ("*", "anything", true), ("?", "", true), ("a*b*c", "aXXbYYc", true),
      ("a*b*c", "aXXbYY", false), ("**", "x", true), ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
      ("[x]", "x", false), ("[x]", "[x]", true), ("exact.jpg", "exact.jpg", true), ("exact.jpg", "Exact.jpg", false),
    ])
  func patterns(pattern: String, name: String, matches: Bool) {
    #expect(IgnoredNames(patterns: [pattern]).ignores(name: Array(name.utf8)) == matches)
  }

  @Test("a pattern with many stars takes no time", .timeLimit(.minutes(20)))
  func hostilePattern() {
    let names = IgnoredNames(patterns: [String(repeating: "*a", count: 60) + "b"])
    #expect(!names.ignores(name: Array(repeating: UInt8(ascii: "a"), count: 255)))
  }
}
