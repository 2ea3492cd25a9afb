import Testing
import WinnowEvaluation

@testable import WinnowTraining

@Suite("When a new version goes live")
struct PromotionGateTests {
  @Test("the first of its name does, whatever was wished")
  func first() {
    #expect(PromotionGate(nil, isFirst: true, nil).isPromoted)
    #expect(PromotionGate(.ifBetter, isFirst: true, nil).isPromoted)
  }

  @Test("a later one does not by itself, nor where nothing could be compared")
  func later() {
    let better = PairedComparison(count: 100, won: 40, lost: 0)
    #expect(!PromotionGate(nil, isFirst: false, better).isPromoted)
    #expect(!PromotionGate(.ifNotWorse, isFirst: false, nil).isPromoted)
    #expect(!PromotionGate(.ifBetter, isFirst: false, PairedComparison(count: 0, won: 0, lost: 0)).isPromoted)
  }

  @Test("if-better takes proof, if-not-worse the proof that it is not a point worse")
  func gates() {
    let proven = PairedComparison(count: 1000, won: 12, lost: 3)
    let equal = PairedComparison(count: 2000, won: 20, lost: 20)
    let doubtful = PairedComparison(count: 50, won: 3, lost: 3)
    #expect(PromotionGate(.ifBetter, isFirst: false, proven).isPromoted)
    #expect(!PromotionGate(.ifBetter, isFirst: false, equal).isPromoted)
    #expect(PromotionGate(.ifNotWorse, isFirst: false, equal).isPromoted)
    let refused = PromotionGate(.ifNotWorse, isFirst: false, doubtful)
    #expect(!refused.isPromoted && refused.reason.contains("50 test pictures"))
  }
}
