import WinnowEvaluation

/// `report.json`: every figure of a test; an estimated one with its interval.
struct TestFigures: Codable, Hashable {
  struct ClassFigures: Codable, Hashable {
    var label: String
    /// Pictures of the class.
    var count: Int
    /// Nil where there is nothing to divide by.
    var precision: Estimate?
    var recall: Estimate?
    var f1: Estimate?
    /// Whether there are so few pictures that the figures say little.
    var isSmall: Bool

    private enum CodingKeys: String, CodingKey {
      case precision, recall, f1
      case label = "class"
      case count = "n"
      case isSmall = "small"
    }
  }

  /// Classes with fewer pictures are marked.
  static let fewPictures = 10

  var schema = 1
  var model: String
  var folder: String
  var time: String
  var precisionServed: String?
  var count: Int
  var accuracy: Estimate
  var topFive: Estimate?
  var macroF1: Estimate
  var weightedF1: Estimate
  var macroPrecision: Estimate
  var macroRecall: Estimate
  var classes: [ClassFigures]
  /// `[right class][answered class]`, in the order of `classes`.
  var confusion: [[Int]]
  var calibrationError: Double
  var calibration: [Calibration.Bin]
  var coverage: [Coverage.Point]
  var imagesPerSecond: Double
  /// Tested pictures that the model was taught, by path.
  var leaks: [String]
  /// Files that were not tested, and why.
  var untested: [String: Int]
  /// With another model, where one was named.
  var comparison: ComparisonFigures?
  /// How many of the tested pictures are familiar enough to be sorted; nil where the model cannot tell.
  var familiar: Estimate?
  /// Pictures of what the model was never taught, where some were given.
  var foreign: ForeignFigures?

  private enum CodingKeys: String, CodingKey {
    case schema, model, folder, time, accuracy, classes, confusion, calibration, coverage, leaks, untested
    case comparison, familiar, foreign
    case precisionServed = "engine_precision"
    case count = "n"
    case topFive = "top5"
    case macroF1 = "macro_f1"
    case weightedF1 = "weighted_f1"
    case macroPrecision = "macro_precision"
    case macroRecall = "macro_recall"
    case calibrationError = "ece"
    case imagesPerSecond = "img_per_s"
  }

  /// - Parameter labels: of the classes that the model knows.
  init(_ pictures: [TestedPicture], labels: [String], seed: UInt64) {
    let whole = Self.matrix(pictures, classCount: labels.count)
    let groups = Dictionary(grouping: pictures.indices) { pictures[$0].group }.values.sorted { $0[0] < $1[0] }
    func resampled(_ figure: @escaping (ConfusionMatrix) -> Double?) -> Estimate? {
      guard let value = figure(whole) else { return nil }
      let interval = Bootstrap.interval(of: groups, seed: seed) { drawn in
        figure(Self.matrix(drawn.map { pictures[$0] }, classCount: labels.count))
      }
      return Estimate(value: value, low: interval?.low, high: interval?.high)
    }
    let nothing = Estimate(value: 0)
    (model, folder, time) = ("", "", "")
    count = pictures.count
    accuracy = whole.accuracy.estimate ?? nothing
    topFive =
      labels.count > 5
      ? Share(pictures.count { $0.isInBestFive }, of: pictures.count).estimate : nil
    macroF1 = resampled { $0.macroF1 } ?? nothing
    weightedF1 = resampled { $0.weightedF1 } ?? nothing
    macroPrecision = resampled { Self.mean($0, \.precision) } ?? nothing
    macroRecall = resampled { Self.mean($0, \.recall) } ?? nothing
    let classFigures = Self.classFigures(whole, pictures, groups, labels, seed)
    classes = classFigures
    confusion = labels.indices.map { right in labels.indices.map { whole[right, $0] } }
    let calibration = Calibration(pictures)
    self.calibration = calibration.bins
    calibrationError = calibration.error
    coverage = Coverage(pictures).thinned(to: 200)
    (imagesPerSecond, leaks, untested) = (0, [], [:])
  }

  static func matrix(_ pictures: [TestedPicture], classCount: Int) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classCount: classCount)
    for picture in pictures { matrix.add(right: picture.right, answered: picture.answered) }
    return matrix
  }

  /// Over the classes that there are pictures of, as scikit-learn with zero_division=0.
  private static func mean(
    _ matrix: ConfusionMatrix, _ figure: KeyPath<ConfusionMatrix.ClassFigures, Double?>
  ) -> Double? {
    let figures = (0..<matrix.classCount).map(matrix.figures).filter { $0.count > 0 }
    return figures.isEmpty ? nil : figures.reduce(0) { $0 + ($1[keyPath: figure] ?? 0) } / Double(figures.count)
  }

  /// Recall and precision with Wilson's intervals, F1 with that of one bootstrap for all classes.
  private static func classFigures(
    _ matrix: ConfusionMatrix, _ pictures: [TestedPicture], _ groups: [[Int]], _ labels: [String], _ seed: UInt64
  ) -> [ClassFigures] {
    var samples = [[Double]](repeating: [], count: labels.count)
    _ = Bootstrap.interval(of: groups, seed: seed) { drawn in
      var (right, answered, hits) = (
        [Int](repeating: 0, count: labels.count), [Int](repeating: 0, count: labels.count),
        [Int](repeating: 0, count: labels.count)
      )
      for index in drawn {
        right[pictures[index].right] += 1
        answered[pictures[index].answered] += 1
        if pictures[index].isRight { hits[pictures[index].right] += 1 }
      }
      for label in labels.indices where right[label] + answered[label] > 0 {
        samples[label].append(2 * Double(hits[label]) / Double(right[label] + answered[label]))
      }
      return nil
    }
    return labels.indices.map { label in
      let figures = matrix.figures(of: label)
      let sorted = samples[label].sorted()
      let isTold = sorted.count * 2 >= Bootstrap.resamples
      func point(_ share: Double) -> Double? {
        isTold ? sorted[Int((share * Double(sorted.count - 1)).rounded())] : nil
      }
      return ClassFigures(
        label: labels[label], count: figures.count, precision: Share(figures.hits, of: figures.answered).estimate,
        recall: Share(figures.hits, of: figures.count).estimate,
        f1: figures.f1.map { Estimate(value: $0, low: point(0.025), high: point(0.975)) },
        isSmall: figures.count < fewPictures)
    }
  }
}
