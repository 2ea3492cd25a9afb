/// What is known of a value without running the graph.
struct ValueFacts {
  var type: TensorType?
  /// The numbers themselves, for the short lists of integers that shapes are computed with.
  var integers: IntegerList?
  /// The whole content, for constants.
  var constant: Tensor?
}

extension ValueFacts {
  init(constant: Tensor) {
    self.init(type: constant.type, integers: IntegerList(constant), constant: constant)
  }
}

/// A scalar or a short list of integers, each known, a multiple of the batch, or unknown.
struct IntegerList: Hashable {
  /// Longer lists are not followed. Chosen, not measured: a shape has at most some ten entries.
  static let limit = 256

  let elementType: ElementType
  let elements: [Dimension]
  let isScalar: Bool

  init(_ elements: [Dimension], isScalar: Bool = false, elementType: ElementType = .int64) {
    self.elements = elements
    self.isScalar = isScalar
    self.elementType = elementType
  }

  /// Nil for floats, for more than one dimension, and for long lists.
  init?(_ tensor: Tensor) {
    guard !tensor.elementType.isFloat, tensor.shape.count <= 1, tensor.count <= Self.limit,
      let integers = tensor.integers
    else { return nil }
    self.init(integers.map(Dimension.fixed), isScalar: tensor.shape.isEmpty, elementType: tensor.elementType)
  }

  /// All elements as integers; nil if one is not known.
  var fixed: [Int]? {
    let known = elements.compactMap(\.fixedValue)
    return known.count == elements.count ? known : nil
  }

  var type: TensorType { TensorType(elementType, isScalar ? [] : [.fixed(elements.count)]) }
}
