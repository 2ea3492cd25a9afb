/// A TIFF structure: numbers in either byte order, directories of tagged entries (TIFF 6.0, section 2).
///
/// Every access is checked against the block's length, and what does not fit is nil.
struct TIFFBlock {
  typealias Tag = UInt16

  struct Entry {
    let type: UInt16
    let count: Int
    /// Where the value stands in the block.
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let isBigEndian: Bool

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 8 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0x49, 0x49): isBigEndian = false
    case (0x4d, 0x4d): isBigEndian = true
    default: return nil
    }
    self.bytes = bytes
  }

  func uint16(at offset: Int) -> UInt16? { number(at: offset) }

  func uint32(at offset: Int) -> UInt32? { number(at: offset) }

  /// The directory that the head names.
  var firstDirectory: [Tag: Entry] { uint32(at: 4).map { directory(at: Int($0)) } ?? [:] }

  /// The entries of the directory at `offset`, as many as are there; of several with one tag the first.
  func directory(at offset: Int) -> [Tag: Entry] {
    var entries: [Tag: Entry] = [:]
    guard let count = uint16(at: offset) else { return entries }
    for index in 0..<Int(count) {
      let start = offset + 2 + 12 * index
      guard let tag = uint16(at: start), let type = uint16(at: start + 2), let values = uint32(at: start + 4),
        let pointer = uint32(at: start + 8)
      else { break }
      let length = Self.size(of: type) * Int(values)
      let value = length <= 4 ? start + 8 : Int(pointer)
      guard length > 0, value <= bytes.count, length <= bytes.count - value, entries[tag] == nil else { continue }
      entries[tag] = Entry(type: type, count: Int(values), offset: value)
    }
    return entries
  }

  /// Where the directory behind the one at `offset` stands; nil where there is none.
  func directory(after offset: Int) -> Int? {
    guard let count = uint16(at: offset), let next = uint32(at: offset + 2 + 12 * Int(count)), next > 0 else {
      return nil
    }
    return Int(next)
  }

  /// Whole numbers, SHORT or LONG (or the pointers that are IFD), the first `limit` of them.
  func integers(_ entry: Entry, limit: Int) -> [Int] {
    (0..<min(entry.count, limit)).compactMap { index in
      switch entry.type {
      case 3: uint16(at: entry.offset + 2 * index).map(Int.init)
      case 4, 13: uint32(at: entry.offset + 4 * index).map(Int.init)
      default: nil
      }
    }
  }

  /// One whole number: BYTE, SHORT or LONG.
  func integer(_ entry: Entry) -> Int? {
    guard entry.count == 1 else { return nil }
    switch entry.type {
    case 1: return Int(bytes[entry.offset])
    case 3: return uint16(at: entry.offset).map(Int.init)
    case 4: return uint32(at: entry.offset).map(Int.init)
    default: return nil
    }
  }

  /// ASCII up to the first NUL, without control characters and outer blanks; nil if nothing is left. At most 100 bytes
  /// are looked at.
  func text(_ entry: Entry) -> String? {
    guard entry.type == 2 || entry.type == 7 else { return nil }
    let field = bytes[entry.offset..<entry.offset + min(entry.count, 100)]
    let raw = field.prefix(while: { $0 != 0 }).filter { $0 >= 0x20 && $0 != 0x7f }
    let blanks = { (byte: UInt8) in byte == 0x20 }
    let trimmed = raw.drop(while: blanks).reversed().drop(while: blanks).reversed()
    return trimmed.isEmpty ? nil : String(decoding: Array(trimmed), as: UTF8.self)
  }

  private func number<Number: FixedWidthInteger>(at offset: Int) -> Number? {
    guard offset >= 0, offset <= bytes.count - Number.bitWidth / 8 else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
    return isBigEndian ? Number(bigEndian: value) : Number(littleEndian: value)
  }

  private static func size(of type: UInt16) -> Int {
    switch type {
    case 1, 2, 6, 7: 1
    case 3, 8: 2
    case 4, 9, 11, 13: 4
    case 5, 10, 12: 8
    default: 0
    }
  }
}
