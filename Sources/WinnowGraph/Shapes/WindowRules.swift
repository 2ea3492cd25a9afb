import WinnowCore

/// Convolution and pooling: operators that slide a window over `[N, C, H, W]`, or over any number of spatial
/// dimensions.
enum WindowRules {
  static func convolution(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape, let weights = call.shape(1) else { return [TensorType(input.elementType, nil)] }
    guard shape.count >= 3, weights.count == shape.count else {
      throw call.contradiction("weights \(call.describe(weights)) do not fit an input \(call.describe(shape))")
    }
    let groups = call.node.int("group") ?? 1
    guard groups > 0, (weights[1] * .fixed(groups)).mayEqual(shape[1]),
      weights[0].fixedValue?.isMultiple(of: groups) ?? true
    else {
      throw call.contradiction(
        "weights \(call.describe(weights)) in \(groups) groups do not fit an input \(call.describe(shape))")
    }
    let kernel = weights.dropFirst(2).compactMap(\.fixedValue)
    guard kernel.count == shape.count - 2 else {
      return [TensorType(input.elementType, [shape[0], weights[0]] + shape.dropFirst(2).map { _ in .unknown })]
    }
    let spatial = try Window(call, kernel: kernel).outputSizes(Array(shape.dropFirst(2)))
    return [TensorType(input.elementType, [shape[0], weights[0]] + spatial)]
  }

  /// MaxPool and AveragePool; the second output of MaxPool, the places of the maxima, has the same shape.
  static func pool(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil, nil] }
    guard let shape = input.shape else { return [TensorType(input.elementType, nil), nil] }
    guard let kernel = call.node.ints("kernel_shape"), shape.count == kernel.count + 2 else {
      throw call.contradiction("its window does not fit an input \(call.describe(shape))")
    }
    let spatial = try Window(call, kernel: kernel).outputSizes(Array(shape.dropFirst(2)))
    let output = Array(shape.prefix(2)) + spatial
    return [TensorType(input.elementType, output), TensorType(.int64, output)]
  }

  static func globalPool(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape else { return [input] }
    guard shape.count >= 3 else { throw call.contradiction("it pools an input \(call.describe(shape))") }
    return [TensorType(input.elementType, shape.prefix(2) + shape.dropFirst(2).map { _ in .fixed(1) })]
  }
}

/// A window with its strides, dilations and padding, one entry for each spatial dimension.
private struct Window {
  private enum Padding {
    /// So many rows before all dimensions, then so many behind.
    case explicit([Int])
    case same
  }

  private let call: OperatorCall
  private let kernel: [Int]
  private let strides: [Int]
  private let dilations: [Int]
  private let padding: Padding
  private let roundsUp: Bool

  /// No picture is larger, and sums of such numbers do not overflow.
  private static let sizeLimit = 1 << 31

  init(_ call: OperatorCall, kernel: [Int]) throws(WinnowError) {
    let rank = kernel.count
    let node = call.node
    self.call = call
    self.kernel = kernel
    strides = node.ints("strides") ?? Array(repeating: 1, count: rank)
    dilations = node.ints("dilations") ?? Array(repeating: 1, count: rank)
    roundsUp = node.int("ceil_mode") == 1
    let pads = node.ints("pads") ?? Array(repeating: 0, count: 2 * rank)
    switch node.string("auto_pad") ?? "NOTSET" {
    case "SAME_UPPER", "SAME_LOWER": padding = .same
    case "VALID": padding = .explicit(Array(repeating: 0, count: 2 * rank))
    default: padding = .explicit(pads)
    }
    let positive = 1..<Self.sizeLimit
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank,
      (kernel + strides + dilations).allSatisfy(positive.contains), pads.allSatisfy((0..<Self.sizeLimit).contains)
    else { throw call.contradiction("its window, strides, dilations or pads are not valid") }
  }

  func outputSizes(_ sizes: [Dimension]) throws(WinnowError) -> [Dimension] {
    var result: [Dimension] = []
    for (axis, size) in sizes.enumerated() {
      guard let fixed = size.fixedValue else {
        result.append(.unknown)
        continue
      }
      result.append(.fixed(try outputSize(fixed, axis: axis)))
    }
    return result
  }

  private func outputSize(_ size: Int, axis: Int) throws(WinnowError) -> Int {
    guard (0..<Self.sizeLimit).contains(size) else { throw call.contradiction("its input is too large") }
    let stride = strides[axis]
    guard case .explicit(let pads) = padding else { return (size + stride - 1) / stride }
    let before = pads[axis]
    let (reach, overflow) = dilations[axis].multipliedReportingOverflow(by: kernel[axis] - 1)
    let room = size + before + pads[axis + kernel.count] - 1
    guard !overflow, room >= reach else {
      throw call.contradiction("its window is larger than its input of \(size) with padding")
    }
    let steps = room - reach
    guard roundsUp else { return steps / stride + 1 }
    let rounded = (steps + stride - 1) / stride + 1
    // A window that would start in the padding behind the input is left out.
    return (rounded - 1) * stride >= size + before ? rounded - 1 : rounded
  }
}
