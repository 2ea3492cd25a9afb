/// What one number of a tensor is. Raw values are ONNX's `TensorProto.DataType`.
public enum ElementType: Int, Hashable, Sendable, CaseIterable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// The bytes one number takes.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .int64, .double, .uint64: 8
    }
  }

  public var isFloat: Bool {
    switch self {
    case .float32, .float16, .bfloat16, .double: true
    default: false
    }
  }
}
