public import WinnowCore

/// What calibration tells of the activations of a network.
public struct CalibrationStatistics: Hashable, Sendable {
  /// One for each of `Quantisation.activations`.
  public var ranges: [ActivationRange]
  /// By the name of an activation that weights are multiplied with: the mean of each of its channels.
  public var means: [String: [Float]]

  /// - Parameter means: Where they are missing, biases stay as they are.
  public init(ranges: [ActivationRange], means: [String: [Float]] = [:]) {
    self.ranges = ranges
    self.means = means
  }
}

/// Gathers what the calibration graphs give: the mean over pictures of each picture's least and greatest value, which a
/// single odd picture moves little, and of each channel.
public struct CalibrationTally: Sendable {
  private let plan: QuantisationPlan
  private var sums: [Double]
  /// Pictures added, by part.
  private var counts: [Int]

  public init(_ quantisation: Quantisation) {
    plan = quantisation.plan
    sums = Array(repeating: 0, count: plan.measures.reduce(0) { $0 + $1.count })
    counts = Array(repeating: 0, count: plan.parts.count)
  }

  /// Pictures that all parts have; 0 without parts.
  public var count: Int { counts.min() ?? 0 }

  /// Adds one picture.
  ///
  /// - Parameters:
  ///   - values: As the calibration graph of this part gives them.
  ///   - part: Its index among `Quantisation.calibrationGraphs`.
  /// - Throws: `.malformed` unless they are as many finite numbers as they should be.
  public mutating func add(_ values: [Float], part: Int) throws(WinnowError) {
    let start = plan.measures[..<plan.parts[part].lowerBound].reduce(0) { $0 + $1.count }
    let expected = plan.measures[plan.parts[part]].reduce(0) { $0 + $1.count }
    guard values.count == expected, values.allSatisfy(\.isFinite) else {
      throw WinnowError(.malformed, "a picture gave no \(expected) numbers for the calibration")
    }
    for (index, value) in values.enumerated() { sums[start + index] += Double(value) }
    counts[part] += 1
  }

  /// Nil before the first picture.
  public var statistics: CalibrationStatistics? {
    guard count > 0 else { return nil }
    var result = CalibrationStatistics(ranges: [])
    var start = 0
    for (part, measures) in plan.parts.enumerated() {
      for measure in plan.measures[measures] {
        let values = sums[start..<start + measure.count].map { Float($0 / Double(counts[part])) }
        start += measure.count
        switch measure.kind {
        case .extremes: result.ranges.append(ActivationRange(low: values[0], high: values[1]))
        case .channels: result.means[measure.activation] = values
        }
      }
    }
    return result
  }
}
