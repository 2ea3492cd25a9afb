public import WinnowCore

/// Appends values to a message: integers little-endian, strings and lists behind a 32-bit count.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }
  public mutating func write(_ value: Float) { write(value.bitPattern) }
  public mutating func write(_ value: Double) { write(value.bitPattern) }

  public mutating func write(_ value: String) { write(Array(value.utf8)) }

  public mutating func write(_ value: [UInt8]) {
    write(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  public mutating func write<Value>(optional value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    self.write(value != nil)
    if let value { write(&self, value) }
  }

  public mutating func write<Element>(list: [Element], _ write: (inout ByteWriter, Element) -> Void) {
    self.write(UInt32(list.count))
    for element in list { write(&self, element) }
  }
}

/// Takes values from a message in the order `ByteWriter` put them there; every read is checked, since the other side
/// may be a worker that a hostile picture has taken over.
public struct ByteReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var remaining: Int { bytes.count - position }

  private static func malformed(_ what: String) -> WinnowError {
    WinnowError(.malformed, "a message between Winnow's programs is malformed: \(what)")
  }

  public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(WinnowError) -> Value {
    let size = MemoryLayout<Value>.size
    guard remaining >= size else { throw Self.malformed("it ends early") }
    var value = Value.zero
    withUnsafeMutableBytes(of: &value) { target in
      for index in 0..<size { target[index] = bytes[position + index] }
    }
    position += size
    return Value(littleEndian: value)
  }

  public mutating func readBool() throws(WinnowError) -> Bool {
    switch try read(UInt8.self) {
    case 0: false
    case 1: true
    default: throw Self.malformed("a truth value is neither 0 nor 1")
    }
  }

  public mutating func readFloat() throws(WinnowError) -> Float { Float(bitPattern: try read()) }
  public mutating func readDouble() throws(WinnowError) -> Double { Double(bitPattern: try read()) }

  public mutating func readBytes(atMost limit: Int) throws(WinnowError) -> [UInt8] {
    let count = Int(try read(UInt32.self))
    guard count <= limit else { throw Self.malformed("a field of \(count) bytes where \(limit) are allowed") }
    guard remaining >= count else { throw Self.malformed("it ends early") }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Bytes that are not UTF-8 are replaced, as `String(decoding:as:)` does.
  public mutating func readString(atMost limit: Int) throws(WinnowError) -> String {
    String(decoding: try readBytes(atMost: limit), as: UTF8.self)
  }

  public mutating func readOptional<Value>(
    _ read: (inout ByteReader) throws(WinnowError) -> Value
  ) throws(WinnowError) -> Value? {
    try readBool() ? try read(&self) : nil
  }

  public mutating func readList<Element>(
    atMost limit: Int, _ read: (inout ByteReader) throws(WinnowError) -> Element
  ) throws(WinnowError) -> [Element] {
    let count = Int(try self.read(UInt32.self))
    guard count <= limit else { throw Self.malformed("a list of \(count) where \(limit) are allowed") }
    var list: [Element] = []
    list.reserveCapacity(min(count, remaining))
    for _ in 0..<count { list.append(try read(&self)) }
    return list
  }

  /// - Throws: `.malformed` when bytes are left over.
  public func finish() throws(WinnowError) {
    guard remaining == 0 else { throw Self.malformed("\(remaining) bytes are left over") }
  }
}
