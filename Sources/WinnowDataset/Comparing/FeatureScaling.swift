/// Takes the mean off features and makes their parts vary alike, so that the whole is about of length 1.
struct FeatureScaling {
  /// So many features tell enough about all.
  private static let sampleSize = 4_096

  private var mean: [Float]
  private var scale: [Float]

  /// Looks at features all over the spill.
  init(_ features: FeatureSpill) {
    let length = features.length
    var sums = [Double](repeating: 0, count: length)
    var squares = [Double](repeating: 0, count: length)
    let step = max(1, features.count / Self.sampleSize)
    var seen = 0.0
    for index in stride(from: 0, to: features.count, by: step) {
      guard let feature = features.read(index) else { continue }
      seen += 1
      for place in 0..<length {
        sums[place] += Double(feature[place])
        squares[place] += Double(feature[place]) * Double(feature[place])
      }
    }
    let unit = 1 / Float(max(length, 1)).squareRoot()
    mean = sums.map { Float($0 / max(seen, 1)) }
    scale = zip(sums, squares).map { sum, square in
      let mean = sum / max(seen, 1)
      let variance = square / max(seen, 1) - mean * mean
      return variance > 1e-12 ? unit / Float(variance.squareRoot()) : 0
    }
  }

  func apply(to feature: inout [Float]) {
    // Four deviations at most: a single odd part is not to outweigh the others.
    let most = 4 / Float(max(feature.count, 1)).squareRoot()
    for index in feature.indices {
      feature[index] = min(most, max(-most, (feature[index] - mean[index]) * scale[index]))
    }
  }
}
