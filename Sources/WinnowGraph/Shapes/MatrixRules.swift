import WinnowCore

/// Products of matrices, and reductions.
enum MatrixRules {
  static func gemm(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let left = input.shape, let right = call.shape(1) else { return [TensorType(input.elementType, nil)] }
    guard left.count == 2, right.count == 2 else {
      throw call.contradiction("it multiplies \(call.describe(left)) by \(call.describe(right))")
    }
    let (rows, inner) = call.node.int("transA") ?? 0 == 0 ? (left[0], left[1]) : (left[1], left[0])
    let (depth, columns) = call.node.int("transB") ?? 0 == 0 ? (right[0], right[1]) : (right[1], right[0])
    guard inner.mayEqual(depth) else {
      throw call.contradiction("it multiplies \(call.describe(left)) by \(call.describe(right))")
    }
    return [TensorType(input.elementType, [rows, columns])]
  }

  static func matMul(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard var left = call.shape(0), var right = call.shape(1) else { return [TensorType(input.elementType, nil)] }
    guard !left.isEmpty, !right.isEmpty else { throw call.contradiction("it multiplies by a single number") }
    let leftIsVector = left.count == 1
    let rightIsVector = right.count == 1
    if leftIsVector { left.insert(.fixed(1), at: 0) }
    if rightIsVector { right.append(.fixed(1)) }
    guard left[left.count - 1].mayEqual(right[right.count - 2]) else {
      throw call.contradiction("it multiplies \(call.describe(left)) by \(call.describe(right))")
    }
    var result = try call.broadcast(left.dropLast(2), right.dropLast(2))
    if !leftIsVector { result.append(left[left.count - 2]) }
    if !rightIsVector { result.append(right[right.count - 1]) }
    return [TensorType(input.elementType, result)]
  }

  static func reduction(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape else { return [input] }
    let keeps = call.node.int("keepdims") ?? 1 == 1
    var axes: Set<Int> = []
    if let given = call.integers(attribute: "axes", orInput: 1), !given.isEmpty {
      for axis in given { axes.insert(try call.axis(axis, rank: shape.count)) }
    } else if call.node.input(1) != nil, call.integers(1) == nil {
      return [TensorType(input.elementType, keeps ? shape.map { _ in .unknown } : nil)]
    } else if call.node.int("noop_with_empty_axes") == 1 {
      return [input]
    } else {
      axes = Set(shape.indices)
    }
    let result = shape.enumerated().compactMap { index, size in
      axes.contains(index) ? (keeps ? .fixed(1) : nil) : size
    }
    return [TensorType(input.elementType, result)]
  }
}
