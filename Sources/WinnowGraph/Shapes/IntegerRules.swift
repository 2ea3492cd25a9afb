import WinnowCore

/// Follows the integers that exporters compute shapes with, with the batch as a symbol.
///
/// `Shape → Gather → Unsqueeze → Concat` gives `[N, -1]` here, where running it would need N.
enum IntegerRules {
  /// The content of the node's first output; nil if it is not a short list of integers or not known.
  static func evaluate(_ call: OperatorCall) -> IntegerList? {
    guard call.node.domain.isEmpty else { return nil }
    switch call.node.op {
    case "Shape": return shape(call)
    case "Identity": return call.integers(0)
    case "Cast": return cast(call)
    case "Gather": return gather(call)
    case "Unsqueeze":
      guard let list = call.integers(0), list.isScalar else { return nil }
      return IntegerList(list.elements, elementType: list.elementType)
    case "Squeeze", "Reshape": return rearranged(call)
    case "Slice": return slice(call)
    case "Concat": return concat(call)
    case "Add": return combined(call) { $0 + $1 }
    case "Sub": return combined(call) { $0 - $1 }
    case "Mul": return combined(call) { $0 * $1 }
    case "Div": return combined(call) { $0 / $1 }
    case "Mod": return combined(call, remainder)
    case "Not": return negated(call)
    case "Range": return range(call)
    case "Equal": return combined(call, result: .bool, equal)
    case "Where": return choice(call)
    case "ConstantOfShape": return filled(call)
    case "ReduceProd":
      guard let list = call.integers(0) else { return nil }
      return IntegerList(
        [.product(list.elements)], isScalar: call.node.int("keepdims") == 0, elementType: list.elementType)
    default: return nil
    }
  }

  private static func shape(_ call: OperatorCall) -> IntegerList? {
    guard let shape = call.shape(0), shape.count <= IntegerList.limit else { return nil }
    return IntegerList(Array(shape[call.node.shapeRange(rank: shape.count)]))
  }

  private static func cast(_ call: OperatorCall) -> IntegerList? {
    guard let list = call.integers(0), let target = call.node.int("to").flatMap(ElementType.init(rawValue:)),
      target == .int64 || target == .int32,
      list.elements.allSatisfy({ Int32(exactly: $0.fixedValue ?? 0) != nil })
        || target == .int64
    else { return nil }
    return IntegerList(list.elements, isScalar: list.isScalar, elementType: target)
  }

  private static func gather(_ call: OperatorCall) -> IntegerList? {
    guard let list = call.integers(0), !list.isScalar, let indices = call.integers(1), let places = indices.fixed
    else { return nil }
    var elements: [Dimension] = []
    for place in places {
      guard let index = normalisedAxis(place, rank: list.elements.count) else { return nil }
      elements.append(list.elements[index])
    }
    return IntegerList(elements, isScalar: indices.isScalar, elementType: list.elementType)
  }

  /// Squeeze and Reshape between a scalar and a list.
  private static func rearranged(_ call: OperatorCall) -> IntegerList? {
    guard let list = call.integers(0) else { return nil }
    let isScalar: Bool
    if call.node.op == "Squeeze" {
      guard list.elements.count == 1 else { return nil }
      isScalar = true
    } else {
      guard let target = call.integers(1)?.elements, target.count <= 1 else { return nil }
      isScalar = target.isEmpty
    }
    return IntegerList(list.elements, isScalar: isScalar, elementType: list.elementType)
  }

  private static func slice(_ call: OperatorCall) -> IntegerList? {
    guard let list = call.integers(0), !list.isScalar,
      let range = (try? SliceRange.ranges(of: call, rank: 1))??.first
    else { return nil }
    let (first, count) = range.bounds(size: list.elements.count)
    return IntegerList(
      (0..<count).map { list.elements[first + $0 * range.step] }, elementType: list.elementType)
  }

