import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowTestSupport

@testable import WinnowCrawl

@Suite("Pages, lists and folders as sources")
struct PlainSourceTests {
  @Test("a page's pictures are listed, and its robots.txt is asked first")
  func page() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/robots.txt": .ok(Array("User-agent: *\nDisallow: /secret".utf8), "text/plain")
      case "/p": .redirect("/q/")
      default: .ok(Array("<title>T</title><img src=1.jpg>".utf8), "text/html")
      }
    }
    let fetcher = try WebBench(.quick(server)).fetcher
    let robots = RobotsMemory(fetcher)
    var source = try PageSource(server.base + "/p", fetcher, robots)
    let candidate = try #require(try source.next()?.first)
    #expect(
      candidate.url == server.base + "/q/1.jpg" && candidate.page == server.base + "/q/" && candidate.title == "T")
    #expect(candidate.obeysRobots)
    #expect(try source.next() == nil)
    var forbidden = try PageSource(server.base + "/secret/p", fetcher, robots)
    let error = #expect(throws: WinnowError.self) { try forbidden.next() }
    #expect(error?.code == .sourceUnavailable)
    #expect(server.hits["/robots.txt"] == 1 && server.hits["/secret/p"] == nil)
  }

  @Test(
    "a missing robots.txt allows all, one that cannot be had now nothing",
    arguments: [(404, true), (403, true), (500, false), (429, false)])
  func robots(status: Int, isAllowed: Bool) throws {
    let server = try LoopbackServer { _ in .status(status) }
    let robots = RobotsMemory(try WebBench(.quick(server)).fetcher)
    #expect(try robots.allows(#require(WebAddress(server.base + "/x"))) == isAllowed)
  }

  @Test("a list gives its addresses and counts what is none")
  func list() throws {
    let folder = try TemporaryFolder()
    let text = "\u{FEFF}http://a.example/1.jpg\r\n\n  # a comment\nftp://a.example/2.jpg\nhttp://a.example/3 x.jpg"
    try folder.file("list", Array(text.utf8))
    let source = try ListSource(folder.path.appending("list"))
    let candidates = try #require(try source.next())
    #expect(candidates.map(\.url) == ["http://a.example/1.jpg", "ftp://a.example/2.jpg", "http://a.example/3%20x.jpg"])
    #expect(candidates[1].place == .unusable(.badAddress))
    #expect(try source.next() == nil)
    #expect(throws: WinnowError.self) { try ListSource(folder.path) }
  }

  @Test("a folder gives its regular files, and leaves links, hidden names and the target out")
  func folder() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.jpg", "a/b/2.jpg", ".hidden/3.jpg", "a/.4.jpg", "into/5.jpg"] { try folder.file(name, [1]) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path.appending("link").string, withDestinationPath: folder.path.appending("a").string)
    let odd = folder.path.pushing(FilePath(bytes: Array("a/\n ".utf8) + [0xFF]))
    #expect(odd.withPlatformString { close(creat($0, 0o600)) } == 0)
    let target = try Root(opening: folder.path.appending("into"), on: LinuxFileSystem())
    let source = try FolderSource(folder.path, avoiding: target.status)
    var places: Set<PictureCandidate.Place> = []
    var urls: [String] = []
    while let candidates = try source.next() {
      places.formUnion(candidates.map(\.place))
      urls += candidates.map(\.url)
    }
    #expect(
      places == [
        .file(FilePath("a/1.jpg")), .file(FilePath("a/b/2.jpg")), .file(FilePath(bytes: Array("a/\n ".utf8) + [0xFF])),
      ])
    #expect(urls.contains { $0.hasPrefix("file:/") && $0.hasSuffix("/a/%0A%20%FF") })
    #expect(throws: WinnowError.self) { try FolderSource(folder.path.appending("into"), avoiding: target.status) }
  }
}
