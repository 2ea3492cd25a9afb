import Testing
import WinnowEvaluation

@testable import WinnowReport

@Suite("Two models on the same pictures")
struct ComparisonFiguresTests {
  private static func pairs(_ label: String, both: Int, won: Int, lost: Int, neither: Int) -> [ComparisonFigures.Pair] {
    let kinds = [(both, true, true), (won, false, true), (lost, true, false), (neither, false, false)]
    return kinds.flatMap { count, before, after in
      Array(repeating: ComparisonFigures.Pair(label: label, isRightBefore: before, isRightAfter: after), count: count)
    }
  }

  /// Expected: scipy.stats.binomtest(14, 20).pvalue, and the interval of Agresti and Min by hand.
  @Test("are told apart by the pictures that one alone has right")
  func figures() throws {
    let pairs =
      Self.pairs("cat", both: 50, won: 10, lost: 2, neither: 8)
      + Self.pairs("dog", both: 20, won: 4, lost: 4, neither: 2)
    let figures = try #require(ComparisonFigures(with: "m@1", pairs, left: 3))
    #expect(figures.count == 100 && figures.won == 14 && figures.lost == 6 && figures.left == 3)
    #expect(abs(figures.p - 0.115_318) < 0.000_001)
    #expect(abs(figures.difference.value - 0.08) < 1e-12)
    #expect(abs((figures.difference.low ?? 0) - -0.008_299) < 0.000_001)
    #expect(abs((figures.difference.high ?? 0) - 0.165_162) < 0.000_001)
    #expect(figures.classes.map(\.label) == ["cat", "dog"])
    #expect(abs(figures.classes[0].before - 52.0 / 70) < 1e-12 && abs(figures.classes[0].after - 60.0 / 70) < 1e-12)
    #expect(figures.classes[1].before == figures.classes[1].after)
  }

  @Test("that answer alike do not differ, and nothing is said of none")
  func alike() throws {
    let figures = try #require(
      ComparisonFigures(with: "m@1", Self.pairs("cat", both: 5, won: 0, lost: 0, neither: 1), left: 0))
    #expect(figures.p == 1 && figures.difference.value == 0)
    #expect(ComparisonFigures(with: "m@1", [], left: 4) == nil)
  }

  @Test("differ by the same p whichever of them is called the new one")
  func symmetric() {
    for (won, lost) in [(9, 1), (1, 9), (5, 5), (0, 6)] {
      let p = PairedComparison(count: 50, won: won, lost: lost).pDifferent
      #expect(p == PairedComparison(count: 50, won: lost, lost: won).pDifferent)
      #expect((0...1).contains(p))
    }
  }
}
