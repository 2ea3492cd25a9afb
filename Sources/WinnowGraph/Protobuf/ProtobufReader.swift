import WinnowCore

/// Reads the fields of one protobuf message, in the order they come, from bytes nobody vouches for.
///
/// It copies nothing: a nested message or a block of bytes is a slice that shares the storage of the whole file.
/// Nothing here recurses, so nesting costs no stack. Groups, which protobuf itself has given up, are refused.
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtobufReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  /// What is being read, for error messages: `"the graph"`.
  let subject: String

  init(_ bytes: ArraySlice<UInt8>, subject: String) {
    self.bytes = bytes
    self.position = bytes.startIndex
    self.subject = subject
  }

  /// The bytes that are still to be read.
  var remaining: ArraySlice<UInt8> { bytes[position...] }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(WinnowError) -> ProtobufField? {
    guard position < bytes.endIndex else { return nil }
    let key = try varint()
    guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
      throw broken("field number \(key >> 3) is not valid")
    }
    let value: ProtobufField.Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .block(try take(8), width: 8)
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - position) else {
        throw broken("field \(number) claims \(length) bytes where \(bytes.endIndex - position) are left")
      }
      value = .bytes(try take(Int(length)))
    case 5: value = .block(try take(4), width: 4)
    case let wireType: throw broken("field \(number) has wire type \(wireType)")
    }
    return ProtobufField(number: number, value: value, subject: subject)
  }

  /// The next base-128 number on its own, as packed fields hold them; nil at the end.
  mutating func nextVarint() throws(WinnowError) -> UInt64? {
    guard position < bytes.endIndex else { return nil }
    return try varint()
  }

  private mutating func varint() throws(WinnowError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw broken("a number is longer than 64 bits") }
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw broken("the data end inside a number")
  }

  private mutating func take(_ count: Int) throws(WinnowError) -> ArraySlice<UInt8> {
    guard count <= bytes.endIndex - position else { throw broken("the data end inside a value") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private func broken(_ what: String) -> WinnowError { .brokenModel(subject, what) }
}

extension WinnowError {
  /// The one error for bytes that are no ONNX model; `cause` says where the reader gave up.
  static func brokenModel(_ subject: String, _ cause: String) -> Self {
    Self(
      .brokenModel, "the file is not an ONNX model, or it is damaged or incomplete: \(subject) cannot be read",
      remedy: "export or download the model again and compare its size and checksum", cause: cause)
  }
}
