import Testing
import WinnowEvaluation

@testable import WinnowReport

@Suite("Pictures of what a model was never taught")
struct ForeignFiguresTests {
  private static func answers(_ values: [Double], familiarity: [Double]? = nil) -> [ForeignFigures.Answer] {
    values.enumerated().map { ForeignFigures.Answer(probability: $1, familiarity: familiarity?[$0]) }
  }

  /// Expected: sklearn.metrics.roc_auc_score.
  @Test("are refused as far as 95 in a hundred of its own are kept, and told apart by the area under the curve")
  func figures() throws {
    let own = (0..<20).map { 0.5 + Double($0) / 40 }
    let foreign = [0.2, 0.5, 0.524, 0.525, 0.8, 0.9]
    let figures = try #require(
      ForeignFigures(
        own: Self.answers(own, familiarity: own), foreign: Self.answers(foreign, familiarity: foreign),
        leastFamiliarity: 0.51))
    // One of twenty own ones may go, so that 0.525 is the least that is kept.
    #expect(figures.byProbability.refused.value == 0.5)
    #expect(abs(figures.byProbability.auroc - 0.733_333) < 0.000_001)
    #expect(figures.byFamiliarity == figures.byProbability)
    #expect(abs((figures.refused?.value ?? 0) - 2.0 / 6) < 1e-12)
  }

  @Test("that a model cannot tell by familiarity are judged by probability alone")
  func imported() throws {
    let figures = try #require(
      ForeignFigures(own: Self.answers([0.9, 0.8]), foreign: Self.answers([0.1]), leastFamiliarity: nil))
    #expect(figures.byFamiliarity == nil && figures.refused == nil && figures.byProbability.auroc == 1)
    #expect(ForeignFigures(own: Self.answers([0.9]), foreign: [], leastFamiliarity: nil) == nil)
  }
}
