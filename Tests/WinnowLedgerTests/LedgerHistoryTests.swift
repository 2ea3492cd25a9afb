import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("History")
struct LedgerHistoryTests {
  @Test("every path a picture ever had finds all of its rows")
  func everyPath() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("a.jpg", at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/a-2.jpg"), outcome: .corrected, at: 11)
    try temporary.sort("other.jpg", at: 12)
    for path in ["/srv/camera/inbox/a.jpg", "/srv/camera/sorted/daisy/a.jpg", "/srv/camera/sorted/rose/a-2.jpg"] {
      let rows = try temporary.rows(HistoryQuery(path: FilePath(path), newestFirst: false))
      #expect(rows.map(\.outcome) == [.sorted, .corrected])
      #expect(Set(rows.map(\.picture)) == [picture])
    }
    #expect(try temporary.rows(HistoryQuery(path: "/srv/camera/inbox/none.jpg")).isEmpty)
    #expect(try temporary.rows(HistoryQuery(path: "/nowhere/a.jpg")).isEmpty)
  }

  @Test("pages of any size hold the same rows, in both directions, also where times repeat or run backwards")
  func paging() throws {
    let temporary = try TemporaryLedger()
    for number in 0..<20 { try temporary.sort("\(number).jpg", at: [5, 3, 3, 9, 3][number % 5]) }
    let all = try temporary.rows(HistoryQuery(limit: 1000, newestFirst: false))
    #expect(all.count == 20)
    #expect(all.map(\.time) == all.map(\.time).sorted())
    for limit in [1, 3, 7, 20] {
      #expect(try temporary.rows(HistoryQuery(limit: limit, newestFirst: false)) == all)
      #expect(try temporary.rows(HistoryQuery(limit: limit)) == all.reversed())
    }
  }

  @Test("inbox, time and run narrow it down, together too")
  func filters() throws {
    let temporary = try TemporaryLedger()
    let other = try temporary.ledger.beginRun(kind: .sort, by: "uid 0 (root)", at: Sample.time(1))
    try temporary.sort("a.jpg", at: 10)
    try temporary.sort("b.jpg", run: other, at: 20)
    try temporary.sort("c.jpg", run: other, at: 30)
    func names(_ query: HistoryQuery) throws -> [String] {
      try temporary.rows(query).map { String(decoding: $0.from.name, as: UTF8.self) }
    }
    #expect(try names(HistoryQuery(since: Sample.time(20))) == ["c.jpg", "b.jpg"])
    #expect(try names(HistoryQuery(run: other, newestFirst: false)) == ["b.jpg", "c.jpg"])
    #expect(try names(HistoryQuery(inbox: "camera")) == ["c.jpg", "b.jpg", "a.jpg"])
    #expect(try names(HistoryQuery(inbox: "none")) == [])
    #expect(
      try names(HistoryQuery(path: "/srv/camera/inbox/c.jpg", inbox: "camera", since: Sample.time(5), run: other))
        == ["c.jpg"])
    #expect(try names(HistoryQuery(path: "/srv/camera/inbox/a.jpg", run: other)) == [])
  }
}
