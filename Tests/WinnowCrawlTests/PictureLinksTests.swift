import Testing

@testable import WinnowCrawl

@Suite("Links to pictures in a page")
struct PictureLinksTests {
  private func links(_ page: String) throws -> [String] {
    let address = try #require(WebAddress("http://a.example/dir/page.html"))
    return PictureLinks.all(in: Array(page.utf8), of: address).map {
      $0.text.hasPrefix("http://a.example") ? String($0.text.dropFirst(16)) : $0.text
    }
  }

  @Test("pictures shown, loaded late and linked to are found, each once")
  func found() throws {
    let page = """
      <!DOCTYPE html><title>Two &amp; more</title><meta property="og:image" content="/og.jpg">
      <img src=one.jpg><IMG ALT='a > b' SRC='two.png'/>
      <img src="blank.gif" data-src="late.webp"><img src="one.jpg">
      <picture><source srcset="s-1.jpg 1x, s-2.jpg 2x"><img srcset="w-1.jpg 320w,w-2.jpg 640w, w,3.jpg 100w" src="no.jpg">
      </picture><a href="big.JPEG?x=1&amp;y=2">x</a><a href="page2.html">no</a><video><source src="film.mp4"></video>
      <input type=image src=button.png><input src=no.png>
      """
    #expect(
      try links(page) == [
        "/og.jpg", "/dir/one.jpg", "/dir/two.png", "/dir/late.webp", "/dir/s-2.jpg", "/dir/w-2.jpg",
        "/dir/big.JPEG?x=1&y=2", "/dir/button.png",
      ])
    #expect(PictureLinks.title(Array(page.utf8)) == "Two & more")
  }

  @Test("the base of a page counts")
  func base() throws {
    #expect(try links("<base href='http://b.example/c/'><img src=d.jpg>") == ["http://b.example/c/d.jpg"])
  }

  @Test("comments, scripts and styles hold no pictures")
  func hidden() throws {
    let page = """
      <!-- <img src=a.jpg> --><script>"<img src=b.jpg>"</script><style><img src=c.jpg></STYLE ><img src=d.jpg>
      """
    #expect(try links(page) == ["/dir/d.jpg"])
  }

  @Test(
    "hostile markup is survived",
    arguments: [
      ("<", 0), ("<img", 0), ("<img src", 0), ("<img src=", 0), ("<img src=\"a.jpg", 1), ("<img =src=a.jpg>", 0),
      ("<<<img src=a.jpg>", 1), ("<img src='javascript:alert(1)'><img src=data:image/png;base64,AA==>", 0),
      ("<!--", 0), ("<script>", 0), ("</img src=a.jpg>", 0), ("<img/src=a.jpg/>", 1), ("<img src=\u{0}a.jpg>", 1),
      ("<img srcset=', ,  '>", 0), ("<img src='&#x26;&#0;&#xFFFFFFFFF;&bogus;'>", 1),
    ])
  func hostile(page: String, count: Int) throws {
    #expect(try links(page).count == count)
  }

  @Test("a page of nothing but openings costs time in proportion to its length")
  func long() throws {
    let pieces = ["<", "<!--", "<img ", "<img a=", "<a b='", "<script", "</", "&#"]
    for piece in pieces { _ = try links(String(repeating: piece, count: 200_000 / piece.count)) }
    #expect(try links(String(repeating: "<script></script", count: 10_000) + "<img src=a.jpg>").count <= 1)
  }
}
