import WinnowCore

/// A `TensorProto` while it is read. ONNX may keep the numbers in one of six fields; all become little-endian bytes.
struct TensorContent {
  private(set) var name = ""
  private var code = 0
  private var shape: [Int] = []
  private var raw: ArraySlice<UInt8>?
  private var wide: ArraySlice<UInt8> = []
  private var integers: [Int] = []
  private var location: String?
  private var isExternal = false

  mutating func read(_ field: ProtobufField) throws(WinnowError) {
    switch field.number {
    case 1: try field.appendIntegers(to: &shape)
    case 2: code = try field.integer()
    case 4: try field.appendBlocks(width: 4, to: &wide)
    case 5, 7, 11: try field.appendIntegers(to: &integers)
    case 8: name = try field.string()
    case 9: raw = try field.bytes()
    case 10: try field.appendBlocks(width: 8, to: &wide)
    case 13:
      let entry = try StringPair(field.message("where the weights lie"))
      if entry.key == "location" { location = entry.value }
    case 14: isExternal = try field.integer() == 1
    default: break
    }
  }

  func tensor(_ subject: String) throws(WinnowError) -> Tensor {
    if isExternal || location != nil {
      throw WinnowError(
        .externalData, "the weights \"\(name)\" are not in the model file but in \"\(location ?? "another file")\"",
        remedy: "save the model as one file: onnx.save(onnx.load(\"model.onnx\"), \"single.onnx\")")
    }
    guard let elementType = ElementType(rawValue: code) else { throw .unsupportedElementType(code, of: name) }
    do throws(WinnowError) {
      return try Tensor(elementType, shape: shape, bytes: raw ?? typedBytes(elementType))
    } catch {
      throw .brokenModel(name.isEmpty ? subject : "the tensor \"\(name)\"", error.message)
    }
  }

  /// The content of the fields for single types: floats as they are, integers cut to their width.
  private func typedBytes(_ elementType: ElementType) -> ArraySlice<UInt8> {
    switch elementType {
    case .float32, .double: wide
    case .int64, .uint64: littleEndianBytes(integers)[...]
    case .int32, .uint32: littleEndianBytes(integers.map { UInt32(truncatingIfNeeded: $0) })[...]
    case .int16, .uint16, .float16, .bfloat16: littleEndianBytes(integers.map { UInt16(truncatingIfNeeded: $0) })[...]
    case .int8, .uint8, .bool: integers.map { UInt8(truncatingIfNeeded: $0) }[...]
    }
  }
}
