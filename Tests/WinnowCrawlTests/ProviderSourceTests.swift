import Testing
import WinnowCore
import WinnowSupervision

@testable import WinnowCrawl

@Suite("Sources with an interface")
struct ProviderSourceTests {
  private func provider(_ kind: SourceKind, _ server: LoopbackServer) throws -> Provider {
    try Provider(kind, base: server.base + "/api", WebBench(.quick(server)).fetcher)
  }

  private func error(_ kind: SourceKind, _ json: String) throws -> WinnowError? {
    let server = try LoopbackServer { _ in .json(json) }
    let fetcher = try WebBench(.quick(server)).fetcher
    let catalogue = SourceCatalogue([kind: server.base + "/api"], fetcher, RobotsMemory(fetcher))
    var source = try catalogue.source(kind, keyword: "rose")
    do throws(WinnowError) {
      _ = try source.next()
      return nil
    } catch {
      return error
    }
  }

  @Test("baidu is asked page after page, and pictures come with the copies of them")
  func baidu() throws {
    let server = try LoopbackServer { request in
      request["pn"] == "0"
        ? .json(
          #"""
          {"queryEnc":"x","displayNum":2,"data":[
          {"thumbURL":"https://t.example/1.jpg","middleURL":"https://m.example/1.jpg","hoverURL":"",
           "replaceUrl":[{"ObjURL":"https://o.example/1.jpg","FromURL":"https://p.example/1"}],
           "fromPageTitle":"it\'s <strong>one<\/strong>"},
          {"objURL":"ippr_z2C$qAzdH3FAzdH3Fw_z&e3Bjxw4rsjAzdH3FkAzdH3F8_z&e3B3r2","thumbURL":"https://t.example/2.jpg"},
          {"thumbURL":"https://t.example/3.jpg"},{"width":1},{}]}
          """#)
        : .json(#"{"data":[{}]}"#)
    }
    var source = BaiduSource("向日葵", try provider(.baidu, server))
    let candidates = try #require(try source.next())
    #expect(
      candidates.map(\.url) == ["https://o.example/1.jpg", "http://a.example/b/1.jpg", "https://t.example/3.jpg"])
    #expect(candidates[0].others.map(\.text) == ["https://m.example/1.jpg", "https://t.example/1.jpg"])
    #expect(candidates[0].title == "it's one")
    #expect(candidates[0].page == "https://p.example/1" && candidates[0].referer == "https://p.example/1")
    #expect(try source.next() == nil)
    #expect(server.seen.map { $0["pn"] } == ["0", "30"])
    #expect(server.seen.allSatisfy { $0["word"] == "向日葵" && $0.fields["referer"]?.hasPrefix(server.base) == true })
  }

  @Test("wikimedia is asked on with what it said, and licences come along")
  func wikimedia() throws {
    let server = try LoopbackServer { request in
      request["gsroffset"] == nil
        ? .json(
          #"""
          {"continue":{"gsroffset":2,"continue":"gsroffset||"},"query":{"pages":[
          {"pageid":2,"ns":6,"title":"File:B.tif","index":2,"imageinfo":[{"url":"https://u.example/B.tif",
           "thumburl":"https://u.example/B.tif/1600px.jpg","descriptionurl":"https://c.example/B","mime":"image/tiff"}]},
          {"pageid":1,"ns":6,"title":"File:A.jpg","index":1,"imageinfo":[{"url":"https://u.example/A.jpg",
           "thumburl":"https://u.example/thumb/A.jpg","descriptionurl":"https://c.example/A","mime":"image/jpeg",
           "sha1":"00","extmetadata":{"LicenseShortName":{"value":"CC BY-SA 4.0"},
           "LicenseUrl":{"value":"https://l.example/4.0"},"Artist":{"value":"<a href=\"x\">Ann &amp; co</a>"}}}]},
          {"pageid":3,"ns":6,"title":"File:C.pdf","index":3,"imageinfo":[{"url":"https://u.example/C.pdf","mime":"application/pdf"}]}]}}
          """#)
        : .json(#"{"batchcomplete":true}"#)
    }
    var source = WikimediaSource("rose", try provider(.wikimedia, server))
    let candidates = try #require(try source.next())
    #expect(candidates.map(\.url) == ["https://u.example/A.jpg", "https://u.example/B.tif/1600px.jpg"])
    #expect(candidates[0].licence == "CC BY-SA 4.0" && candidates[0].licenceURL == "https://l.example/4.0")
    #expect(candidates[0].author == "Ann & co" && candidates[0].page == "https://c.example/A")
    #expect(candidates[0].title == "File:A.jpg")
    #expect(candidates[0].others.map(\.text) == ["https://u.example/thumb/A.jpg"])
    #expect(try source.next() == nil)
    #expect(server.seen.map { $0["gsroffset"] } == [nil, "2"])
    #expect(server.seen.map { $0["continue"] } == [nil, "gsroffset||"])
  }

  @Test("openverse is read up to its last page")
  func openverse() throws {
    let server = try LoopbackServer { request in
      .json(
        #"""
        {"result_count":2,"page_count":2,"page_size":1,"page":1,"results":[{"id":"x","title":"T",
        "url":"https://u.example/\#(request["page"] ?? "").jpg","thumbnail":"https://t.example/1","creator":"Ann",
        "foreign_landing_url":"https://f.example/1","license":"by","license_version":"4.0","license_url":"https://l.example"}]}
        """#)
    }
    var source = OpenverseSource("rose", try provider(.openverse, server))
    let first = try #require(try source.next()?.first)
    #expect(first.url == "https://u.example/1.jpg" && first.licence == "by 4.0" && first.author == "Ann")
    #expect(first.page == "https://f.example/1" && first.title == "T")
    #expect(try source.next()?.first?.url == "https://u.example/2.jpg")
    #expect(try source.next() == nil)
  }

  @Test("a provider that changed its form is said with the field and its place")
  func changed() throws {
    let cases: [(SourceKind, String, String)] = [
      (.baidu, #"{"items":[]}"#, #"the field "data" is missing in the answer"#),
      (.baidu, #"{"data":[{"picture":"x"}]}"#, #"the field "thumbURL" is missing in "data[0]""#),
      (.baidu, #"{"data":{"a":1}}"#, #""data" is not a list"#),
      (.wikimedia, #"{"result":{}}"#, #"the field "query" is missing in the answer"#),
      (.wikimedia, #"{"query":{"pages":[{"title":"A"}]}}"#, #"the field "imageinfo" is missing in "query.pages[0]""#),
      (
        .wikimedia, #"{"query":{"pages":[{"title":"A","imageinfo":[{"mime":"image/png"}]}]}}"#,
        #"the field "url" is missing in "query.pages[0].imageinfo[0]""#
      ),
      (.openverse, #"{"data":[]}"#, #"the field "results" is missing in the answer"#),
      (
        .openverse, #"{"results":[{"url":"http://a.example/"}]}"#,
        #"the field "license" is missing in "results[0]""#
      ),
    ]
    for (kind, json, complaint) in cases {
      let error = try #require(try error(kind, json), "\(json)")
      #expect(error.code == .sourceChanged)
      #expect(error.message == "\(kind.rawValue) changed the form of its answers: \(complaint)")
    }
    #expect(try error(.baidu, "<html>")?.code == .sourceChanged)
  }

  @Test("a provider that refuses is said with what it says")
  func refusing() throws {
    let robot = try #require(try error(.baidu, #"{"antiFlag":1,"message":"Forbid spider access"}"#))
    #expect(robot.code == .sourceUnavailable && robot.cause == "Forbid spider access")
    let maintenance = try #require(try error(.wikimedia, #"{"error":{"code":"x","info":"database locked"}}"#))
    #expect(maintenance.message == "wikimedia refuses: database locked")
  }

  @Test("the check of sources tells which answer in the known form")
  func health() throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/baidu": .json(#"{"data":[{"thumbURL":"https://t.example/1.jpg"}]}"#)
      case "/wikimedia": .json(#"{"batchcomplete":true}"#)
      default: .status(403)
      }
    }
    let bases = Dictionary(
      uniqueKeysWithValues: [SourceKind.baidu, .wikimedia, .openverse].map { ($0, "\(server.base)/\($0.rawValue)") })
    let healths = try SourcesCheck(
      baseAddresses: bases, web: .quick(server), cancellation: Cancellation()
    ).run()
    #expect(healths.map(\.name) == ["baidu", "wikimedia", "openverse", "page", "list", "folder"])
    #expect(healths.map(\.reachable) == [true, false, false, nil, nil, nil])
    #expect(healths[0].error == nil && healths[1].error?.contains("no picture") == true)
    #expect(healths[2].error?.contains("it answered 403") == true)
  }
}
