import Testing
import WinnowEvaluation

@Suite("Two classifiers on the same pictures")
struct PairedComparisonTests {
  /// Expected: scipy.stats.binom.sf(won - 1, won + lost, 0.5).
  @Test(
    "differ by McNemar's exact test",
    arguments: [(12, 3, 0.017_578_125), (5, 5, 0.623_046_875), (300, 250, 0.018_289_372_774_551_338)])
  func test(won: Int, lost: Int, p: Double) {
    #expect(abs(PairedComparison(count: 2000, won: won, lost: lost).pBetter - p) < 1e-9)
  }

  @Test("that agree everywhere are not proven different")
  func agreement() {
    let comparison = PairedComparison([(old: true, new: true), (old: false, new: false)])
    #expect(comparison.count == 2 && comparison.won == 0 && comparison.lost == 0)
    #expect(comparison.pBetter == 1 && comparison.difference == 0)
  }

  @Test("are bounded below the difference, the tighter the more pictures there are")
  func bound() throws {
    let few = try #require(PairedComparison(count: 100, won: 5, lost: 5).lowerBound)
    let many = try #require(PairedComparison(count: 10_000, won: 500, lost: 500).lowerBound)
    #expect(few < many && many < 0 && many > -0.01 && few < -0.03)
    #expect(try #require(PairedComparison(count: 100, won: 40, lost: 0).lowerBound) > 0.3)
    #expect(PairedComparison(count: 0, won: 0, lost: 0).lowerBound == nil)
  }

  @Test("count each picture once")
  func counts() {
    let pairs = [(true, false), (false, true), (false, true), (true, true)]
    let comparison = PairedComparison(pairs.map { (old: $0.0, new: $0.1) })
    #expect(comparison.won == 2 && comparison.lost == 1 && comparison.difference == 0.25)
  }
}
