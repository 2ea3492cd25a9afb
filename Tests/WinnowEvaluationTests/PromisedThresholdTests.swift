import Testing
import WinnowCore

@testable import WinnowEvaluation

@Suite("A threshold that keeps a promise")
struct PromisedThresholdTests {
  private static func counts(_ answers: [(Double, Bool)]) -> AcceptanceCounts {
    AcceptanceCounts(answers.map { (probability: $0.0, isRight: $0.1) })
  }

  @Test(
    "takes as many pictures without an error as 95% certainty asks for", arguments: [(0.01, 299), (0.05, 59), (0.5, 5)])
  func needed(error: Double, count: Int) {
    #expect(PromisedThreshold.needed(error: error) == count)
    let enough = Self.counts(Array(repeating: (0.9, true), count: count))
    #expect(PromisedThreshold(error: error, enough)?.threshold == 0)
    let tooFew = Self.counts(Array(repeating: (0.9, true), count: count - 1))
    #expect(PromisedThreshold(error: error, tooFew) == nil)
  }

  /// Expected: scipy.stats.beta.ppf(0.95, wrong + 1, count - wrong), the upper bound of Clopper and Pearson.
  @Test(
    "is bounded as Clopper and Pearson bound shares",
    arguments: [(0, 299, 0.009_969), (3, 1000, 0.007_735), (10, 500, 0.033_688), (40, 400, 0.128_181)])
  func bound(wrong: Int, count: Int, upper: Double) {
    #expect(PromisedThreshold.isBelow(upper + 0.000_01, wrong: wrong, of: count))
    #expect(!PromisedThreshold.isBelow(upper - 0.000_01, wrong: wrong, of: count))
  }

  @Test("goes down until the errors come, and no further")
  func descends() throws {
    // 1,000 sure and right, 200 half sure of which half are wrong.
    var answers: [(Double, Bool)] = (0..<1000).map { (0.8 + Double($0) / 5001, true) }
    answers += (0..<200).map { (0.5, $0 % 2 == 0) }
    let promise = try #require(PromisedThreshold(error: 0.01, Self.counts(answers)))
    #expect(promise.threshold > 0.5 && promise.threshold <= 0.8 && promise.accepted == 1000 && promise.wrong == 0)
    #expect(PromisedThreshold(error: 0.2, Self.counts(answers))?.threshold == 0)
  }

  @Test("is not found behind a failure: what lies lower is not tried")
  func sequence() {
    // The surest 400 hold too many errors; all together would do.
    var answers: [(Double, Bool)] = (0..<400).map { (0.99, $0 % 20 != 0) }
    answers += Array(repeating: (0.6, true), count: 9600)
    #expect(PromisedThreshold(error: 0.01, Self.counts(answers)) == nil)
  }

  @Test("holds on new pictures in nineteen of twenty cases at least")
  func certainty() {
    var random = SeededGenerator(seed: 4)
    // How often a picture of a probability is right, unknown to the threshold.
    func draw() -> (Double, Bool) {
      let probability = Double.random(in: 0.5...1, using: &random)
      let doubt = 1 - probability
      return (probability, Double.random(in: 0..<1, using: &random) >= 2 * doubt * doubt)
    }
    var (promised, broken) = (0, 0)
    for _ in 0..<400 {
      guard let promise = PromisedThreshold(error: 0.05, Self.counts((0..<600).map { _ in draw() })) else { continue }
      promised += 1
      // The mean of 2 (1 - p)² over what is accepted, from the threshold to 1.
      let doubt = 1 - promise.threshold
      if 2 * doubt * doubt / 3 > 0.05 { broken += 1 }
    }
    #expect(promised > 300 && Double(broken) <= 0.05 * Double(promised) + 8, "\(broken) of \(promised)")
  }

  @Test("counts each picture at the step it reaches, the surest at the last")
  func grid() {
    let counts = Self.counts([(1, true), (0.9999, false), (0.5, true), (0, false)])
    #expect(counts.count == 4 && counts.accepted[1000] == 1 && counts.accepted[999] == 2)
    #expect(counts.wrong[999] == 1 && counts.wrong[0] == 2 && counts.accepted[500] == 3 && counts.accepted[501] == 2)
  }
}
