public import WinnowCore

/// A constant of a graph: weights, or the shape of a Reshape.
///
/// The bytes of a tensor that was read from a file share the file's storage; nothing is copied until it is changed.
public struct Tensor: Hashable, Sendable {
  public let elementType: ElementType
  /// Outermost first; empty for a scalar.
  public let shape: [Int]
  /// Row-major, little-endian, without padding.
  public let bytes: ArraySlice<UInt8>

  /// Throws `inconsistentGraph` if the bytes are not as many as the shape needs.
  public init(_ elementType: ElementType, shape: [Int], bytes: ArraySlice<UInt8>) throws(WinnowError) {
    guard let count = Self.elementCount(shape) else {
      throw WinnowError(.inconsistentGraph, "a tensor of shape \(shape) cannot exist")
    }
    let (needed, overflow) = count.multipliedReportingOverflow(by: elementType.byteCount)
    guard !overflow, needed == bytes.count else {
      throw WinnowError(
        .inconsistentGraph, "a tensor \(elementType) \(shape) does not fit into \(bytes.count) bytes",
        remedy: "export the model again")
    }
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
  }

  /// A float32 tensor; `values` row-major, as many as the shape needs.
  public init(_ values: [Float], shape: [Int]) throws(WinnowError) {
    try self.init(.float32, shape: shape, bytes: littleEndianBytes(values.map(\.bitPattern))[...])
  }

  /// An int64 tensor, the type of ONNX's shapes; `values` row-major, as many as the shape needs.
  public init(_ values: [Int], shape: [Int]) throws(WinnowError) {
    try self.init(.int64, shape: shape, bytes: littleEndianBytes(values)[...])
  }

  /// A list of int64.
  public init(_ values: [Int]) {
    elementType = .int64
    shape = [values.count]
    bytes = littleEndianBytes(values)[...]
  }

  /// A single float32.
  public init(_ scalar: Float) {
    elementType = .float32
    shape = []
    bytes = littleEndianBytes([scalar.bitPattern])[...]
  }

  /// How many numbers it holds.
  public var count: Int { bytes.count / elementType.byteCount }

  /// The type of a graph value that holds this tensor.
  public var type: TensorType { TensorType(elementType, shape.map(Dimension.fixed)) }

  /// The numbers as integers; nil for float types and for numbers beyond the range of Int.
  public var integers: [Int]? {
    switch elementType {
    case .int64: words(UInt64.self).map { Int(truncatingIfNeeded: $0) }
    case .int32: words(UInt32.self).map { Int(Int32(bitPattern: $0)) }
    case .int16: words(UInt16.self).map { Int(Int16(bitPattern: $0)) }
    case .int8: words(UInt8.self).map { Int(Int8(bitPattern: $0)) }
    case .uint8, .bool: words(UInt8.self).map { Int($0) }
    case .uint16: words(UInt16.self).map { Int($0) }
    case .uint32: words(UInt32.self).map { Int($0) }
    case .uint64:
      words(UInt64.self).allSatisfy { $0 <= UInt64(Int.max) } ? words(UInt64.self).map { Int($0) } : nil
    case .float32, .float16, .bfloat16, .double: nil
    }
  }

  /// The numbers as float32, rounded where their own type is wider; nil for integer types.
  public var floats: [Float]? {
    switch elementType {
    case .float32: words(UInt32.self).map { Float(bitPattern: $0) }
    case .double: words(UInt64.self).map { Float(Double(bitPattern: $0)) }
    case .bfloat16: words(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .float16: words(UInt16.self).map(float(halfBits:))
    default: nil
    }
  }

  /// The number of elements of a shape; nil if a dimension is negative or the product too large for Int.
  static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The same bytes under another shape of as many elements.
  func reshaped(_ shape: [Int]) throws(WinnowError) -> Tensor {
    try Tensor(elementType, shape: shape, bytes: bytes)
  }

  private func words<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> [Word] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<Word>.size).map {
        Word(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self))
      }
    }
  }
}

/// The bytes of integers or bit patterns, little-endian.
func littleEndianBytes<Word: FixedWidthInteger & BitwiseCopyable>(_ words: [Word]) -> [UInt8] {
  let ordered = Word(1).littleEndian == 1 ? words : words.map(\.littleEndian)
  return ordered.withUnsafeBytes { Array($0) }
}

/// IEEE half precision; in software, since not every platform has `Float16`.
private func float(halfBits: UInt16) -> Float {
  let sign: Float = halfBits & 0x8000 == 0 ? 1 : -1
  let exponent = Int(halfBits >> 10 & 0x1f)
  let fraction = Float(halfBits & 0x3ff)
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return Float(sign: sign < 0 ? .minus : .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}
