import WinnowCore

/// Runs one node whose inputs are all constants.
///
/// It covers what exporters leave unfolded: constants arranged anew, and small arithmetic on float32 and int64.
/// Everything else stays in the graph, where it does no harm. Weights behind DequantizeLinear stay quantised.
struct ConstantEvaluation {
  let call: OperatorCall
  let inputs: [Tensor]
  /// The shape of the result, as its operator's rule gives it.
  let shape: [Int]

  /// A result may be larger than all inputs together only up to so many elements, so that a small file cannot
  /// become large. Chosen, not measured.
  private static let growthLimit = 1 << 20

  /// Nil if the operator or the types are not covered.
  func result(_ kind: Operator) -> Tensor? {
    guard let count = Tensor.elementCount(shape), let first = inputs.first,
      count <= max(Self.growthLimit, inputs.reduce(0) { $0 + $1.count })
    else { return nil }
    switch kind {
    case .reshape, .flatten, .squeeze, .unsqueeze: return try? first.reshaped(shape)
    case .transpose:
      let order = call.node.ints("perm") ?? first.shape.indices.reversed()
      return StridedView(first.shape).transposed(order).copy(first)
    case .expand: return StridedView(first.shape).broadcast(to: shape)?.copy(first)
    case .slice: return slice(first)
    case .gather: return gather(first)
    case .concat: return concat()
    case .cast: return cast(first)
    case .add: return arithmetic({ $0 + $1 }, { $0.addingReportingOverflow($1) })
    case .sub: return arithmetic({ $0 - $1 }, { $0.subtractingReportingOverflow($1) })
    case .mul: return arithmetic({ $0 * $1 }, { $0.multipliedReportingOverflow(by: $1) })
    case .div: return arithmetic({ $0 / $1 }, { $0.dividedReportingOverflow(by: $1) })
    case .sqrt: return mapped { $0.squareRoot() }
    case .neg: return mapped { -$0 }
    case .reciprocal: return mapped { 1 / $0 }
    default: return nil
    }
  }

  private func slice(_ data: Tensor) -> Tensor? {
    guard let ranges = try? SliceRange.ranges(of: call, rank: data.shape.count) else { return nil }
    var view = StridedView(data.shape)
    for range in ranges {
      let (first, count) = range.bounds(size: data.shape[range.axis])
      view.take(axis: range.axis, first: first, count: count, step: range.step)
    }
    return view.copy(data)
  }

  private func gather(_ data: Tensor) -> Tensor? {
    guard inputs.count == 2, let places = inputs[1].integers,
      let axis = normalisedAxis(call.node.int("axis") ?? 0, rank: data.shape.count)
    else { return nil }
    let size = data.shape[axis]
    let inner = data.shape[(axis + 1)...].reduce(data.elementType.byteCount, *)
    let outer = data.shape[..<axis].reduce(1, *)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(outer * places.count * inner)
    for block in 0..<outer {
      for place in places {
        guard let index = normalisedAxis(place, rank: size) else { return nil }
        let start = data.bytes.startIndex + (block * size + index) * inner
        bytes.append(contentsOf: data.bytes[start..<start + inner])
      }
    }
    return try? Tensor(data.elementType, shape: shape, bytes: bytes[...])
  }

  private func concat() -> Tensor? {
    guard let axis = normalisedAxis(call.node.int("axis") ?? 0, rank: shape.count),
      inputs.allSatisfy({ $0.elementType == inputs[0].elementType })
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(inputs.reduce(0) { $0 + $1.bytes.count })
    let outer = shape[..<axis].reduce(1, *)
    for block in 0..<outer {
      for input in inputs {
        let stride = input.bytes.count / outer
        let start = input.bytes.startIndex + block * stride
        bytes.append(contentsOf: input.bytes[start..<start + stride])
      }
    }
    return try? Tensor(inputs[0].elementType, shape: shape, bytes: bytes[...])
  }

  private func cast(_ data: Tensor) -> Tensor? {
    guard let target = call.node.int("to").flatMap(ElementType.init(rawValue:)) else { return nil }
    if target == data.elementType { return data }
    switch target {
    case .float32:
      if let floats = data.floats { return try? Tensor(floats, shape: shape) }
      return data.integers.flatMap { try? Tensor($0.map { Float($0) }, shape: shape) }
    case .int64:
      if let integers = data.integers { return try? Tensor(integers, shape: shape) }
      let integers = data.floats?.compactMap { Int(exactly: $0.rounded(.towardZero)) }
      guard let integers, integers.count == data.count else { return nil }
      return try? Tensor(integers, shape: shape)
    default: return nil
    }
  }

  private func arithmetic(
    _ onFloats: (Float, Float) -> Float, _ onIntegers: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Tensor? {
    guard inputs.count == 2,
      let left = StridedView(inputs[0].shape).broadcast(to: shape)?.copy(inputs[0]),
      let right = StridedView(inputs[1].shape).broadcast(to: shape)?.copy(inputs[1]),
      left.elementType == right.elementType
    else { return nil }
    switch left.elementType {
    case .float32:
      guard let a = left.floats, let b = right.floats else { return nil }
      return try? Tensor(zip(a, b).map(onFloats), shape: shape)
    case .int64:
      guard let a = left.integers, let b = right.integers else { return nil }
      let results = zip(a, b).map(onIntegers)
      return results.contains(where: \.overflow) ? nil : try? Tensor(results.map(\.partialValue), shape: shape)
    default: return nil
    }
  }

  private func mapped(_ operation: (Float) -> Float) -> Tensor? {
    guard inputs[0].elementType == .float32, let values = inputs[0].floats else { return nil }
    return try? Tensor(values.map(operation), shape: shape)
  }
}
