import Glibc
import WinnowCore

/// A picture made of random waves, different for each seed, that can be looked at in any crop and light.
struct MadePicture {
  static let side = 192
  private let red: [Float]
  private let green: [Float]
  private let blue: [Float]

  init(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random() -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(state >> 40) / Float(1 << 24) - 0.5
    }
    func channel(_ shared: [Float]) -> [Float] {
      // Waves of falling strength, like photos have them; separable, so that a test has many.
      var rows = [Float](repeating: 0, count: 14 * Self.side)
      for v in 0..<14 {
        for u in 0..<14 where u + v > 0 {
          let strength = random() * 260 / Float(1 + u + v)
          for x in 0..<Self.side { rows[v * Self.side + x] += strength * Self.waves[u * Self.side + x] }
        }
      }
      var cells = shared
      for y in 0..<Self.side {
        for v in 0..<14 {
          let wave = Self.waves[v * Self.side + y]
          for x in 0..<Self.side { cells[y * Self.side + x] += wave * rows[v * Self.side + x] * 0.5 }
        }
      }
      return cells
    }
    let shared = channel([Float](repeating: 110, count: Self.side * Self.side))
    (red, green, blue) = (channel(shared), channel(shared), channel(shared))
  }

  private static let waves: [Float] = (0..<14).flatMap { frequency in
    (0..<side).map { Float(cos(Double(frequency) * (Double($0) + 0.5) / Double(side) * .pi)) }
  }

  /// - Parameters:
  ///   - cut: shares of the sides that are cut off: left, top, right, bottom.
  ///   - gain: what each level is multiplied by before it is cut to 0 … 255.
  func signature(
    cut: (Float, Float, Float, Float) = (0, 0, 0, 0), gain: Float = 1, swapsColours: Bool = false
  ) -> PictureSignature {
    let channels = swapsColours ? [blue, green, red] : [red, green, blue]
    let lit = channels.map { $0.map { min(255, max(0, ($0 * gain).rounded())) } }
    let luma = (0..<Self.side * Self.side).map { 0.299 * lit[0][$0] + 0.587 * lit[1][$0] + 0.114 * lit[2][$0] }
    let colour = lit.map { Self.averages($0, cut, PictureSignature.colourSide) }
    return PictureSignature(
      luma: Self.averages(luma, cut, PictureSignature.lumaSide),
      colour: (0..<64).flatMap { cell in colour.map { $0[cell] } })
  }

  private static func averages(_ cells: [Float], _ cut: (Float, Float, Float, Float), _ count: Int) -> [UInt8] {
    func spans(_ low: Float, _ high: Float) -> [Range<Int>] {
      let (start, end) = (low * Float(side), (1 - high) * Float(side))
      return (0..<count).map { cell in
        let first = Int(start + Float(cell) * (end - start) / Float(count))
        return first..<max(first + 1, Int(start + Float(cell + 1) * (end - start) / Float(count)))
      }
    }
    let (across, down) = (spans(cut.0, cut.2), spans(cut.1, cut.3))
    return down.flatMap { rows in
      across.map { columns in
        var sum: Float = 0
        for y in rows { for x in columns { sum += cells[y * side + x] } }
        return UInt8(sum / Float(rows.count * columns.count))
      }
    }
  }
}
