import WinnowCore

/// A picture made by arithmetic, so that a bundle can check itself without carrying anybody's photograph.
///
/// Integers only: every machine makes the same bytes.
public struct GoldenPicture: Hashable, Sendable, Codable {
  public var seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// What bundles are checked with.
  public static let standard = (1...4).map { GoldenPicture(seed: $0) }

  /// RGB, 8 bits, rows from the top, `[side, side, 3]`: a grid of random colours, 8 cells across, blended
  /// linearly, with a little noise on top. Smooth areas and edges as in photographs, unlike pure noise.
  public func pixels(side: Int) -> [UInt8] {
    let cells = 8
    var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15)
    let corners = (0..<(cells + 1) * (cells + 1) * 3).map { _ in Int(random.next() & 255) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * 3)
    for y in 0..<side {
      let (row, down) = (y * cells * 256 / side).quotientAndRemainder(dividingBy: 256)
      for x in 0..<side {
        let (column, right) = (x * cells * 256 / side).quotientAndRemainder(dividingBy: 256)
        let noise = Int(random.next() & 15) - 8
        for channel in 0..<3 {
          let corner = { (row: Int, column: Int) in corners[(row * (cells + 1) + column) * 3 + channel] }
          let top = corner(row, column) * (256 - right) + corner(row, column + 1) * right
          let bottom = corner(row + 1, column) * (256 - right) + corner(row + 1, column + 1) * right
          let blended = (top * (256 - down) + bottom * down) >> 16
          pixels.append(UInt8(clamping: blended + noise))
        }
      }
    }
    return pixels
  }
}
