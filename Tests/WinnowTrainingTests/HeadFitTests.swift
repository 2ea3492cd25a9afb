import Testing
import WinnowCore
import WinnowEvaluation
import WinnowSupervision

@testable import WinnowTraining

@Suite("Fitting a head")
struct HeadFitTests {
  /// Pictures whose features lie around the corner of their class, `spread` wide.
  private struct Pictures {
    var features: FeatureMatrix
    var rows: [HeadFit.Row] = []
    var labels: [Int] = []

    init(_ count: Int, classes: Int, width: Int, spread: Float, seed: UInt64, memory: Int = FeatureMatrix.memory) {
      var random = SeededGenerator(seed: seed)
      features = FeatureMatrix(width: width, memory: memory)
      for picture in 0..<count {
        let label = picture % classes
        for isMirrored in [false, true] {
          features.append(
            (0..<width).map { ($0 == label ? 1 : 0) + Float.random(in: -spread...spread, using: &random) })
          rows.append(HeadFit.Row(picture: picture, isMirrored: isMirrored))
        }
        labels.append(label)
      }
    }
  }

  private static func fit(_ pictures: Pictures, labels: [Int]? = nil, classes: Int) throws -> HeadFit {
    try HeadFit(
      pictures.features, rows: pictures.rows, labels: labels ?? pictures.labels,
      folds: pictures.labels.indices.map { $0 / classes % HeadFit.foldCount }, classCount: classes,
      cancellation: Cancellation(), report: { _ in })
  }

  private static func accuracy(_ logits: [Float], _ labels: [Int], classes: Int) -> Double {
    let tested = TestedHead(classCount: classes, logits: logits, labels: labels, groups: Array(labels.indices))
    return tested.confusion.accuracy.value ?? 0
  }

  @Test("tells classes that lie apart, also of pictures that it was not taught")
  func separable() throws {
    let pictures = Pictures(300, classes: 3, width: 8, spread: 0.4, seed: 1)
    let fit = try Self.fit(pictures, classes: 3)
    #expect(Self.accuracy(fit.outOfFold, pictures.labels, classes: 3) == 1)
    #expect(fit.weights.count == 24 && fit.biases.count == 3 && HeadFit.strengths.contains(fit.strength))
    let others = Pictures(90, classes: 3, width: 8, spread: 0.4, seed: 2)
    let logits = try fit.logits(of: others.features)
    let kept = others.rows.indices.filter { !others.rows[$0].isMirrored }.flatMap { logits[$0 * 3..<$0 * 3 + 3] }
    #expect(Self.accuracy(kept, others.labels, classes: 3) == 1)
  }

  @Test("does not know the labels of the pictures that judge it")
  func outOfFold() throws {
    // More numbers than pictures: a head can learn any labels by heart.
    let pictures = Pictures(200, classes: 2, width: 400, spread: 1, seed: 3)
    var random = SeededGenerator(seed: 4)
    let labels = pictures.labels.map { _ in Int.random(in: 0..<2, using: &random) }
    let fit = try Self.fit(pictures, labels: labels, classes: 2)
    #expect((0.3...0.7).contains(Self.accuracy(fit.outOfFold, labels, classes: 2)))
    #expect(fit.logLoss > 0.6)
  }

  @Test("gives the same head for the same pictures, whether they fit into memory or not")
  func spill() throws {
    let whole = try Self.fit(Pictures(3000, classes: 3, width: 16, spread: 0.9, seed: 5), classes: 3)
    let spilled = try Self.fit(Pictures(3000, classes: 3, width: 16, spread: 0.9, seed: 5, memory: 1), classes: 3)
    #expect(whole.weights == spilled.weights && whole.outOfFold == spilled.outOfFold)
    #expect(Self.accuracy(whole.outOfFold, (0..<3000).map { $0 % 3 }, classes: 3) > 0.8)
  }

  @Test("ends at the smallest loss: its gradient is next to nothing")
  func converged() throws {
    let pictures = Pictures(120, classes: 3, width: 6, spread: 1.2, seed: 6)
    let fit = try Self.fit(pictures, classes: 3)
    var sum = 0.0
    try pictures.features.forEachBlock { _, block in for value in block { sum += Double(value) * Double(value) } }
    let scale = Float(1 / (sum / Double(pictures.features.count * 6)).squareRoot())
    let problem = SoftmaxProblems(
      features: pictures.features, scale: scale, classCount: 3,
      labels: pictures.rows.map { Int32(pictures.labels[$0.picture]) }, weights: [pictures.rows.map { _ in 1 }])
    let point = fit.weights.map { $0 / scale } + fit.biases
    let decay = 1 / (fit.strength * 120)
    let found = try problem.evaluate([0], at: [point], decays: [decay])[0]
    let length = found.gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(length < 5e-3, "\(length)")
  }

  @Test("has the gradient that differences of its value have")
  func gradient() throws {
    let pictures = Pictures(20, classes: 3, width: 4, spread: 1, seed: 7)
    var random = SeededGenerator(seed: 8)
    let weights = [pictures.rows.map { _ in Float.random(in: 0...1, using: &random) }]
    let problem = SoftmaxProblems(
      features: pictures.features, scale: 0.7, classCount: 3,
      labels: pictures.rows.map { Int32(pictures.labels[$0.picture]) }, weights: weights)
    let point = (0..<problem.parameterCount).map { _ in Float.random(in: -1...1, using: &random) }
    let gradient = try problem.evaluate([0], at: [point], decays: [0.1])[0].gradient
    for index in point.indices {
      var (up, down) = (point, point)
      up[index] += 0.01
      down[index] -= 0.01
      let slope =
        (try problem.evaluate([0], at: [up], decays: [0.1])[0].value
          - problem.evaluate([0], at: [down], decays: [0.1])[0].value) / 0.02
      #expect(abs(slope - Double(gradient[index])) < 2e-3, "parameter \(index)")
    }
  }

  @Test("is given up when that is asked for")
  func cancelled() throws {
    let pictures = Pictures(30, classes: 3, width: 4, spread: 1, seed: 9)
    let cancellation = Cancellation()
    cancellation.request()
    #expect {
      _ = try HeadFit(
        pictures.features, rows: pictures.rows, labels: pictures.labels, folds: pictures.labels.map { _ in 0 },
        classCount: 3, cancellation: cancellation, report: { _ in })
    } throws: {
      ($0 as? WinnowError)?.code.rawValue == "job_cancelled"
    }
  }
}
