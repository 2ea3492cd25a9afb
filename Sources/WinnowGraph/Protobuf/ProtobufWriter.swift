/// Builds one protobuf message.
///
/// The message is a list of pieces, so that a nested message, and with it the weights of a network, joins its parent
/// by reference; the one copy is made by `bytes()`.
struct ProtobufWriter {
  private var pieces: [ArraySlice<UInt8>] = []
  private var tail: [UInt8] = []
  /// The length of the message so far, in bytes.
  private(set) var count = 0

  /// Blocks longer than this join by reference. Chosen, not measured.
  private static let copyLimit = 1024

  mutating func write(_ number: Int, _ value: Int) {
    appendKey(number, wireType: 0)
    appendVarint(UInt64(bitPattern: Int64(value)))
  }

  mutating func write(_ number: Int, _ value: Float) {
    appendKey(number, wireType: 5)
    appendLittleEndian(value.bitPattern)
  }

  mutating func write(_ number: Int, _ value: String) {
    let utf8 = value.utf8
    appendKey(number, wireType: 2)
    appendVarint(UInt64(utf8.count))
    tail.append(contentsOf: utf8)
    count += utf8.count
  }

  mutating func write(_ number: Int, _ value: ArraySlice<UInt8>) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(value.count))
    append(value)
  }

  mutating func write(_ number: Int, _ message: ProtobufWriter) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(message.count))
    for piece in message.pieces { append(piece) }
    append(message.tail[...])
  }

  /// Repeated integers, packed.
  mutating func write(_ number: Int, packed values: [Int]) {
    guard !values.isEmpty else { return }
    var block = ProtobufWriter()
    for value in values { block.appendVarint(UInt64(bitPattern: Int64(value))) }
    write(number, block)
  }

  /// Repeated floats, packed.
  mutating func write(_ number: Int, packed values: [Float]) {
    guard !values.isEmpty else { return }
    var block = ProtobufWriter()
    for value in values { block.appendLittleEndian(value.bitPattern) }
    write(number, block)
  }

  /// The whole message in one piece.
  func bytes() -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    for piece in pieces { result.append(contentsOf: piece) }
    result.append(contentsOf: tail)
    return result
  }

  private mutating func append(_ block: ArraySlice<UInt8>) {
    count += block.count
    guard block.count > Self.copyLimit else { return tail.append(contentsOf: block) }
    if !tail.isEmpty {
      pieces.append(tail[...])
      tail = []
    }
    pieces.append(block)
  }

  private mutating func appendKey(_ number: Int, wireType: UInt64) {
    appendVarint(UInt64(number) << 3 | wireType)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      tail.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
      count += 1
    }
    tail.append(UInt8(rest))
    count += 1
  }

  private mutating func appendLittleEndian(_ bits: UInt32) {
    withUnsafeBytes(of: bits.littleEndian) { tail.append(contentsOf: $0) }
    count += 4
  }
}
