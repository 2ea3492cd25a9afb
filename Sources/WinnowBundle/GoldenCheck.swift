public import WinnowCore

extension WinnowError.Code {
  /// A model does not give the answers it gave when its bundle was made.
  public static let goldenMismatch = Self("golden_mismatch")
}

/// Compares a model's logits with its golden answers.
public enum GoldenCheck {
  /// Euclidean distance of the two, each without its mean (a softmax does not see it), divided by the length of
  /// `expected`; infinite where lengths differ or a value is not finite.
  public static func difference(_ actual: [Float], from expected: [Float]) -> Double {
    guard actual.count == expected.count, !actual.isEmpty, actual.allSatisfy(\.isFinite) else { return .infinity }
    let count = Double(actual.count)
    let shift = (actual.reduce(0) { $0 + Double($1) } - expected.reduce(0) { $0 + Double($1) }) / count
    let mean = expected.reduce(0) { $0 + Double($1) } / count
    var distance = 0.0
    var length = 0.0
    for (one, other) in zip(actual, expected) {
      let apart = Double(one) - Double(other) - shift
      distance += apart * apart
      length += (Double(other) - mean) * (Double(other) - mean)
    }
    // A model with one class, or with equal logits, has no length: then the distance itself counts.
    return length > 1e-12 ? (distance / length).squareRoot() : distance.squareRoot()
  }

  /// - Parameter logits: for each of `golden.answers`, in order.
  /// - Throws: `.goldenMismatch` with the largest difference.
  public static func check(
    _ logits: [[Float]], against golden: GoldenAnswers, precision: String, model: String
  ) throws(WinnowError) {
    guard let tolerance = golden.tolerances[precision] else {
      throw WinnowError(.goldenMismatch, "\(model) says nothing about its golden answers at \(precision)")
    }
    var largest = logits.count == golden.answers.count ? 0 : Double.infinity
    for (actual, answer) in zip(logits, golden.answers) {
      largest = max(largest, difference(actual, from: answer.logits))
    }
    guard largest <= tolerance else {
      throw WinnowError(
        .goldenMismatch,
        "\(model) at \(precision) does not give the answers it gave when it was made: they differ by "
          + "\(rounded(largest)) where \(rounded(tolerance)) is allowed",
        remedy: "roll back to another version or import the model anew; with bf16, try engine.precision: fp32")
    }
  }

  private static func rounded(_ value: Double) -> String {
    value.isFinite ? String((value * 10_000).rounded() / 10_000) : "infinity"
  }
}
