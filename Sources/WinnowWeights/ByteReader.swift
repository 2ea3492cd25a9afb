import WinnowCore

/// Takes bytes and little-endian integers from the front of a file that nobody vouches for; it copies nothing.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  /// Where the next byte is taken, as an index of the bytes.
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// - Throws: `.malformed` for an index outside of the bytes.
  init(_ bytes: ArraySlice<UInt8>, at position: Int) throws(WinnowError) {
    guard position >= bytes.startIndex, position <= bytes.endIndex else { throw Self.short }
    self.bytes = bytes
    self.position = position
  }

  /// How many bytes are left.
  var remaining: Int { bytes.endIndex - position }

  /// - Throws: `.malformed` where fewer bytes are left, as every function here does.
  mutating func take(_ count: some FixedWidthInteger) throws(WinnowError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw Self.short }
    defer { position += Int(count) }
    return bytes[position..<position + Int(count)]
  }

  mutating func integer<Word: FixedWidthInteger>(_: Word.Type) throws(WinnowError) -> Word {
    try take(Word.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Word(truncatingIfNeeded: $1) }
  }

  /// The text before the next line feed, which is taken as well.
  ///
  /// - Parameter most: How many bytes it may have.
  mutating func line(most: Int) throws(WinnowError) -> ArraySlice<UInt8> {
    guard let end = bytes[position...].prefix(most + 1).firstIndex(of: UInt8(ascii: "\n")) else { throw Self.short }
    defer { position = end + 1 }
    return bytes[position..<end]
  }

  private static var short: WinnowError { .brokenStateDict("it ends in the middle of a value") }
}
