import Glibc

/// Softmax, and the best of it.
public enum Probabilities {
  /// `softmax(logits / temperature)`, computed in double; nil when a logit is not finite.
  public static func softmax(_ logits: UnsafeBufferPointer<Float>, temperature: Double) -> [Double]? {
    guard let largest = logits.max(), logits.allSatisfy(\.isFinite) else { return nil }
    var shares = logits.map { exp((Double($0) - Double(largest)) / temperature) }
    let sum = shares.reduce(0, +)
    for index in shares.indices { shares[index] /= sum }
    return shares
  }

  /// Indices of the `count` largest, largest first; of equal ones the lower index first.
  public static func best(_ count: Int, of probabilities: [Double]) -> [Int] {
    var best: [Int] = []
    best.reserveCapacity(count + 1)
    for index in probabilities.indices {
      if best.count == count, probabilities[index] <= probabilities[best[count - 1]] { continue }
      let place = best.firstIndex { probabilities[$0] < probabilities[index] } ?? best.count
      best.insert(index, at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}
