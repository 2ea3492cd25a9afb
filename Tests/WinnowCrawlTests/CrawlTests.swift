import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowCrawl

@Suite("A crawl")
struct CrawlTests {
  private let home: TemporaryFolder
  private let into: FilePath

  init() throws {
    home = try TemporaryFolder()
    into = home.path.appending("into")
  }

  private func settings(
    _ addresses: [String], _ server: LoopbackServer, wanted: Int? = nil
  ) throws -> CrawlSettings {
    try home.file("list", Array(addresses.joined(separator: "\n").utf8))
    var settings = CrawlSettings(
      subject: .list(home.path.appending("list")), into: into, wanted: wanted, web: try .quick(server))
    settings.name = "向日葵"
    return settings
  }

  @discardableResult
  private func crawl(
    _ settings: CrawlSettings, _ looker: CrawlLooker = CrawlLooker(), _ cancellation: Cancellation = Cancellation()
  ) throws -> CrawlReport {
    try Crawl(settings: settings, looker: looker, cancellation: cancellation).run()
  }

  private func provenance() throws -> [ProvenanceRecord] {
    try home.bytes(of: "into/provenance.jsonl").split(separator: 0x0A).map {
      try JSONDecoder().decode(ProvenanceRecord.self, from: Data($0))
    }
  }

  /// Whether exactly the pictures that provenance tells of are there, with its hashes, and nothing half-written.
  private func checkFolder(saved: Int) throws {
    let records = try provenance()
    let names = try home.names(in: "into").filter { !$0.hasPrefix(".") && $0 != "provenance.jsonl" }
    #expect(records.map(\.file).sorted() == names && names.count == saved)
    #expect(try home.names(in: "into").filter { $0.hasSuffix(".part") } == [])
    for record in records {
      var hasher = ContentHasher()
      hasher.update(try home.bytes(of: "into/\(record.file)"))
      #expect(hasher.finish().hex == record.sha256)
    }
  }

  @Test("good pictures are kept, bad ones counted by what is wrong with them")
  func everything() throws {
    let street = try BadNeighbourhood(200)
    let report = try crawl(settings(street.addresses, street.server))
    #expect(street.check(report) == [])
    #expect(report.reached && report.savedNow == report.saved)
    try checkFolder(saved: street.saved)
    let first = try #require(try provenance().first { $0.url.hasSuffix("/good/0.jpg") })
    #expect(first.file.hasPrefix("向日葵_") && first.file.hasSuffix(".jpg") && first.source == "list")
  }

  @Test(
    "broken off midway and run again, it ends with the same counts and fetches nothing twice", arguments: [1, 40, 70])
  func resumed(after: Int) throws {
    let street = try BadNeighbourhood(80)
    let settings = try settings(street.addresses, street.server)
    let looker = CrawlLooker(endingAfter: (after, WinnowError(.jobFailed, "the worker is gone")))
    #expect(throws: WinnowError.self) { try crawl(settings, looker) }
    var settled: Set<String> = []
    do {
      let folder = try CrawlFolder(into, stem: "x")
      _ = try folder.journal.read { settled.insert($0.url) }
    }
    #expect(!settled.isEmpty || after == 1)
    let before = street.server.seen.count
    let report = try crawl(settings)
    #expect(street.check(report) == [])
    #expect(report.savedNow < report.saved || after == 1)
    let again = street.server.seen[before...].map { street.server.base + $0.target }.filter(settled.contains)
    #expect(again == [])
    try checkFolder(saved: street.saved)
    // All but what may be had another day is settled now.
    let third = street.server.seen.count
    #expect(street.check(try crawl(settings)) == [])
    let retried = Set(
      street.server.seen[third...].compactMap { $0.target.split(separator: "/").first.map(String.init) })
    #expect(retried == ["short", "slow"])
  }

