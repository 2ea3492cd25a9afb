/// A box of an ISO base media file (ISO 14496-12, 4.2): what HEIF, films and CR3 are made of.
struct MediaBox {
  /// Real files have a few at each level; chosen.
  private static let most = 1024

  let name: String
  /// Where its content stands, as far as that is there.
  let content: Range<Int>
  /// Whether the file goes on as far as the box says.
  let isWhole: Bool

  /// The boxes that stand one behind the other in a part of a file, up to the first that is cut short or broken.
  static func all(in part: Range<Int>, of bytes: UnsafeRawBufferPointer) -> [MediaBox] {
    var boxes: [MediaBox] = []
    var start = part.lowerBound
    while start + 8 <= part.upperBound, boxes.count < most {
      var head = 8
      var length = number(bytes[start..<start + 4])
      if length == 1, start + 16 <= part.upperBound {
        head = 16
        length = number(bytes[start + 8..<start + 16])
      } else if length == 0 {
        // To the end of the file.
        length = part.upperBound - start
      }
      guard length >= head else { break }
      let left = part.upperBound - start
      boxes.append(
        MediaBox(
          name: String(decoding: bytes[start + 4..<start + 8], as: UTF8.self),
          content: start + head..<start + min(length, left), isWhole: length <= left))
      guard length < left else { break }
      start += length
    }
    return boxes
  }

  private static func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    Int(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
