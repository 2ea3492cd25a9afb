import Testing

@testable import WinnowCrawl

@Suite("Names of saved pictures")
struct PictureNameTests {
  @Test(
    "a keyword keeps its script and loses what names cannot hold",
    arguments: [
      ("sunflower", "sunflower"), ("向日葵", "向日葵"), ("red rose", "red-rose"), ("  a/../b  ", "a-b"),
      (".hidden", "hidden"),
      ("Löwenzahn", "Löwenzahn"), ("عباد الشمس", "عباد-الشمس"), ("a\u{202E}b\u{0}c\nd", "a-b-c-d"), ("", "picture"),
      ("///", "picture"), ("सूरजमुखी", "सूरजमुखी"), ("🌻 2", "2"),
    ])
  func stems(keyword: String, stem: String) {
    #expect(PictureName.stem(keyword) == stem)
  }

  @Test("a long keyword is cut between characters, so that the name fits")
  func long() {
    let stem = PictureName.stem(String(repeating: "向", count: 500))
    #expect(stem == String(repeating: "向", count: 40))
  }

  @Test("names carry a number and the ending of their content, and tell it again")
  func numbers() {
    #expect(PictureName.name(stem: "向日葵", number: 7, format: "jpeg") == "向日葵_0007.jpg")
    #expect(PictureName.name(stem: "a", number: 12345, format: "heif") == "a_12345.heic")
    #expect(PictureName.name(stem: "a", number: 1, format: "../x") == "a_0001.picture")
    #expect(PictureName.number(in: Array("向日葵_0007.jpg".utf8), stem: "向日葵") == 7)
    #expect(PictureName.number(in: Array("a_0007x.jpg".utf8), stem: "a") == nil)
    #expect(PictureName.number(in: Array("ab_0007.jpg".utf8), stem: "a") == nil)
    #expect(PictureName.number(in: Array("a_99999999999999999999.jpg".utf8), stem: "a") == nil)
  }
}
