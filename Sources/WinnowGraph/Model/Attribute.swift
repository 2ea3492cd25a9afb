/// A setting of a node.
public enum Attribute: Hashable, Sendable {
  case int(Int)
  case float(Float)
  case string(String)
  case ints([Int])
  case floats([Float])
  case strings([String])
  case tensor(Tensor)
  /// An attribute of a kind no picture classifier needs, such as the body of a loop: the bytes of its
  /// `AttributeProto` as they were read, so that writing gives them back.
  case opaque(ArraySlice<UInt8>)
}