  private static func concat(_ call: OperatorCall) -> IntegerList? {
    var elements: [Dimension] = []
    var elementType = ElementType.int64
    for index in call.node.inputs.indices {
      guard let list = call.integers(index), !list.isScalar else { return nil }
      elements += list.elements
      elementType = list.elementType
      guard elements.count <= IntegerList.limit else { return nil }
    }
    return IntegerList(elements, elementType: elementType)
  }

  private static func combined(
    _ call: OperatorCall, result: ElementType? = nil, _ operation: (Dimension, Dimension) -> Dimension
  ) -> IntegerList? {
    guard let left = call.integers(0), let right = call.integers(1), let pairs = paired(left, right) else { return nil }
    return IntegerList(
      pairs.map { operation($0.0, $0.1) }, isScalar: left.isScalar && right.isScalar,
      elementType: result ?? left.elementType)
  }

  private static func equal(_ left: Dimension, _ right: Dimension) -> Dimension {
    switch (left, right) {
    case (.fixed(let a), .fixed(let b)): .fixed(a == b ? 1 : 0)
    // A batch has at least one picture.
    case (.batch, .fixed(let number)) where number <= 0, (.fixed(let number), .batch) where number <= 0: .fixed(0)
    case (.batch(let a), .batch(let b)): .fixed(a == b ? 1 : 0)
    default: .unknown
    }
  }

  /// With the sign of the divisor, as ONNX and Python have it.
  private static func remainder(_ left: Dimension, _ right: Dimension) -> Dimension {
    guard case (.fixed(let a), .fixed(let b)) = (left, right), b != 0, b != -1 else { return .unknown }
    let rest = a % b
    return .fixed(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
  }

  private static func negated(_ call: OperatorCall) -> IntegerList? {
    guard let list = call.integers(0) else { return nil }
    let elements = list.elements.map { $0.fixedValue.map { .fixed($0 == 0 ? 1 : 0) } ?? Dimension.unknown }
    return IntegerList(elements, isScalar: list.isScalar, elementType: list.elementType)
  }

  private static func range(_ call: OperatorCall) -> IntegerList? {
    guard let start = call.integers(0)?.fixed?.first, let limit = call.integers(1)?.fixed?.first,
      let step = call.integers(2)?.fixed?.first, step != 0, let type = call.type(0)?.elementType
    else { return nil }
    let numbers = stride(from: start, to: limit, by: step).prefix(IntegerList.limit + 1).map(Dimension.fixed)
    return numbers.count > IntegerList.limit ? nil : IntegerList(numbers, elementType: type)
  }

  private static func choice(_ call: OperatorCall) -> IntegerList? {
    guard let condition = call.integers(0), let yes = call.integers(1), let no = call.integers(2),
      let values = paired(yes, no), let choices = condition.fixed,
      choices.count == values.count || choices.count == 1
    else { return nil }
    let elements = values.enumerated().map { index, pair in
      choices[choices.count == 1 ? 0 : index] != 0 ? pair.0 : pair.1
    }
    return IntegerList(elements, isScalar: yes.isScalar && no.isScalar, elementType: yes.elementType)
  }

  private static func filled(_ call: OperatorCall) -> IntegerList? {
    guard let sizes = call.integers(0)?.fixed, sizes.count <= 1,
      (0...IntegerList.limit).contains(sizes.first ?? 1), case .tensor(let value) = call.node.attributes["value"],
      let number = value.integers?.first
    else { return nil }
    return IntegerList(
      Array(repeating: .fixed(number), count: sizes.first ?? 1), isScalar: sizes.isEmpty, elementType: value.elementType
    )
  }

  private static func paired(_ left: IntegerList, _ right: IntegerList) -> [(Dimension, Dimension)]? {
    let count = max(left.elements.count, right.elements.count)
    guard [left, right].allSatisfy({ $0.elements.count == count || $0.elements.count == 1 }) else { return nil }
    return (0..<count).map { index in
      (
        left.elements[left.elements.count == 1 ? 0 : index],
        right.elements[right.elements.count == 1 ? 0 : index]
      )
    }
  }
}