  @Test("no more come than are wanted, and more another time")
  func wanted() throws {
    let server = try LoopbackServer { request in
      .ok(MadePicture.bytes(Int(request.path.filter(\.isNumber)) ?? 0))
    }
    let addresses = (0..<50).map { "\(server.base)/\($0).jpg" }
    let report = try crawl(settings(addresses, server, wanted: 7))
    #expect(report.reached && report.saved == 7 && server.seen.count == 7)
    try checkFolder(saved: 7)
    let more = try crawl(settings(addresses, server, wanted: 12))
    #expect(more.saved == 12 && more.savedNow == 5 && server.seen.count == 12)
    let all = try crawl(settings(addresses, server, wanted: 60))
    #expect(!all.reached && all.saved == 50 && all.ending == "the source has no more")
    #expect(server.hits.values.allSatisfy { $0 == 1 })
  }

  @Test("a cancellation ends it, and what is there stays whole")
  func cancelled() throws {
    let cancellation = Cancellation()
    let server = try LoopbackServer { request in
      let number = Int(request.path.filter(\.isNumber)) ?? 0
      if number == 20 { cancellation.request() }
      return .ok(MadePicture.bytes(number))
    }
    let addresses = (0..<60).map { "\(server.base)/\($0).jpg" }
    let settings = try settings(addresses, server)
    let error = #expect(throws: WinnowError.self) { try crawl(settings, CrawlLooker(), cancellation) }
    #expect(error?.code == .jobCancelled)
    try checkFolder(saved: try provenance().count)
    #expect(try crawl(settings).saved == 60)
    try checkFolder(saved: 60)
  }

  @Test("what lies in the folder already does not come again, by bytes or by looks")
  func present() throws {
    try home.file("into/mine.jpg", MadePicture.bytes(3))
    try home.file("into/notes.txt", Array("notes".utf8))
    let server = try LoopbackServer { request in
      request.path == "/same.jpg" ? .ok(MadePicture.bytes(3)) : .ok(MadePicture.bytes(3, side: 300, quality: 2))
    }
    let report = try crawl(settings([server.base + "/same.jpg", server.base + "/like.jpg"], server))
    #expect(report.duplicates == CrawlReport.Duplicates(url: 0, bytes: 1, looks: 1) && report.saved == 0)
    #expect(try home.bytes(of: "into/mine.jpg") == MadePicture.bytes(3))
  }

  @Test("another crawl into the same folder counts for itself, and knows what the first fetched")
  func second() throws {
    let server = try LoopbackServer { request in .ok(MadePicture.bytes(Int(request.path.filter(\.isNumber)) ?? 0)) }
    let addresses = (0..<4).map { "\(server.base)/\($0).jpg" }
    try crawl(settings(Array(addresses[..<3]), server))
    try home.file("other", Array(addresses[1...].joined(separator: "\n").utf8))
    var settings = try settings(addresses, server)
    settings.subject = .list(home.path.appending("other"))
    let report = try crawl(settings)
    #expect(report.found == 3 && report.saved == 1 && report.duplicates.url == 2)
    #expect(server.hits.values.allSatisfy { $0 == 1 })
    try checkFolder(saved: 4)
  }

