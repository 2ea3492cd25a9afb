/// Element type and shape of a value of a graph.
public struct TensorType: Hashable, Sendable {
  public var elementType: ElementType
  /// Outermost first; nil where even the rank is not known.
  public var shape: [Dimension]?

  public init(_ elementType: ElementType, _ shape: [Dimension]?) {
    self.elementType = elementType
    self.shape = shape
  }
}

extension TensorType: CustomStringConvertible {
  /// `"float32 [N, 3, 224, 224]"`.
  public var description: String {
    guard let shape else { return "\(elementType) of any shape" }
    return "\(elementType) [\(shape.map(\.description).joined(separator: ", "))]"
  }
}

/// An input or output of a graph.
public struct GraphValue: Hashable, Sendable {
  public var name: String
  public var type: TensorType

  public init(_ name: String, _ type: TensorType) {
    self.name = name
    self.type = type
  }
}
