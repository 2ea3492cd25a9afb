/// How far a RAW goes by its own word. Its preview stands near the start, so decoding that does not show that the file
/// is still growing.
enum RawExtent {
  /// Some cameras name a few bytes more than there are; LibRaw bears as many.
  private static let borne = 16 << 10
  /// Directories and entries of one that are looked at; chosen, real files have a few.
  private static let mostDirectories = 64
  private static let mostPieces = 1 << 16

  /// - Parameter isRecognised: whether LibRaw took it for a RAW. What it does not may be a TIFF, of which nothing is
  ///   said here.
  static func endsEarly(_ bytes: UnsafeRawBufferPointer, isRecognised: Bool) -> Bool {
    guard bytes.count >= 12 else { return true }
    if bytes[4..<8].elementsEqual("ftyp".utf8) { return boxesEndEarly(bytes) }
    if bytes.starts(with: "FUJIFILM".utf8) { return end(ofFuji: bytes) > bytes.count + borne }
    let isTIFF = [[0x49, 0x49, 0x2a, 0], [0x4d, 0x4d, 0, 0x2a]].contains(Array(bytes[..<4]))
    guard isRecognised || !isTIFF, let block = TIFFBlock(bytes) else { return false }
    return end(of: block) > bytes.count + borne
  }

  /// Behind the last piece of picture data that a directory names.
  private static func end(of block: TIFFBlock) -> Int {
    var pending = block.uint32(at: 4).map { [Int($0)] } ?? []
    var seen: Set<Int> = []
    var end = 0
    while seen.count < mostDirectories, let start = pending.popLast() {
      guard seen.insert(start).inserted else { continue }
      let entries = block.directory(at: start)
      for (offsets, lengths) in TIFFBlock.Tag.pieces {
        guard let offsets = entries[offsets], let lengths = entries[lengths], offsets.count == lengths.count else {
          continue
        }
        var places = block.integers(offsets, limit: mostPieces)
        if places == [Int(UInt32.max)] { places = entries[.panasonicData].map { block.integers($0, limit: 1) } ?? [] }
        for (offset, length) in zip(places, block.integers(lengths, limit: mostPieces)) {
          end = max(end, offset + length)
        }
      }
      pending += entries[.subdirectories].map { block.integers($0, limit: mostDirectories) } ?? []
      pending += block.directory(after: start).map { [$0] } ?? []
    }
    return end
  }

  /// The head of a RAF names its parts by place and length: preview, description, sensor data.
  private static func end(ofFuji bytes: UnsafeRawBufferPointer) -> Int {
    [84, 92, 100].map { number(bytes, at: $0) + number(bytes, at: $0 + 4) }.max() ?? 0
  }

  /// Whether the boxes of a CR3 go on beyond the end, or its picture data are missing.
  private static func boxesEndEarly(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let boxes = MediaBox.all(in: 0..<bytes.count, of: bytes)
    return !boxes.allSatisfy(\.isWhole) || !boxes.contains { $0.name == "mdat" }
  }

  /// Four bytes, big-endian; 0 where they are not there.
  private static func number(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Int {
    guard start + 4 <= bytes.count else { return 0 }
    return bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}

extension TIFFBlock.Tag {
  fileprivate static let subdirectories: Self = 0x014a
  /// Where an RW2 says that its strip is, which has all ones for its place.
  fileprivate static let panasonicData: Self = 0x0118
  /// Places and lengths: of strips, of tiles, of a JPEG.
  fileprivate static let pieces: [(Self, Self)] = [(0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202)]
}
