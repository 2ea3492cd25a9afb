import CWinnowImage
import Glibc
public import WinnowCore

extension PictureMeasures {
  /// The longer side, in pixels, of the picture that is measured: what is sharp must not hang on the file's size.
  private static let side = 512

  /// - Throws: `.outOfMemory`.
  public init(_ picture: borrowing DecodedPicture) throws(Refusal) {
    var figures = cwinnow_image_figures()
    let small = try SmallPicture(of: picture, side: Self.side)
    guard cwinnow_image_measure(small.pixels, UInt32(small.width), UInt32(small.height), &figures) else {
      throw Refusal(.outOfMemory, "no memory to measure the picture")
    }
    let counts = withUnsafeBytes(of: &figures.histogram) { Array($0.bindMemory(to: UInt64.self)) }
    let total = Double(small.width * small.height)
    var (mean, square, entropy) = (0.0, 0.0, 0.0)
    for (level, count) in counts.enumerated() where count > 0 {
      let share = Double(count) / total
      mean += share * Double(level)
      square += share * Double(level * level)
      entropy -= share * log2(share)
    }
    self.init(
      brightness: Float(mean / 255), contrast: Float(max(0, square - mean * mean).squareRoot() / 255),
      darkest: Self.level(below: 0.01, of: counts, total), lightest: Self.level(below: 0.99, of: counts, total),
      entropy: Float(min(8, max(0, entropy))), sharpness: Float(max(0, figures.sharpness)))
  }

  private static func level(below share: Double, of counts: [UInt64], _ total: Double) -> Float {
    var seen = 0.0
    for (level, count) in counts.enumerated() {
      seen += Double(count)
      if seen >= share * total { return Float(level) / 255 }
    }
    return 1
  }
}

extension PictureSignature {
  public init(_ picture: borrowing DecodedPicture) {
    let (width, height) = (UInt32(picture.width), UInt32(picture.height))
    let lumaSide = Self.lumaSide
    let colourSide = Self.colourSide
    let luma = [Float](unsafeUninitializedCapacity: lumaSide * lumaSide) { grid, count in
      picture.withPixels {
        cwinnow_image_luma_grid($0.baseAddress, width, height, UInt32(lumaSide), grid.baseAddress)
      }
      count = grid.count
    }
    let colour = [UInt8](unsafeUninitializedCapacity: colourSide * colourSide * 3) { grid, count in
      picture.withPixels {
        cwinnow_image_colour_grid($0.baseAddress, width, height, UInt32(colourSide), grid.baseAddress)
      }
      count = grid.count
    }
    self.init(luma: luma.map { UInt8(min(255, max(0, $0.rounded()))) }, colour: colour)
  }
}
