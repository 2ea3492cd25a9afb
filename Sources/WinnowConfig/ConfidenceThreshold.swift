public import WinnowCore

/// How sure the model must be for a picture to go to its class folder.
public enum ConfidenceThreshold: Hashable, Sendable {
  /// A calibrated probability, 0 to 1.
  case fixed(Double)
  /// The lowest probability at which at most `error` (over 0, at most 0.5) of the sorted pictures would be wrong,
  /// estimated from the model's held-out predictions.
  case auto(error: Double)

  /// Parses `0.8` or `auto(error=1%)`.
  ///
  /// - Throws: `.invalidInput` when it is neither, or out of range.
  public init(_ text: String) throws(WinnowError) {
    if let inner = Self.argument(of: text) {
      let percent = inner.hasSuffix("%")
      guard let number = Double(percent ? inner.dropLast() : inner[...]), number.isFinite else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" names no share of errors", remedy: "write auto(error=1%) or auto(error=0.01)")
      }
      let error = percent ? number / 100 : number
      guard error > 0, error <= 0.5 else {
        throw WinnowError(
          .invalidInput, "the error in \"\(text)\" is out of range", remedy: "write a share above 0% and up to 50%")
      }
      self = .auto(error: error)
      return
    }
    guard let number = Double(text), number.isFinite else {
      throw WinnowError(
        .invalidInput, "\"\(text)\" is no threshold", remedy: "write a probability from 0 to 1, such as 0.8")
    }
    guard (0...1).contains(number) else {
      let hint = number > 1 && number <= 100 ? "; \(text) in a hundred is \(number / 100)" : ""
      throw WinnowError(
        .invalidInput, "\(text) is no probability", remedy: "write a number from 0 to 1, such as 0.8\(hint)")
    }
    self = .fixed(number)
  }

  /// `1%` of `auto(error=1%)`, spaces dropped; empty when the word is there without a share, nil for any other text.
  private static func argument(of text: String) -> String? {
    let text = text.filter { $0 != " " }
    guard text == "auto" || text.hasPrefix("auto(") else { return nil }
    guard text.hasPrefix("auto(error="), text.hasSuffix(")") else { return "" }
    return String(text.dropFirst("auto(error=".count).dropLast())
  }
}

extension ConfidenceThreshold: CustomStringConvertible {
  /// In the form that `init(_:)` reads.
  public var description: String {
    switch self {
    case .fixed(let probability): "\(probability)"
    case .auto(let error): "auto(error=\(error))"
    }
  }
}
