import Testing

@testable import WinnowImport

@Suite("Dealing out the pictures of a trial")
struct TrialDealTests {
  @Test(
    "a fifth calibrates, 200 at most, and less where judging needs 300",
    arguments: [
      (310, 10, 300), (330, 30, 300), (375, 75, 300), (500, 100, 400), (1000, 200, 800), (1250, 200, 1050),
      (100_000, 200, 4000), (309, 10, 299), (100, 10, 90), (4, 4, 0), (0, 0, 0),
    ])
  func counts(pictures: Int, calibration: Int, judging: Int) {
    let deal = TrialDeal(seen: Array(0..<pictures), heldOut: [])
    #expect(deal.calibration.count == calibration && deal.judging.count == judging)
  }

  @Test("no picture calibrates and judges", arguments: [0, 9, 310, 1000, 5000])
  func apart(pictures: Int) {
    for heldOut in [0, pictures / 3] {
      let deal = TrialDeal(seen: Array(heldOut..<pictures), heldOut: Array(0..<heldOut))
      #expect(Set(deal.calibration).isDisjoint(with: deal.judging))
      #expect(Set(deal.calibration + deal.judging).count == deal.calibration.count + deal.judging.count)
    }
  }

  @Test("of a split only what was held out judges, and only what was not calibrates")
  func split() {
    let deal = TrialDeal(seen: Array(0..<600), heldOut: Array(600..<1000))
    #expect(deal.judging.sorted() == Array(600..<1000))
    #expect(deal.calibration.count == 200 && deal.calibration.allSatisfy { $0 < 600 })
  }

  @Test("the same pictures are dealt the same way, and not in the order of their names")
  func order() {
    let deal = TrialDeal(seen: Array(0..<1000), heldOut: [])
    #expect(deal == TrialDeal(seen: Array(0..<1000), heldOut: []))
    #expect(deal.calibration != deal.calibration.sorted())
    // Class folders come one after the other: each gives its share.
    for fifth in 0..<5 {
      let count = deal.calibration.filter { $0 / 200 == fifth }.count
      #expect((20...60).contains(count))
    }
  }
}
