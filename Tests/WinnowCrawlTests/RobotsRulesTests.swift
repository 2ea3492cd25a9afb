import Testing

@testable import WinnowCrawl

@Suite("Rules for robots")
struct RobotsRulesTests {
  private func rules(_ text: String) -> RobotsRules { RobotsRules(Array(text.utf8), agent: "Winnow") }

  @Test(
    "the longest pattern decides, and of equals the one that allows",
    arguments: [
      ("/", true), ("/private/", false), ("/private/x.jpg", false), ("/private/open/x.jpg", true), ("/same/x", true),
      ("/a.gif", false), ("/a.gif?size=1", true), ("/deep/x/y/z.png", false), ("/deep/z.png", true),
      ("/robots.txt", true),
    ])
  func longest(target: String, isAllowed: Bool) {
    let rules = rules(
      """
      User-agent: *
      Disallow: /private/
      Allow: /private/open/
      Disallow: /same/
      Allow: /same/
      Disallow: /*.gif$
      Disallow: /deep/*/z
      """)
    #expect(rules.allows(target) == isAllowed)
  }

  @Test("rules for us by name replace those for everyone, in whatever groups they stand")
  func named() {
    let rules = rules(
      """
      user-agent: *\r
      disallow: /\r
      \r
      User-Agent: Other\r
      USER-AGENT: winnow/2.0 # by name\r
      Disallow: /first\r
      Sitemap: http://a.example/map\r
      User-agent: Third\r
      Disallow: /third\r
      User-agent: WINNOW\r
      Disallow: /second\r
      """)
    #expect(rules.allows("/anything"))
    #expect(!rules.allows("/first/x"))
    #expect(!rules.allows("/second"))
    #expect(rules.allows("/third"))
  }

  @Test("an empty Disallow, rules before any group and broken lines forbid nothing")
  func harmless() {
    #expect(rules("Disallow: /\nUser-agent: *\nDisallow:\nnonsense\n: /\n").allows("/x"))
    #expect(rules("").allows("/x"))
    #expect(rules("<html><body>Not found</body></html>").allows("/x"))
  }

  @Test("a path is the same in each of its encodings")
  func encodings() {
    let rules = rules("\u{FEFF}User-agent: *\nDisallow: /向日葵\nDisallow: /%61b\nDisallow: /c%2Fd")
    #expect(!rules.allows("/%E5%90%91%E6%97%A5%E8%91%B5/1.jpg"))
    #expect(!rules.allows("/%e5%90%91%e6%97%a5%e8%91%b5"))
    #expect(!rules.allows("/ab"))
    #expect(rules.allows("/c/d"))
  }

  @Test("many stars cost no more than the product of both lengths")
  func stars() {
    let rules = rules("User-agent: *\nDisallow: /" + String(repeating: "*a", count: 500) + "b")
    #expect(rules.allows("/" + String(repeating: "a", count: 2000)))
  }
}