  @Test("where a provider's first address gives nothing, its copies are tried")
  func copies() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/api":
        let base = "http://127.0.0.1:\(request.fields["host"]?.split(separator: ":").last ?? "")"
        return request["pn"] == "0"
          ? .json(
            """
            {"data":[{"replaceUrl":[{"ObjURL":"\(base)/gone.jpg","FromURL":"\(base)/page"}],
            "middleURL":"\(base)/html.jpg","thumbURL":"\(base)/9.jpg"}]}
            """) : .json(#"{"data":[]}"#)
      case "/html.jpg": return .ok(Array("<html>".utf8))
      case "/9.jpg": return .ok(MadePicture.bytes(9))
      default: return .status(403)
      }
    }
    var settings = CrawlSettings(subject: .keyword("向日葵", .baidu), into: into, web: try .quick(server))
    settings.baseAddresses = [.baidu: server.base + "/api"]
    let report = try crawl(settings)
    #expect(report.saved == 1 && report.failed.isEmpty && report.found == 1)
    let record = try #require(try provenance().first)
    #expect(record.file == "向日葵_0001.jpg" && record.url == server.base + "/9.jpg" && record.keyword == "向日葵")
    #expect(record.page == server.base + "/page")
    #expect(server.seen.first { $0.path == "/gone.jpg" }?.fields["referer"] == server.base + "/page")
  }

  @Test("pictures of a page that its robots.txt keeps to itself are left alone")
  func robots() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/robots.txt": .ok(Array("User-agent: Winnow\nDisallow: /no/".utf8), "text/plain")
      case "/": .ok(Array("<img src=/no/1.jpg><img src=/yes/2.jpg><img src=/to/3.jpg>".utf8), "text/html")
      case "/to/3.jpg": .redirect("/no/3.jpg")
      default: .ok(MadePicture.bytes(2))
      }
    }
    let settings = CrawlSettings(subject: .page(server.base), into: into, web: try .quick(server))
    let report = try crawl(settings)
    #expect(report.saved == 1 && report.failed == ["robots": 2])
    #expect(!server.seen.contains { $0.path.hasPrefix("/no/") })
  }

  @Test("no picture at all is an error, and so is a provider that cannot be asked")
  func nothing() throws {
    let server = try LoopbackServer { request in
      request["word"] == "none" ? .json(#"{"data":[{}]}"#) : .status(404)
    }
    for (keyword, code) in [("none", WinnowError.Code.nothingFound), ("x", .sourceUnavailable)] {
      var settings = CrawlSettings(subject: .keyword(keyword, .baidu), into: into, web: try .quick(server))
      settings.baseAddresses = [.baidu: server.base]
      let error = #expect(throws: WinnowError.self) { try crawl(settings) }
      #expect(error?.code == code)
    }
  }

  @Test("a provider that fails midway is in the report, with what it gave before")
  func midway() throws {
    let server = try LoopbackServer { request in
      switch request["page"] {
      case "1":
        let base = "http://127.0.0.1:\(request.fields["host"]?.split(separator: ":").last ?? "")"
        return .json(#"{"page_count":9,"results":[{"url":"\#(base)/5.jpg","license":"by"}]}"#)
      case nil: return .ok(MadePicture.bytes(5))
      default: return .status(401)
      }
    }
    var settings = CrawlSettings(
      subject: .keyword("rose", .openverse), into: into, wanted: 5, web: try .quick(server))
    settings.baseAddresses = [.openverse: server.base + "/api"]
    let report = try crawl(settings)
    #expect(report.saved == 1 && !report.reached && report.ending.contains("it answered 401"))
  }

  @Test("a folder's pictures are copied with names of any bytes, and not copied twice")
  func folder() throws {
    for number in 0..<5 { try home.file("card/DCIM/IMG \(number)\n.JPG", MadePicture.bytes(number)) }
    let odd = home.path.pushing(FilePath(bytes: Array("card/".utf8) + [0xFF, 0xFE]))
    let bytes = MadePicture.bytes(77)
    let descriptor = odd.withPlatformString { open($0, O_CREAT | O_WRONLY, 0o600) }
    #expect(bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count)
    close(descriptor)
    try home.file("card/film.mov", Array("film".utf8))
    let server = try LoopbackServer { _ in .status(404) }
    let settings = CrawlSettings(subject: .folder(home.path.appending("card")), into: into, web: try .quick(server))
    let report = try crawl(settings)
    #expect(report.saved == 6 && report.failed == ["not_a_picture": 1] && report.found == 7)
    try checkFolder(saved: 6)
    // The camera uses a name again for another picture.
    try home.file("card/DCIM/IMG 0\n.JPG", MadePicture.bytes(100, length: 2000))
    let again = try crawl(settings)
    #expect(again.saved == 7 && again.savedNow == 1)
    #expect(try home.bytes(of: "card/DCIM/IMG 1\n.JPG") == MadePicture.bytes(1))
  }
}
