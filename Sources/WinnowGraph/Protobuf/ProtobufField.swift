import WinnowCore

/// One field of a protobuf message. Each accessor states what the caller expects there and throws when the field
/// holds something else: that is how a protobuf file of another kind is told from an ONNX model.
struct ProtobufField {
  enum Value {
    case varint(UInt64)
    /// Four or eight bytes, little-endian.
    case block(ArraySlice<UInt8>, width: Int)
    case bytes(ArraySlice<UInt8>)
  }

  let number: Int
  let value: Value
  let subject: String

  func integer() throws(WinnowError) -> Int {
    guard case .varint(let bits) = value else { throw unexpected("a number") }
    return Int(truncatingIfNeeded: bits)
  }

  func float() throws(WinnowError) -> Float {
    guard case .block(let bytes, width: 4) = value else { throw unexpected("a float") }
    return bytes.withUnsafeBytes { Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
  }

  func bytes() throws(WinnowError) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = value else { throw unexpected("bytes") }
    return bytes
  }

  func string() throws(WinnowError) -> String {
    guard let string = String(validating: try bytes(), as: UTF8.self) else { throw unexpected("UTF-8 text") }
    return string
  }

  /// A nested message; `subject` names it in errors.
  func message(_ subject: String) throws(WinnowError) -> ProtobufReader {
    ProtobufReader(try bytes(), subject: subject)
  }

  /// Repeated integers come one by one or packed into one block, as the writer liked.
  func appendIntegers(to integers: inout [Int]) throws(WinnowError) {
    guard case .bytes(let packed) = value else { return integers.append(try integer()) }
    var reader = ProtobufReader(packed, subject: subject)
    while let bits = try reader.nextVarint() { integers.append(Int(truncatingIfNeeded: bits)) }
  }

  /// Appends repeated values of `width` bytes, one by one or packed, as their bytes. The first block is taken as a
  /// slice without a copy.
  func appendBlocks(width: Int, to blocks: inout ArraySlice<UInt8>) throws(WinnowError) {
    let new: ArraySlice<UInt8>
    switch value {
    case .block(let bytes, let found) where found == width: new = bytes
    case .bytes(let packed) where packed.count.isMultiple(of: width): new = packed
    default: throw unexpected("values of \(width) bytes")
    }
    if blocks.isEmpty { blocks = new } else { blocks.append(contentsOf: new) }
  }

  private func unexpected(_ wanted: String) -> WinnowError {
    .brokenModel(subject, "field \(number) does not hold \(wanted)")
  }
}
