import Foundation

/// The number that logits are divided by before the softmax, so that probabilities mean what they say (Guo et al. 2017).
public enum Temperature {
  /// A network that is right by a hair everywhere, or by a mile, is not believed beyond this; chosen.
  public static let range = 0.05...20.0

  /// The temperature of least log-loss, to a thousandth; 1 without pictures.
  ///
  /// - Parameters:
  ///   - logits: `[pictures, classCount]`, row by row.
  ///   - labels: the right class of each picture.
  public static func fitted(to logits: [Float], labels: [Int], classCount: Int) -> Double {
    guard !labels.isEmpty else { return 1 }
    // The loss has one minimum along the logarithm, so a golden-section search finds it.
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (log(range.lowerBound), log(range.upperBound))
    func loss(_ position: Double) -> Double {
      logLoss(of: logits, labels: labels, classCount: classCount, temperature: exp(position))
    }
    var (inner, outer) = (high - ratio * (high - low), low + ratio * (high - low))
    var (innerLoss, outerLoss) = (loss(inner), loss(outer))
    while high - low > 0.000_5 {
      if innerLoss < outerLoss {
        (high, outer, outerLoss) = (outer, inner, innerLoss)
        inner = high - ratio * (high - low)
        innerLoss = loss(inner)
      } else {
        (low, inner, innerLoss) = (inner, outer, outerLoss)
        outer = low + ratio * (high - low)
        outerLoss = loss(outer)
      }
    }
    return exp((low + high) / 2)
  }

  /// Mean of the right class's negative logarithm of probability; 0 without pictures.
  public static func logLoss(
    of logits: [Float], labels: [Int], classCount: Int, temperature: Double = 1
  ) -> Double {
    guard !labels.isEmpty else { return 0 }
    var sum = 0.0
    for (row, label) in labels.enumerated() {
      let start = row * classCount
      var largest = -Double.infinity
      for index in start..<start + classCount { largest = max(largest, Double(logits[index])) }
      var total = 0.0
      for index in start..<start + classCount { total += exp((Double(logits[index]) - largest) / temperature) }
      sum += log(total) - (Double(logits[start + label]) - largest) / temperature
    }
    return sum / Double(labels.count)
  }
}
