import COpenBLAS
import Glibc
import WinnowCore

/// Several softmax regressions on the same features, evaluated together: each has its own weights and teaches with its
/// own rows, but a row is read once for all.
struct SoftmaxProblems {
  let features: FeatureMatrix
  /// What the features are multiplied by, so that one strength of regularisation fits all networks.
  let scale: Float
  let classCount: Int
  /// Of each row the right class.
  let labels: [Int32]
  /// Of each row how much it counts in problem `p`: `weights[p][row]`, 0 for one that does not teach.
  let weights: [[Float]]

  /// Numbers of one problem's parameters: `[classCount][width]`, then the bias of each class.
  var parameterCount: Int { classCount * (features.width + 1) }

  struct Evaluation {
    var value: Double
    var gradient: [Float]
  }

  /// The mean loss over a problem's rows plus half its decay times the squared weights, and its gradient.
  ///
  /// - Parameters:
  ///   - problems: numbers of problems, as in `weights`.
  ///   - points: the parameters of each.
  ///   - decays: of each, at least 0.
  func evaluate(
    _ problems: [Int], at points: [[Float]], decays: [Double]
  ) throws(WinnowError) -> [Evaluation] {
    let (width, stripes) = (features.width, problems.count * classCount)
    let stacked = stack(points)
    var gradient = [Float](repeating: 0, count: stripes * width)
    var biasGradient = [Float](repeating: 0, count: stripes)
    var losses = [Double](repeating: 0, count: problems.count)
    let totals = problems.map { problem in weights[problem].reduce(0.0) { $0 + Double($1) } }
    var scores = [Float](repeating: 0, count: FeatureMatrix.blockRows * stripes)
    try features.forEachBlock { first, block throws(WinnowError) in
      let rows = block.count / width
      score(block, rows, stacked, into: &scores, stripes)
      for row in 0..<rows {
        let label = Int(labels[first + row])
        for (place, problem) in problems.enumerated() {
          let share = weights[problem][first + row] / Float(max(totals[place], 1e-12))
          losses[place] += Self.residuals(
            &scores, at: row * stripes + place * classCount, classCount, label: label, share: share)
        }
      }
      for row in 0..<rows {
        for stripe in 0..<stripes { biasGradient[stripe] += scores[row * stripes + stripe] }
      }
      cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(stripes), Int32(width), Int32(rows), scale, scores,
        Int32(stripes), block.baseAddress, Int32(width), 1, &gradient, Int32(width))
    }
    return problems.indices.map { place in
      let weightCount = classCount * width
      var own = Array(gradient[place * weightCount..<(place + 1) * weightCount])
      var squares = 0.0
      for index in 0..<weightCount {
        let weight = points[place][index]
        squares += Double(weight) * Double(weight)
        own[index] += Float(decays[place]) * weight
      }
      own += biasGradient[place * classCount..<(place + 1) * classCount]
      return Evaluation(value: losses[place] + decays[place] / 2 * squares, gradient: own)
    }
  }

  /// The logits of every row under each problem: `[rows][classCount]`.
  ///
  /// - Parameter wanted: whether a row's are; the others stay 0.
  func logits(at points: [[Float]], where wanted: (_ row: Int, _ problem: Int) -> Bool) throws(WinnowError) -> [[Float]]
  {
    let (width, stripes) = (features.width, points.count * classCount)
    let stacked = stack(points)
    var result = [[Float]](repeating: [Float](repeating: 0, count: features.count * classCount), count: points.count)
    var scores = [Float](repeating: 0, count: FeatureMatrix.blockRows * stripes)
    try features.forEachBlock { first, block throws(WinnowError) in
      let rows = block.count / width
      score(block, rows, stacked, into: &scores, stripes)
      for row in 0..<rows {
        for problem in points.indices where wanted(first + row, problem) {
          let start = row * stripes + problem * classCount
          for label in 0..<classCount { result[problem][(first + row) * classCount + label] = scores[start + label] }
        }
      }
    }
    return result
  }

  private struct Stacked {
    var weights: [Float]
    var biases: [Float]
  }

  /// The weights of all problems one below the other.
  private func stack(_ points: [[Float]]) -> Stacked {
    let weightCount = classCount * features.width
    return Stacked(
      weights: points.flatMap { $0[..<weightCount] }, biases: points.flatMap { $0[weightCount...] })
  }

  private func score(
    _ block: UnsafeBufferPointer<Float>, _ rows: Int, _ stacked: Stacked, into scores: inout [Float], _ stripes: Int
  ) {
    for row in 0..<rows {
      for stripe in 0..<stripes { scores[row * stripes + stripe] = stacked.biases[stripe] }
    }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(stripes), Int32(features.width), scale,
      block.baseAddress, Int32(features.width), stacked.weights, Int32(features.width), 1, &scores, Int32(stripes))
  }

  /// Turns a row's logits into what the gradient needs: probability less truth, times the row's share.
  ///
  /// - Returns: the row's loss, times its share.
  private static func residuals(
    _ scores: inout [Float], at start: Int, _ count: Int, label: Int, share: Float
  ) -> Double {
    guard share > 0 else {
      for index in start..<start + count { scores[index] = 0 }
      return 0
    }
    return scores.withUnsafeMutableBufferPointer { scores in
      let right = scores[start + label]
      var largest = -Float.infinity
      for index in start..<start + count { largest = max(largest, scores[index]) }
      var sum: Float = 0
      for index in start..<start + count {
        scores[index] = expf(scores[index] - largest)
        sum += scores[index]
      }
      let factor = share / sum
      for index in start..<start + count { scores[index] *= factor }
      scores[start + label] -= share
      return Double(share) * (log(Double(sum)) + Double(largest - right))
    }
  }
}
