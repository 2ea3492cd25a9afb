import WinnowCore

/// A number with a unit behind it, exact to a thousandth: `1.5` and `GiB`.
struct Quantity {
  private let whole: Int64
  /// 0 to 999.
  private let thousandths: Int64
  let unit: String

  /// - Parameters:
  ///   - units: Every unit that is understood.
  ///   - example: Ends the remedy: "write a duration such as EXAMPLE".
  ///   - kind: What the number stands for: `duration` or `size`.
  /// - Throws: `.invalidInput` that says what is missing or wrong.
  init(_ text: String, units: [String], example: String, kind: String) throws(WinnowError) {
    let remedy = "write a \(kind) such as \(example)"
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = String(text.dropFirst(number.count).drop { $0 == " " })
    guard let (whole, thousandths) = Self.parts(of: number) else {
      throw WinnowError(.invalidInput, "\"\(text)\" is no \(kind)", remedy: remedy)
    }
    guard !unit.isEmpty else {
      throw WinnowError(.invalidInput, "\"\(text)\" has no unit", remedy: remedy)
    }
    guard units.contains(unit) else {
      throw WinnowError(
        .invalidInput, "\"\(unit)\" is no unit of \(kind == "size" ? "size" : "time")",
        remedy: "use one of \(units.joined(separator: ", ")); \(remedy)")
    }
    self.whole = whole
    self.thousandths = thousandths
    self.unit = unit
  }

  /// The number times `factor` (at most 10¹⁵); nil when the result is no whole number or does not fit.
  func times(_ factor: Int64) -> Int64? {
    let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
    let part = thousandths * factor
    guard !overflow, part % 1000 == 0 else { return nil }
    let (sum, carried) = product.addingReportingOverflow(part / 1000)
    return carried ? nil : sum
  }

  /// `1.5` as (1, 500); nil for anything but digits, or digits with one to three more behind a point.
  private static func parts(of text: Substring) -> (whole: Int64, thousandths: Int64)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int64(parts[0]) else { return nil }
    guard parts.count == 2 else { return (whole, 0) }
    let digits = parts[1] + String(repeating: "0", count: max(0, 3 - parts[1].count))
    guard !parts[1].isEmpty, digits.count == 3, let thousandths = Int64(digits) else { return nil }
    return (whole, thousandths)
  }
}
