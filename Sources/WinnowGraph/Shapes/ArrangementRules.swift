import WinnowCore

/// Operators that keep all numbers and arrange them anew.
enum ArrangementRules {
  static func concat(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let first = call.type(0) else { return [nil] }
    guard var result = first.shape else { return [first] }
    let axis = try call.axis(call.node.int("axis") ?? 0, rank: result.count)
    for index in call.node.inputs.indices.dropFirst() {
      guard let next = call.shape(index) else {
        result[axis] = .unknown
        continue
      }
      guard next.count == result.count else {
        throw call.contradiction("it joins \(call.describe(result)) and \(call.describe(next))")
      }
      for dimension in result.indices {
        if dimension == axis {
          result[axis] = result[axis] + next[axis]
        } else if !result[dimension].mayEqual(next[dimension]) {
          throw call.contradiction("it joins \(call.describe(result)) and \(call.describe(next))")
        } else if case .free = result[dimension] {
          result[dimension] = next[dimension]
        }
      }
    }
    return [TensorType(first.elementType, result)]
  }

  static func flatten(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape else { return [TensorType(input.elementType, [.unknown, .unknown])] }
    let given = call.node.int("axis") ?? 1
    let axis = given == shape.count ? given : try call.axis(given, rank: shape.count)
    return [TensorType(input.elementType, [.product(shape.prefix(axis)), .product(shape.dropFirst(axis))])]
  }

  static func reshape(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let target = call.integers(1)?.elements else {
      guard case .fixed(let rank)? = call.shape(1)?.first, rank <= IntegerList.limit, rank >= 0 else {
        return [TensorType(input.elementType, nil)]
      }
      return [TensorType(input.elementType, Array(repeating: .unknown, count: rank))]
    }
    let keepsZero = call.node.int("allowzero") == 1
    var result: [Dimension] = []
    var open: Int?
    for (index, size) in target.enumerated() {
      switch size {
      case .fixed(-1):
        guard open == nil else { throw call.contradiction("its shape \(call.describe(target)) has two open entries") }
        open = index
        result.append(.fixed(1))
      case .fixed(0) where !keepsZero:
        guard let shape = input.shape else {
          result.append(.unknown)
          continue
        }
        guard index < shape.count else {
          throw call.contradiction("its shape \(call.describe(target)) does not fit \(call.describe(shape))")
        }
        result.append(shape[index])
      case .fixed(let size) where size < 0:
        throw call.contradiction("its shape \(call.describe(target)) has a negative entry")
      default: result.append(size)
      }
    }
    guard let shape = input.shape else {
      if let open { result[open] = .unknown }
      return [TensorType(input.elementType, result)]
    }
    let total = Dimension.product(shape)
    let rest = Dimension.product(result)
    if let open {
      result[open] = total / rest
      guard (result[open] * rest).mayEqual(total) else {
        throw call.contradiction("its shape \(call.describe(target)) does not fit \(call.describe(shape))")
      }
    } else if !rest.mayEqual(total) {
      throw call.contradiction("its shape \(call.describe(target)) does not fit \(call.describe(shape))")
    }
    return [TensorType(input.elementType, result)]
  }

  static func transpose(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape else { return [input] }
    let order = call.node.ints("perm") ?? shape.indices.reversed()
    guard order.sorted() == Array(shape.indices) else {
      throw call.contradiction("its order \(order) does not fit \(call.describe(shape))")
    }
    return [TensorType(input.elementType, order.map { shape[$0] })]
  }

  static func squeeze(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape else { return [input] }
    var axes: Set<Int> = []
    if let given = call.integers(attribute: "axes", orInput: 1) {
      for axis in given { axes.insert(try call.axis(axis, rank: shape.count)) }
    } else if call.node.input(1) == nil {
      guard shape.allSatisfy({ $0.fixedValue != nil || $0.isBatch }) else {
        return [TensorType(input.elementType, nil)]
      }
      axes = Set(shape.indices.filter { shape[$0] == .fixed(1) })
    } else {
      return [TensorType(input.elementType, nil)]
    }
    for axis in axes where !shape[axis].mayEqual(.fixed(1)) {
      throw call.contradiction("it drops dimension \(axis) of \(call.describe(shape))")
    }
    return [TensorType(input.elementType, shape.indices.filter { !axes.contains($0) }.map { shape[$0] })]
  }

  static func unsqueeze(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape, let given = call.integers(attribute: "axes", orInput: 1) else {
      return [TensorType(input.elementType, nil)]
    }
    let rank = shape.count + given.count
    var axes: Set<Int> = []
    for axis in given { axes.insert(try call.axis(axis, rank: rank)) }
    guard axes.count == given.count else { throw call.contradiction("its axes \(given) repeat") }
    var rest = shape[...]
    let result = (0..<rank).map { axes.contains($0) ? .fixed(1) : rest.popFirst() ?? .fixed(1) }
    return [TensorType(input.elementType, result)]
  }

  static func expand(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape, let target = call.integers(1)?.elements else {
      return [TensorType(input.elementType, nil)]
    }
    guard target.allSatisfy({ $0.fixedValue ?? 0 >= 0 }) else {
      throw call.contradiction("its shape \(call.describe(target)) has a negative entry")
    }
    return [TensorType(input.elementType, try call.broadcast(shape, target))]
  }
}
