import Testing
import WinnowCore
import WinnowEvaluation

@Suite("What thresholds do")
struct ThresholdFigureTests {
  private static func picture(_ probability: Double, _ isRight: Bool) -> TestedPicture {
    TestedPicture(
      right: 0, answered: isRight ? 0 : 1, probability: probability, rightProbability: isRight ? probability : 0,
      isInBestFive: true, group: 0)
  }

  @Test("the calibration error is the mean distance of promise and truth, by how many pictures a bin holds")
  func calibration() {
    // 10 at 0.9, of which 5 are right; 30 at 0.5, of which 15 are.
    let pictures =
      (0..<10).map { Self.picture(0.9, $0 < 5) } + (0..<30).map { Self.picture(0.5, $0 < 15) }
    let calibration = Calibration(pictures)
    #expect(calibration.bins.map(\.count) == [30, 10])
    #expect(abs(calibration.error - 0.25 * 0.4) < 1e-12)
    #expect(Calibration([]).error == 0 && Calibration([Self.picture(1, true)]).error == 0)
  }

  @Test("of a model whose probabilities are true there is next to no calibration error")
  func calibrated() {
    var random = SeededGenerator(seed: 1)
    let pictures = (0..<20_000).map { _ in
      let probability = Double.random(in: 0.2...1, using: &random)
      return Self.picture(probability, Double.random(in: 0..<1, using: &random) < probability)
    }
    #expect(Calibration(pictures).error < 0.02)
  }

  @Test("coverage grows as the threshold falls, and pictures of one probability come together")
  func coverage() throws {
    let pictures = [(0.9, true), (0.8, true), (0.8, false), (0.5, true)].map { Self.picture($0.0, $0.1) }
    let points = Coverage(pictures).points
    #expect(points.map(\.threshold) == [0.9, 0.8, 0.5] && points.map(\.coverage) == [0.25, 0.75, 1])
    #expect(points.map(\.error) == [0, 1.0 / 3, 0.25])
    #expect(Coverage(pictures).widest(error: 0.1)?.threshold == 0.9)
    #expect(Coverage(pictures).widest(error: 0.3)?.coverage == 1)
    #expect(Coverage([Self.picture(0.9, false)]).widest(error: 0.5) == nil && Coverage([]).points.isEmpty)
    let many = Coverage((0..<1000).map { Self.picture(Double($0) / 1000, true) })
    #expect(many.thinned(to: 50).count == 50 && many.thinned(to: 50).last?.coverage == 1)
  }

  @Test("classes that are taken for one another come to lie side by side, each once")
  func order() {
    var matrix = ConfusionMatrix(classCount: 6)
    for label in 0..<6 { for _ in 0..<9 { matrix.add(right: label, answered: label) } }
    for (a, b) in [(0, 5), (1, 3), (2, 4)] { for _ in 0..<3 { matrix.add(right: a, answered: b) } }
    let order = ClassOrder.byConfusion(matrix)
    #expect(order.sorted() == Array(0..<6))
    for (a, b) in [(0, 5), (1, 3), (2, 4)] {
      let places = [a, b].compactMap { order.firstIndex(of: $0) }
      #expect(abs(places[0] - places[1]) == 1, "\(order)")
    }
    #expect(ClassOrder.byConfusion(ConfusionMatrix(classCount: 1)) == [0])
  }
}
