import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore
import WinnowTestSupport

@testable import WinnowControlServer

@Suite("work on data sets")
struct DatasetRequestTests {
  private static let odd = FilePath(bytes: Array("/d/\n 向\"".utf8) + [0xFF])

  private static let requests: [DatasetRequest] = [
    .crawl(
      CrawlRequest(source: "list", from: odd, count: 3, into: odd, allowedHosts: ["localhost:80"], minSide: 64)),
    .crawl(CrawlRequest(source: "baidu", keyword: "向日葵", into: "/d", contact: "me@a.example", rate: 0.5)),
    .clean(CleanRequest(folder: odd, name: "rose", model: "m@2", dryRun: true, apply: odd)),
    .split(SplitRequest(folder: odd, ratios: "8:1:1", seed: .max, placing: "link")), .split(SplitRequest(folder: "/d")),
    .check(SplitCheckRequest(folder: odd)), .info(DatasetInfoRequest(folder: odd, page: "/p")), .sources,
  ]

  @Test("goes to JSON and back whole, also by way of a job's row", arguments: requests)
  func coding(request: DatasetRequest) throws {
    #expect(try Wire.decode(DatasetRequest.self, from: Wire.encode(request)) == request)
    #expect(try DatasetRequest(verb: request.verb.rawValue, body: Wire.encode(request)) == request)
    let row = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(request))
    #expect(row["verb"] == .string(request.verb.rawValue))
    #expect(try JSONDecoder().decode(DatasetRequest.self, from: JSONEncoder().encode(row)) == request)
  }

  @Test("an unknown verb, and a body without its folder, are told")
  func refused() {
    #expect(#expect(throws: WinnowError.self) { try DatasetRequest(verb: "wash", body: Data()) }?.code == .notFound)
    let error = #expect(throws: WinnowError.self) { try DatasetRequest(verb: "split", body: Data("{}".utf8)) }
    #expect(error?.message.contains("folder") == true)
  }

  // MARK: Rights

  private static let member = Peer(user: 1000, group: 1000, process: 1, standing: .member)
  private static let owner = Peer(user: 0, group: 0, process: 1, standing: .owner)

  @Test("members work below training.roots, outputs included, wherever links lead")
  func roots() throws {
    let folder = try TemporaryFolder()
    let (root, outside) = (folder.path.appending("roots"), folder.path.appending("outside"))
    for path in [root, outside, root.appending("set")] {
      #expect(path.withPlatformString { mkdir($0, 0o755) } == 0)
    }
    let link = root.appending("link")
    #expect(symlink(outside.string, link.string) == 0)
    let permission = DatasetPermission(roots: [root])
    func isAllowed(_ request: DatasetRequest) -> Bool { (try? permission.check(request, from: Self.member)) != nil }

    #expect(isAllowed(.split(SplitRequest(folder: root.appending("set")))))
    #expect(isAllowed(.crawl(CrawlRequest(source: "baidu", keyword: "k", into: root.appending("new")))))
    #expect(isAllowed(.sources))
    for path in [
      outside, link, link.appending("x"), root.appending("../outside"), root.appending("set/../../outside"), "/",
      FilePath(root.string + "_other"),
    ] {
      #expect(!isAllowed(.check(SplitCheckRequest(folder: path))), "\(path)")
    }
    // Its output would lie beside the root.
    #expect(!isAllowed(.split(SplitRequest(folder: root))))
    #expect(!isAllowed(.info(DatasetInfoRequest(folder: root.appending("set"), page: outside.appending("page")))))
    #expect(
      !isAllowed(.crawl(CrawlRequest(source: "list", from: outside.appending("list"), into: root.appending("set")))))
    #expect(
      !isAllowed(
        .crawl(CrawlRequest(source: "page", keyword: "k", into: root.appending("set"), allowedHosts: ["10.0.0.1"]))))
    #expect(throws: WinnowError.self) {
      try DatasetPermission(roots: []).check(
        .check(SplitCheckRequest(folder: root.appending("set"))), from: Self.member)
    }
    // What is carried out is what was compared.
    let resolved = try permission.check(
      .check(SplitCheckRequest(folder: root.appending("set/../set"))), from: Self.member)
    #expect(resolved.paths == [root.appending("set")])
  }

  @Test("a folder that is only read has to lie below training.roots as well, unless none is named")
  func readFolder() throws {
    let folder = try TemporaryFolder()
    let root = folder.path.appending("roots")
    for path in [root, root.appending("set")] { #expect(path.withPlatformString { mkdir($0, 0o755) } == 0) }
    let permission = DatasetPermission(roots: [root])
    #expect(try permission.check(root.appending("set/../set"), from: Self.member) == root.appending("set"))
    #expect(try permission.check(nil, from: Self.member) == nil)
    for path in [folder.path, root.appending(".."), "set"] as [FilePath] {
      #expect(throws: WinnowError.self, "\(path)") { try permission.check(path, from: Self.member) }
    }
    #expect(try permission.check(folder.path, from: Self.owner) == folder.path)
  }

  @Test("owners may name any absolute path")
  func owners() throws {
    let request = DatasetRequest.split(SplitRequest(folder: "/anywhere"))
    #expect(try DatasetPermission(roots: []).check(request, from: Self.owner) == request)
    let relative = DatasetRequest.split(SplitRequest(folder: "anywhere"))
    #expect(throws: WinnowError.self) { try DatasetPermission(roots: []).check(relative, from: Self.owner) }
  }

  // MARK: winnowctl

  @Test("winnowctl asks for what its arguments say, with paths from the root")
  func asked() throws {
    let asked = Mutex<[DatasetRequest]>([])
    let live = try LiveServer(
      service: ServiceDouble { call, _ in
        if case .dataset(let request, _) = call { asked.withLock { $0.append(request) } }
        return false
      })
    let tool = CommandLineTool(socket: live.socket, folder: live.folder.path)
    _ = try live.folder.file("winnow.yaml")
    for arguments in [
      ["split", "/d/a", "--ratios", "8:1:1", "--seed", "4", "--reflink"], ["clean", "/d", "--name", "rose"],
      ["crawl", "urls.txt", "--source", "list", "--into", "/d", "--min-side", "32"], ["info", "/d"],
    ] {
      #expect(try tool.run((["dataset"] + arguments).map { Array($0.utf8) }).status == 0)
    }
    let requests = asked.withLock { $0 }
    guard requests.count == 4, case .crawl(let crawl) = requests[2] else {
      Issue.record("\(requests)")
      return
    }
    #expect(requests[0] == .split(SplitRequest(folder: "/d/a", ratios: "8:1:1", seed: 4, placing: "reflink")))
    #expect(requests[1] == .clean(CleanRequest(folder: "/d", name: "rose")))
    #expect(crawl.from?.isAbsolute == true && crawl.from?.lastComponent == "urls.txt" && crawl.keyword == nil)
    #expect(requests[3] == .info(DatasetInfoRequest(folder: "/d")))
  }

  @Test("a check exits with 1 where there are leaks, and lists them")
  func leaks() throws {
    let live = try LiveServer(service: ServiceDouble())
    let tool = CommandLineTool(socket: live.socket, folder: live.folder.path)
    _ = try live.folder.file("winnow.yaml")
    let outcome = try tool.run("dataset", "split", "/d", "--check", "--json")
    #expect(outcome.status == 1)
    #expect(
      try outcome.objects()[0]["leaks"] == [
        ["kind": "burst", "first": "train/a.jpg", "second": "test/b.jpg", "parts": ["train", "test"]]
      ])
  }

  @Test(
    "arguments that make no sense are wrong use",
    arguments: [
      ["split", "/d", "--seed", "-1"], ["split", "/d", "--copy", "--link"], ["split", "/d", "--check", "--seed", "1"],
      ["split"], ["crawl", "x", "--into", "/d"], ["crawl", "x", "--source", "s", "--into", "/d", "--count", "0"],
    ])
  func wrongUse(arguments: [String]) throws {
    let live = try LiveServer(service: ServiceDouble())
    let tool = CommandLineTool(socket: live.socket, folder: live.folder.path)
    #expect(try tool.run((["dataset"] + arguments).map { Array($0.utf8) }).status == 2)
  }
}
