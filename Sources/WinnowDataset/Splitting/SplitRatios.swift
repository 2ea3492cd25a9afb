public import WinnowCore

/// What share of the pictures each part of a split gets.
public struct SplitRatios: Hashable, Sendable {
  /// Shares that sum to 1, each above 0, by part.
  public let shares: [DatasetPart: Double]
  /// As it was given.
  public let text: String

  public static let usual = "6:2:2"

  /// Reads `TRAIN:VAL:TEST` or `TRAIN:VAL`. The numbers sum to 1, 10 or 100, as in `0.8:0.2`, `6:2:2` and `60:20:20`:
  /// another sum is a slip more often than a wish, and nobody sees it in the parts.
  ///
  /// - Throws: `.invalidInput`.
  public init(_ text: String) throws(WinnowError) {
    func refuse(_ why: String) -> WinnowError {
      WinnowError(
        .invalidInput, "the ratios \"\(text)\" \(why)",
        remedy: "write train, val and test with colons between them, summing to 10, 100 or 1: 6:2:2")
    }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count) else { throw refuse("are not two or three numbers") }
    var numbers: [Double] = []
    for field in fields {
      // Double reads more than people write: "1e1", "0x1", "inf".
      guard field.allSatisfy({ ("0"..."9").contains($0) || $0 == "." || $0 == "-" }), let number = Double(field) else {
        throw refuse("have \"\(field)\", which is no number")
      }
      guard number > 0 else { throw refuse("give a part nothing") }
      numbers.append(number)
    }
    let sum = numbers.reduce(0, +)
    guard [1, 10, 100].contains(where: { abs(sum - $0) < 1e-9 * $0 }) else { throw refuse("sum to \(sum)") }
    self.text = text
    shares = Dictionary(uniqueKeysWithValues: zip(DatasetPart.allCases, numbers.map { $0 / sum }))
  }

  /// Those that get something, in order.
  public var parts: [DatasetPart] { DatasetPart.allCases.filter { shares[$0] != nil } }
}
