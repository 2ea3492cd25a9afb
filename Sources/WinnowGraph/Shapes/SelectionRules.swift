import WinnowCore

/// Operators that take a part of a value, put something around it, or ask for its shape.
enum SelectionRules {
  static func split(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    let parts = call.node.outputs.count
    guard let input = call.type(0) else { return Array(repeating: nil, count: parts) }
    guard let shape = input.shape else { return Array(repeating: input, count: parts) }
    let axis = try call.axis(call.node.int("axis") ?? 0, rank: shape.count)
    let sizes: [Dimension]
    if call.node.input(1) != nil {
      sizes = call.integers(1)?.elements ?? Array(repeating: .unknown, count: parts)
    } else if let size = shape[axis].fixedValue, parts > 0, size <= Int(Int32.max) {
      let each = size.isMultiple(of: parts) ? size / parts : size / parts + 1
      sizes = (0..<parts).map { .fixed(max(0, min(each, size - $0 * each))) }
    } else {
      sizes = Array(repeating: .unknown, count: parts)
    }
    guard sizes.count == parts, sizes.allSatisfy({ $0.fixedValue ?? 0 >= 0 }) else {
      throw call.contradiction("it has \(parts) outputs and \(sizes.count) sizes \(call.describe(sizes))")
    }
    if let total = sizes.reduce(.fixed(0), +).fixedValue, !shape[axis].mayEqual(.fixed(total)) {
      throw call.contradiction("its parts \(call.describe(sizes)) do not make up \(shape[axis])")
    }
    return sizes.map { size in
      var part = shape
      part[axis] = size
      return TensorType(input.elementType, part)
    }
  }

  static func slice(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard var shape = input.shape else { return [input] }
    guard let ranges = try SliceRange.ranges(of: call, rank: shape.count) else {
      return [TensorType(input.elementType, shape.map { _ in .unknown })]
    }
    for range in ranges { shape[range.axis] = range.size(of: shape[range.axis]) }
    return [TensorType(input.elementType, shape)]
  }

  static func gather(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard let shape = input.shape, let indices = call.shape(1) else { return [TensorType(input.elementType, nil)] }
    let axis = try call.axis(call.node.int("axis") ?? 0, rank: shape.count)
    return [TensorType(input.elementType, shape.prefix(axis) + indices + shape.dropFirst(axis + 1))]
  }

  static func pad(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    guard let input = call.type(0) else { return [nil] }
    guard var shape = input.shape else { return [input] }
    guard let pads = call.integers(1)?.elements, call.node.input(3) == nil || call.integers(3)?.fixed != nil else {
      return [TensorType(input.elementType, shape.map { _ in .unknown })]
    }
    let axes = call.integers(3)?.fixed ?? Array(shape.indices)
    guard pads.count == 2 * axes.count else { throw call.contradiction("it has \(pads.count) pads") }
    for (index, axis) in axes.enumerated() {
      let axis = try call.axis(axis, rank: shape.count)
      shape[axis] = shape[axis] + pads[index] + pads[index + axes.count]
      guard shape[axis].fixedValue ?? 0 >= 0 else { throw call.contradiction("it cuts away more than there is") }
    }
    return [TensorType(input.elementType, shape)]
  }

  static func shape(_ call: OperatorCall) -> [TensorType?] {
    [TensorType(.int64, [call.shape(0).map { .fixed(call.node.shapeRange(rank: $0.count).count) } ?? .unknown])]
  }

  static func constantOfShape(_ call: OperatorCall) throws(WinnowError) -> [TensorType?] {
    var elementType = ElementType.float32
    if case .tensor(let tensor) = call.node.attributes["value"] { elementType = tensor.elementType }
    let shape = call.integers(0)?.elements
    guard (shape ?? []).allSatisfy({ $0.fixedValue ?? 0 >= 0 }) else {
      throw call.contradiction("it makes a value with a negative dimension")
    }
    return [TensorType(elementType, shape)]
  }
}

/// The part of one axis that a Slice takes.
struct SliceRange {
  let axis: Int
  private let start: Int
  private let end: Int
  let step: Int

  /// The ranges of a Slice over `rank` dimensions; nil if they are not known.
  static func ranges(of call: OperatorCall, rank: Int) throws(WinnowError) -> [SliceRange]? {
    guard let starts = call.integers(1)?.fixed, let ends = call.integers(2)?.fixed,
      call.node.input(3) == nil || call.integers(3)?.fixed != nil,
      call.node.input(4) == nil || call.integers(4)?.fixed != nil
    else { return nil }
    let axes = call.integers(3)?.fixed ?? Array(starts.indices)
    let steps = call.integers(4)?.fixed ?? Array(repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && $0 != .min })
    else { throw call.contradiction("its starts, ends, axes and steps do not fit together") }
    var ranges: [SliceRange] = []
    for index in starts.indices {
      let axis = try call.axis(axes[index], rank: rank)
      guard !ranges.contains(where: { $0.axis == axis }) else { throw call.contradiction("its axes repeat") }
      ranges.append(SliceRange(axis: axis, start: starts[index], end: ends[index], step: steps[index]))
    }
    return ranges
  }

  /// How many entries it takes of an axis of this size.
  func size(of dimension: Dimension) -> Dimension {
    if let size = dimension.fixedValue { return .fixed(bounds(size: size).count) }
    return start == 0 && end >= Int(Int32.max) && step == 1 ? dimension : .unknown
  }

  /// The first entry it takes, and how many, of an axis of this size.
  func bounds(size: Int) -> (first: Int, count: Int) {
    func clamped(_ position: Int, _ range: ClosedRange<Int>) -> Int {
      let absolute = position < 0 ? position + size : position
      return min(max(absolute, range.lowerBound), range.upperBound)
    }
    guard size > 0 else { return (0, 0) }
    if step > 0 {
      let first = clamped(start, 0...size)
      let last = clamped(end, 0...size)
      return (first, last > first ? (last - first - 1) / step + 1 : 0)
    }
    let first = clamped(start, 0...(size - 1))
    let last = clamped(end, -1...(size - 1))
    return (first, first > last ? (first - last - 1) / -step + 1 : 0)
  }
}

extension Node {
  /// The dimensions a Shape node asks for (attributes `start` and `end`).
  func shapeRange(rank: Int) -> Range<Int> {
    func clamped(_ position: Int) -> Int { min(max(position < 0 ? position + rank : position, 0), rank) }
    let start = clamped(int("start") ?? 0)
    return start..<max(start, clamped(int("end") ?? rank))
  }
}
