/// The centres of classes while their pictures come: the sums that the mean features are made of.
struct ClassCentreSums {
  /// `[classCount][width]`.
  private var sums: [Double]
  private var counts: [Int]
  /// The squared length of each class's sum.
  private var squares: [Double]
  private let width: Int

  init(classCount: Int, width: Int) {
    self.width = width
    sums = [Double](repeating: 0, count: classCount * width)
    counts = [Int](repeating: 0, count: classCount)
    squares = [Double](repeating: 0, count: classCount)
  }

  mutating func add(_ feature: UnsafeBufferPointer<Float>, of label: Int) {
    counts[label] += 1
    for index in 0..<width {
      let (before, number) = (sums[label * width + index], Double(feature[index]))
      sums[label * width + index] = before + number
      squares[label] += number * (2 * before + number)
    }
  }

  /// The cosine between a feature and the nearest centre, −1 to 1; nil where there is none.
  ///
  /// - Parameter label: its class, where the feature is one of those that the centres are made of: it is left out then.
  func familiarity(of feature: UnsafeBufferPointer<Float>, leavingOut label: Int?) -> Double? {
    let own = feature.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard own > 0 else { return nil }
    var best: Double?
    for (index, count) in counts.enumerated() where count > (index == label ? 1 : 0) {
      let start = index * width
      var (dot, square) = (0.0, squares[index])
      for place in 0..<width { dot += sums[start + place] * Double(feature[place]) }
      // Without itself the sum is shorter by the feature.
      if index == label { (dot, square) = (dot - own, square - 2 * dot + own) }
      guard square > 0 else { continue }
      best = max(best ?? -1, dot / (square * own).squareRoot())
    }
    return best.map { min(1, max(-1, $0)) }
  }

  /// `[classCount][width]`, float32, little-endian.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sums.count * 4)
    for (index, sum) in sums.enumerated() {
      let mean = Float(sum / Double(max(1, counts[index / width])))
      withUnsafeBytes(of: mean.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
