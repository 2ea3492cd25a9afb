/// One dimension of a shape, or one number of a shape that is computed inside a graph (where it may be negative).
public enum Dimension: Hashable, Sendable {
  case fixed(Int)
  /// So many times the number of pictures in the batch.
  case batch(multiple: Int)
  /// Known only when the graph runs. Two free dimensions are the same if they have the same, not empty, name.
  case free(String)

  /// The batch itself.
  public static let batch = Self.batch(multiple: 1)
  /// A free dimension without a name.
  public static let unknown = Self.free("")

  public var fixedValue: Int? {
    if case .fixed(let value) = self { value } else { nil }
  }

  public var isBatch: Bool {
    if case .batch = self { true } else { false }
  }

  /// The dimension of a batch of one picture.
  public var perPicture: Int? {
    switch self {
    case .fixed(let value), .batch(multiple: let value): value
    case .free: nil
    }
  }

  /// False only if the two can never be the same number; batch and fixed are held to differ, since a batch takes
  /// any value.
  func mayEqual(_ other: Dimension) -> Bool {
    if case .free = self { return true }
    if case .free = other { return true }
    return self == other
  }
}

extension Dimension: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fixed(let value): "\(value)"
    case .batch(multiple: 1): "N"
    case .batch(let multiple): "\(multiple)N"
    case .free(let name): name.isEmpty ? "?" : name
    }
  }
}

extension Dimension {
  static func * (left: Self, right: Self) -> Self {
    switch (left, right) {
    case (.fixed(1), let other), (let other, .fixed(1)): other
    case (.fixed(0), _), (_, .fixed(0)): .fixed(0)
    case (.fixed(let a), .fixed(let b)): checked(a.multipliedReportingOverflow(by: b)).map(fixed) ?? .unknown
    case (.fixed(let a), .batch(let b)), (.batch(let a), .fixed(let b)):
      checked(a.multipliedReportingOverflow(by: b)).map(batch(multiple:)) ?? .unknown
    default: .unknown
    }
  }

  static func + (left: Self, right: Self) -> Self {
    switch (left, right) {
    case (.fixed(0), let other), (let other, .fixed(0)): other
    case (.fixed(let a), .fixed(let b)): checked(a.addingReportingOverflow(b)).map(fixed) ?? .unknown
    case (.batch(let a), .batch(let b)): checked(a.addingReportingOverflow(b)).map(batch(multiple:)) ?? .unknown
    default: .unknown
    }
  }

  static func - (left: Self, right: Self) -> Self { left + right * .fixed(-1) }

  /// Integer division towards zero, as ONNX has it; unknown where it depends on the batch.
  static func / (left: Self, right: Self) -> Self {
    switch (left, right) {
    case (let other, .fixed(1)): other
    case (.fixed(let a), .fixed(let b)) where b != 0:
      checked(a.dividedReportingOverflow(by: b)).map(fixed) ?? .unknown
    case (.batch(let a), .fixed(let b)) where b > 0 && a.isMultiple(of: b): .batch(multiple: a / b)
    case (.batch(let a), .batch(let b)) where b > 0 && a.isMultiple(of: b): .fixed(a / b)
    default: .unknown
    }
  }

  /// The product of all, 1 for none.
  static func product(_ dimensions: some Sequence<Dimension>) -> Self {
    dimensions.reduce(.fixed(1)) { $0 * $1 }
  }

  private static func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }
}
