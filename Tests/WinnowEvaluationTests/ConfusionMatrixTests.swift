import Testing
import WinnowEvaluation

@Suite("Figures of a classifier")
struct ConfusionMatrixTests {
  private static func matrix(_ right: [Int], _ answered: [Int], classes: Int) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classCount: classes)
    for (label, answer) in zip(right, answered) { matrix.add(right: label, answered: answer) }
    return matrix
  }

  /// Expected: accuracy_score, precision_score, recall_score and f1_score of scikit-learn with
  /// y=[0,0,0,0,1,1,1,2,2,2,2,2], p=[0,0,1,0,1,1,2,2,2,0,2,2].
  @Test("are scikit-learn's")
  func figures() throws {
    let matrix = Self.matrix([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2], [0, 0, 1, 0, 1, 1, 2, 2, 2, 0, 2, 2], classes: 3)
    #expect(matrix.count == 12 && matrix.accuracy.value == 0.75)
    #expect(matrix.figures(of: 0).precision == 0.75 && matrix.figures(of: 0).recall == 0.75)
    #expect(matrix.figures(of: 1).precision == 2.0 / 3 && matrix.figures(of: 1).recall == 2.0 / 3)
    #expect(abs(try #require(matrix.figures(of: 2).f1) - 0.8) < 1e-12)
    #expect(abs(try #require(matrix.macroF1) - 0.738_888_888_888_888_9) < 1e-12)
    #expect(abs(try #require(matrix.weightedF1) - 0.75) < 1e-12)
    #expect(matrix[0, 1] == 1 && matrix[2, 0] == 1 && matrix[1, 0] == 0)
  }

  @Test("of a class without pictures are none, and it does not lower the mean")
  func emptyClass() throws {
    let matrix = Self.matrix([0, 0, 1], [0, 0, 1], classes: 3)
    #expect(matrix.macroF1 == 1 && matrix.weightedF1 == 1)
    let figures = matrix.figures(of: 2)
    #expect(figures.precision == nil && figures.recall == nil && figures.f1 == nil)
    #expect(ConfusionMatrix(classCount: 2).macroF1 == nil && ConfusionMatrix(classCount: 2).accuracy.value == nil)
  }

  /// Expected: statsmodels' proportion_confint(hits, count, method="wilson").
  @Test(
    "have Wilson's interval",
    arguments: [
      (9, 12, 0.467_694_665_066_434_26, 0.911_058_331_605_945_3), (0, 10, 0, 0.277_532_799_862_889_26),
      (10, 10, 0.722_467_200_137_110_7, 1), (129, 150, 0.795_447_912_240_502_8, 0.906_573_511_814_482_1),
    ])
  func wilson(hits: Int, count: Int, low: Double, high: Double) throws {
    let estimate = try #require(Share(hits, of: count).estimate)
    let (found, other) = (try #require(estimate.low), try #require(estimate.high))
    #expect(abs(found - low) < 1e-9 && abs(other - high) < 1e-9)
    #expect(estimate.value == Double(hits) / Double(count))
  }

  @Test("of nothing have no interval")
  func nothing() { #expect(Share(0, of: 0).estimate == nil) }

  @Test("resampled by groups vary as much as the groups do, and the same seed gives the same interval")
  func bootstrap() throws {
    let outcomes: [Double] = (0..<200).map { $0 < 100 ? 1 : 0 }
    func mean(_ indices: [Int]) -> Double? { indices.map { outcomes[$0] }.reduce(0, +) / Double(indices.count) }
    let single = try #require(Bootstrap.interval(of: (0..<200).map { [$0] }, seed: 1, figure: mean))
    // The standard error of a half of 200 is 0.035.
    #expect((0.40...0.46).contains(single.low) && (0.54...0.60).contains(single.high))
    let groups = (0..<10).map { group in Array(group * 20..<(group + 1) * 20) }
    let grouped = try #require(Bootstrap.interval(of: groups, seed: 1, figure: mean))
    #expect(grouped.low < single.low - 0.1 && grouped.high > single.high + 0.1)
    let again = try #require(Bootstrap.interval(of: groups, seed: 1, figure: mean))
    #expect(again.low == grouped.low && again.high == grouped.high)
    #expect(Bootstrap.interval(of: [], seed: 1, figure: mean) == nil)
    #expect(Bootstrap.interval(of: groups, seed: 1) { _ in nil } == nil)
  }
}
