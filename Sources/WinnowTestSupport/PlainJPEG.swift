/// A baseline JPEG of one colour.
public struct PlainJPEG {
  /// Pixels, multiples of 8.
  public var width: Int
  public var height: Int
  /// Red, green, blue.
  public var colour: [UInt8]
  /// Makes files of one colour differ.
  public var comment = ""
  /// From the byte-order mark on.
  public var exif: [UInt8]?

  public init(width: Int = 32, height: Int = 32, colour: [UInt8], comment: String = "", exif: [UInt8]? = nil) {
    self.width = width
    self.height = height
    self.colour = colour
    self.comment = comment
    self.exif = exif
  }

  public var bytes: [UInt8] {
    var file: [UInt8] = [0xff, 0xd8]
    if let exif { file += segment(0xe1, Array("Exif".utf8) + [0, 0] + exif) }
    if !comment.isEmpty { file += segment(0xfe, Array(comment.utf8)) }
    // One table of ones; three components that are not subsampled.
    file += segment(0xdb, [0] + [UInt8](repeating: 1, count: 64))
    let frame: [UInt8] = [8] + big(height) + big(width)
    file += segment(0xc0, frame + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    // Twelve sizes of differences, four bits each; of the rest of a block only its end, one bit.
    let none = [UInt8](repeating: 0, count: 12)
    file += segment(0xc4, [0x00, 0, 0, 0, 12] + none + Array(0..<12))
    file += segment(0xc4, [0x10, 1, 0, 0, 0] + none + [0])
    file += segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
    return file + scan + [0xff, 0xd9]
  }

  /// Every block is flat: the first has the colour, the others none of their own.
  private var scan: [UInt8] {
    var bits: [Bool] = []
    func add(_ value: Int, _ count: Int) {
      for index in (0..<count).reversed() { bits.append(value >> index & 1 == 1) }
    }
    for block in 0..<(width / 8) * (height / 8) {
      for level in levels {
        let difference = block == 0 ? 8 * (level - 128) : 0
        let size = Int.bitWidth - difference.magnitude.leadingZeroBitCount
        add(size, 4)
        add(difference < 0 ? difference + (1 << size) - 1 : difference, size)
        add(0, 1)
      }
    }
    while bits.count % 8 != 0 { bits.append(true) }
    return stride(from: 0, to: bits.count, by: 8).flatMap { start -> [UInt8] in
      let byte = bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
      return byte == 0xff ? [0xff, 0] : [byte]
    }
  }

  /// Luma and the two differences (JFIF 1.02).
  private var levels: [Int] {
    let (red, green, blue) = (Double(colour[0]), Double(colour[1]), Double(colour[2]))
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue
    let exact: [Double] = [luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]
    return exact.map { min(255, max(0, Int($0.rounded()))) }
  }

  private func segment(_ mark: UInt8, _ bytes: [UInt8]) -> [UInt8] { [0xff, mark] + big(bytes.count + 2) + bytes }

  private func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
}
