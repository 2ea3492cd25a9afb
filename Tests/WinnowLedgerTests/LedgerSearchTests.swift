import SystemPackage
import Testing
import WinnowCore
import WinnowLedger

@Suite("Looking through the history")
struct LedgerSearchTests {
  /// All rows of a search, stretch by stretch.
  private func rows(_ search: HistorySearch, in temporary: TemporaryLedger) throws -> [HistoryRow] {
    var (search, rows) = (search, [HistoryRow]())
    while true {
      let finding = try temporary.ledger.search(search)
      rows += finding.rows
      guard let next = finding.next else { return rows }
      search.before = next
    }
  }

  @Test("rows come newest first, whole and once, whatever the page's size")
  func paging() throws {
    let temporary = try TemporaryLedger()
    for number in 0..<20 { try temporary.sort("\(number).jpg", at: [5, 3, 9][number % 3]) }
    for limit in [1, 3, 7, 20, 100] {
      let rows = try rows(HistorySearch(limit: limit), in: temporary)
      #expect(rows.map(\.id) == Array(rows.map(\.id).sorted().reversed()))
      #expect(rows.count == 20)
    }
  }

  @Test("a search from beyond the newest row begins with the newest row", arguments: [5, 1 << 40, Int64.max])
  func beyond(before: Int64) throws {
    let temporary = try TemporaryLedger()
    try temporary.sort("a.jpg", at: 10)
    let finding = try temporary.ledger.search(HistorySearch(before: before))
    #expect(finding.rows.count == 1)
    #expect(finding.next == nil)
  }

  @Test("a text finds names before and after and classes, whatever the case")
  func text() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("Holiday_1.jpg", at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/renamed.jpg"), outcome: .corrected, at: 11)
    try temporary.sort("other%.jpg", at: 12)
    #expect(try rows(HistorySearch(text: "holiday"), in: temporary).count == 2)
    #expect(try rows(HistorySearch(text: "RENAMED"), in: temporary).map(\.outcome) == [.corrected])
    #expect(try rows(HistorySearch(text: "%"), in: temporary).count == 1)
    #expect(try rows(HistorySearch(text: "CLASS 0"), in: temporary).count == 3)
    #expect(try rows(HistorySearch(text: "nowhere"), in: temporary).isEmpty)
  }

  @Test("outcome, class and inbox narrow the search, and an unknown word finds nothing")
  func narrowing() throws {
    let temporary = try TemporaryLedger()
    let picture = try temporary.sort("a.jpg", at: 10)
    try temporary.move(picture, to: Sample.sorted("rose/a.jpg"), outcome: .corrected, at: 11)
    #expect(try rows(HistorySearch(outcome: .corrected), in: temporary).count == 1)
    #expect(try rows(HistorySearch(inbox: "camera"), in: temporary).count == 2)
    #expect(try rows(HistorySearch(inbox: "none"), in: temporary).isEmpty)
    #expect(try rows(HistorySearch(className: "none"), in: temporary).isEmpty)
    #expect(try rows(HistorySearch(className: "class 0"), in: temporary).count == 2)
  }
}
