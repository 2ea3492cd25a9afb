import WinnowCore

/// A picture's signature as one piece of 4,288 bytes: 64 × 64 cells of luma, 8 × 8 of colour.
struct Miniature: Hashable, Sendable {
  static let side = PictureSignature.lumaSide
  static let colourSide = PictureSignature.colourSide
  static let byteCount = side * side + colourSide * colourSide * 3

  /// Luma, 0 to 255, row by row; then RGB interleaved, row by row.
  let bytes: [UInt8]

  /// Grey where a grid of the signature has the wrong length.
  init(_ signature: PictureSignature) {
    let hasLuma = signature.luma.count == Self.side * Self.side
    let hasColour = signature.colour.count == Self.byteCount - Self.side * Self.side
    bytes = [UInt8](unsafeUninitializedCapacity: Self.byteCount) { bytes, count in
      bytes.initialize(repeating: 128)
      count = Self.byteCount
      if hasLuma {
        for (index, value) in signature.luma.enumerated() { bytes[index] = value }
      }
      if hasColour {
        for (index, value) in signature.colour.enumerated() { bytes[Self.side * Self.side + index] = value }
      }
    }
  }

  /// - Parameter bytes: `byteCount` of them.
  init(bytes: [UInt8]) { self.bytes = bytes }

  var luma: [Float] { bytes.prefix(Self.side * Self.side).map { Float($0) } }

  /// Whether no cell differs by more than rounding: plain pictures have nothing else to be told by.
  func isAlmostEqual(to other: Miniature) -> Bool {
    zip(bytes, other.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 2 }
  }

  /// Luma averaged to half as many cells across and down.
  var halvedLuma: [Float] {
    let half = Self.side / 2
    return [Float](unsafeUninitializedCapacity: half * half) { cells, count in
      bytes.withUnsafeBufferPointer { bytes in
        for row in 0..<half {
          for column in 0..<half {
            let start = row * 2 * Self.side + column * 2
            let upper = Int(bytes[start]) + Int(bytes[start + 1])
            let lower = Int(bytes[start + Self.side]) + Int(bytes[start + Self.side + 1])
            cells[row * half + column] = Float(upper + lower) / 4
          }
        }
      }
      count = half * half
    }
  }

  /// Colour of one channel's cells, 0 to 255.
  func channel(_ channel: Int) -> [Float] {
    (0..<Self.colourSide * Self.colourSide).map { Float(bytes[Self.side * Self.side + $0 * 3 + channel]) }
  }
}
