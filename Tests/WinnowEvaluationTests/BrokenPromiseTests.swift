import Testing
import WinnowEvaluation

@Suite("Errors above a promise")
struct BrokenPromiseTests {
  /// Expected: scipy.stats.beta.ppf(0.05, wrong, count - wrong + 1), the lower bound of Clopper and Pearson.
  @Test(
    "are seen once the lower bound of Clopper and Pearson is above it",
    arguments: [(1, 10, 0.005_116), (3, 20, 0.042_169), (5, 100, 0.019_906), (30, 1000, 0.021_675)])
  func bound(wrong: Int, count: Int, lower: Double) {
    #expect(BrokenPromise.isSeen(error: lower - 0.000_01, wrong: wrong, of: count))
    #expect(!BrokenPromise.isSeen(error: lower + 0.000_01, wrong: wrong, of: count))
  }

  @Test("are not seen where nothing was wrong, or nobody looked")
  func nothing() {
    #expect(!BrokenPromise.isSeen(error: 0.01, wrong: 0, of: 0))
    #expect(!BrokenPromise.isSeen(error: 0.01, wrong: 0, of: 1000))
  }
}
