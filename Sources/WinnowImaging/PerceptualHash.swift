import CWinnowImage
import Glibc

/// 64 bits that change little when a picture is scaled, recompressed or slightly edited.
///
/// The signs of the 64 lowest frequencies of the picture's luma, against their median (pHash: C. Zauner,
/// "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010). Near duplicates differ in few bits,
/// unrelated pictures in about half.
public struct PerceptualHash: Hashable, Sendable {
  public let bits: UInt64

  public init(bits: UInt64) {
    self.bits = bits
  }

  public init(_ picture: borrowing DecodedPicture) {
    let (width, height) = (picture.width, picture.height)
    let luma = [Float](unsafeUninitializedCapacity: Self.side * Self.side) { grid, count in
      picture.withPixels { pixels in
        cwinnow_image_luma_grid(
          pixels.baseAddress, UInt32(width), UInt32(height), UInt32(Self.side), grid.baseAddress)
      }
      count = grid.count
    }
    let frequencies = Self.lowFrequencies(of: luma)
    let sorted = frequencies.sorted()
    let median = (sorted[31] + sorted[32]) / 2
    bits = frequencies.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) }
  }

  /// How many bits differ, 0 to 64.
  public func distance(to other: PerceptualHash) -> Int {
    (bits ^ other.bits).nonzeroBitCount
  }

  /// Side of the grid that the picture is averaged to.
  private static let side = 32
  /// Frequencies kept on each axis.
  private static let kept = 8

  /// `kept` rows of the discrete cosine transform (DCT-II) of `side` samples.
  private static let cosines: [Float] = (0..<kept).flatMap { frequency in
    (0..<side).map { sample in cos(Float.pi * Float(frequency) * (Float(sample) + 0.5) / Float(side)) }
  }

  /// The lowest `kept` x `kept` frequencies, row by row. Those too small to see count as zero, so that the bits of a
  /// plain picture do not hang on rounding.
  private static func lowFrequencies(of luma: [Float]) -> [Float] {
    var rows = [Float](repeating: 0, count: side * kept)
    for y in 0..<side {
      for frequency in 0..<kept {
        rows[y * kept + frequency] = (0..<side).reduce(0) { $0 + luma[y * side + $1] * cosines[frequency * side + $1] }
      }
    }
    return (0..<kept * kept).map { index in
      let (vertical, horizontal) = (index / kept, index % kept)
      let value = (0..<side).reduce(Float(0)) {
        $0 + rows[$1 * kept + horizontal] * cosines[vertical * side + $1]
      }
      return abs(value) < 1 ? 0 : value
    }
  }
}
