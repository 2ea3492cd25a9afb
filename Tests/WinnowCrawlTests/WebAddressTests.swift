import Testing
import WinnowCore

@testable import WinnowCrawl

@Suite("Addresses")
struct WebAddressTests {
  @Test(
    "references of a page become whole addresses",
    arguments: [
      ("b.jpg", "http://a.example/x/b.jpg"), ("/b.jpg", "http://a.example/b.jpg"),
      ("../b.jpg", "http://a.example/b.jpg"), ("//c.example/b.jpg", "http://c.example/b.jpg"),
      ("https://C.Example/b.jpg", "https://c.example/b.jpg"), ("  b.jpg\n", "http://a.example/x/b.jpg"),
      ("b\n.jpg", "http://a.example/x/b.jpg"), ("b c.jpg", "http://a.example/x/b%20c.jpg"),
      ("b.jpg?x=\u{54}&y=<", "http://a.example/x/b.jpg?x=T&y=%3C"), ("b.jpg#part", "http://a.example/x/b.jpg"),
      ("向日葵.jpg", "http://a.example/x/%E5%90%91%E6%97%A5%E8%91%B5.jpg"),
      ("\\\\c.example\\b.jpg", "http://c.example/b.jpg"), ("http://c.example:80/", "http://c.example/"),
      ("https://c.example:443/", "https://c.example/"), ("https://c.example:8443/", "https://c.example:8443/"),
      ("http://c.example./b", "http://c.example/b"), ("?q=1", "http://a.example/x/y?q=1"),
    ])
  func references(reference: String, whole: String) throws {
    let base = try #require(WebAddress("http://a.example/x/y"))
    #expect(WebAddress(reference: Array(reference.utf8), base: base)?.text == whole)
  }

  @Test("bytes that are no UTF-8 are kept in percent-encoding")
  func bytes() throws {
    let base = try #require(WebAddress("http://a.example/"))
    #expect(
      WebAddress(reference: [0xBB, 0xA8] + Array(".jpg".utf8), base: base)?.text == "http://a.example/%BB%A8.jpg")
  }

  @Test(
    "all but http and https is refused",
    arguments: [
      "javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "ftp://a.example/b.jpg",
      "gopher://a.example/", "http://user:secret@a.example/b.jpg", "http://", "mailto:a@example.org",
      "http://a.example:99999/",
    ])
  func refused(reference: String) throws {
    let base = try #require(WebAddress("http://a.example/"))
    #expect(WebAddress(reference: Array(reference.utf8), base: base) == nil)
  }

  @Test("odd ways to write a number are the address that libcurl would connect to")
  func numbers() throws {
    #expect(WebAddress("http://2130706433/")?.host == "127.0.0.1")
    #expect(WebAddress("http://0x7f.1/")?.host == "127.0.0.1")
    #expect(WebAddress("http://[::1]:8080/")?.host == "::1")
  }

  @Test("keywords of any script are percent-encoded UTF-8")
  func query() throws {
    let base = try #require(WebAddress("http://a.example/search?old=1"))
    let text = base.with([("q", "向日葵 & co"), ("n", "1")])?.text
    #expect(text == "http://a.example/search?q=%E5%90%91%E6%97%A5%E8%91%B5%20%26%20co&n=1")
  }

  @Test(
    "a host is allowed by name, at any port or one",
    arguments: [
      ("a.example", "http://a.example/x", true), ("A.Example", "https://a.example:444/", true),
      ("a.example:8080", "http://a.example:8080/", true), ("a.example:8080", "http://a.example/", false),
      ("a.example", "http://b.a.example/", false), ("127.0.0.1:9", "http://127.0.0.1:9/", true),
      ("[::1]:9", "http://[::1]:9/", true), ("::1", "http://[::1]:9/", true),
      ("a.example:443", "https://a.example/", true),
    ])
  func allowed(host: String, address: String, isAllowed: Bool) throws {
    #expect(try AllowedHost(host).admits(#require(WebAddress(address))) == isAllowed)
  }

  @Test(
    "what is no host cannot be allowed", arguments: ["", "http://a.example", "a.example:x", "a b", "a:0", "a:70000"])
  func notAllowed(host: String) {
    #expect(throws: WinnowError.self) { try AllowedHost(host) }
  }
}
