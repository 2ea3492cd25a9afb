import WinnowDrawing
import WinnowEvaluation

/// The plots of a test as SVG, by the names of their files.
struct TestPlots {
  let figures: TestFigures
  /// The order of the classes in the heat map.
  let order: [Int]

  init(_ figures: TestFigures) {
    self.figures = figures
    var matrix = ConfusionMatrix(classCount: figures.classes.count)
    for (right, row) in figures.confusion.enumerated() {
      for (answered, count) in row.enumerated() { for _ in 0..<count { matrix.add(right: right, answered: answered) } }
    }
    order = ClassOrder.byConfusion(matrix)
  }

  var all: [(name: String, svg: String)] {
    [
      ("confusion", heatMap(isShare: false)), ("confusion_by_class", heatMap(isShare: true)),
      ("calibration", calibration), ("coverage", coverage),
    ]
  }

  private func heatMap(isShare: Bool) -> String {
    let largest = figures.confusion.flatMap(\.self).max() ?? 0
    let sums = figures.confusion.map { $0.reduce(0, +) }
    return HeatMap(
      isShare ? "Answers for each class, in percent" : "Answers for each class, in pictures",
      labels: order.map { figures.classes[$0].label }, rowTitle: "right class", columnTitle: "answer"
    ) { row, column in
      let (right, answered) = (order[row], order[column])
      let count = figures.confusion[right][answered]
      guard count > 0 else { return nil }
      let share = Double(count) / Double(max(1, isShare ? sums[right] : largest))
      return (share, isShare ? "\(Int((share * 100).rounded()))" : "\(count)")
    }.svg
  }

  private var calibration: String {
    LineChart(
      "Does 80% sure mean 80% right?", x: .init("how sure the model is", 0...1),
      y: .init("share of right answers", 0...1),
      series: [
        .init("as it should be", colour: Drawing.quiet, points: [(0, 0), (1, 1)], isDashed: true),
        .init(
          "the model", colour: LineChart.colours[0], points: figures.calibration.map { ($0.confidence, $0.accuracy) },
          hasDots: true),
      ]
    ).svg
  }

  private var coverage: String {
    let most = max(0.01, figures.coverage.map(\.error).max() ?? 0)
    return LineChart(
      "What a threshold costs", x: .init("sorted by itself", 0...1),
      y: .init("wrong among the sorted", 0...(most * 1.1)),
      series: [.init("", colour: LineChart.colours[1], points: figures.coverage.map { ($0.coverage, $0.error) })]
    ).svg
  }
}
