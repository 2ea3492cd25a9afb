import Testing
import WinnowCore

@testable import WinnowCrawl

@Suite("Answers of providers")
struct ProviderAnswerTests {
  @Test("escapes that JSON does not know and bare control characters are mended")
  func lenient() throws {
    let text = #"{"a":"it\'s \x \u00e9 \\ \" \/ \uZZ","b":""# + "\u{1}\t\n" + #"line","c":[1,{"d":null}]}"#
    let answer = try ProviderAnswer(Array(text.utf8), from: "test")
    #expect(try answer.field("a").text() == "it's x é \\ \" / uZZ")
    #expect(try answer.field("b").text() == "   line")
    #expect(try answer.field("c").list().count == 2)
  }

  @Test("bytes that are no UTF-8 cost one text, not the answer")
  func bytes() throws {
    let answer = try ProviderAnswer(Array(#"{"a":""#.utf8) + [0xFF, 0xBB] + Array(#"","b":2}"#.utf8), from: "test")
    #expect(answer["b"]?.integer == 2)
  }

  @Test("what is missing is named with its place")
  func missing() throws {
    let answer = try ProviderAnswer(Array(#"{"query":{"pages":[{"x":1},{"y":2}]}}"#.utf8), from: "test")
    let pages = try answer.field("query").field("pages").list()
    let error = #expect(throws: WinnowError.self) { try pages[1].field("title") }
    #expect(error?.code == .sourceChanged)
    #expect(
      error?.message == #"test changed the form of its answers: the field "title" is missing in "query.pages[1]""#)
    let other = #expect(throws: WinnowError.self) { try answer.field("query").list() }
    #expect(other?.message == #"test changed the form of its answers: "query" is not a list"#)
  }

  @Test("what is no JSON is said with its beginning")
  func notJSON() {
    let error = #expect(throws: WinnowError.self) { try ProviderAnswer(Array("<html>\u{1}".utf8), from: "test") }
    #expect(error?.code == .sourceChanged)
    #expect(error?.message.contains(#""<html>\x01""#) == true)
  }

  @Test("Baidu's writing of addresses is read")
  func cipher() {
    let written = "ippr_z2C$qAzdH3FAzdH3Fw_z&e3Bjxw4rsjAzdH3FkAzdH3F8_z&e3B3r2"
    #expect(BaiduCipher.decoded(written) == "http://a.example/b/1.jpg")
    #expect(BaiduCipher.decoded("") == "")
  }
}
