import Testing
import WinnowImaging

@Suite("perceptual hashes")
struct PerceptualHashTests {
  private func hash(_ bytes: [UInt8], minimumShorterSide: Int? = nil) throws -> PerceptualHash {
    try bytes.withUnsafeBytes {
      PerceptualHash(try ImageDecoder().decode($0, minimumShorterSide: minimumShorterSide))
    }
  }

  /// Soft shapes whose places depend on the seed.
  private func picture(_ seed: Int, width: Int, height: Int) -> PNGFile {
    PNGFile(width: width, height: height) { x, y in
      let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
      return (0..<3).map { channel in
        let sum = (1...5).reduce(0.0) { sum, index in
          let (a, b) = (Double((seed * 37 + index * 11) % 17) / 17, Double((seed * 53 + index * 29) % 19) / 19)
          let distance = (u - a) * (u - a) + (v - b) * (v - b)
          return sum + Double((seed + index + channel) % 3 + 1) / (1 + 40 * distance)
        }
        return UInt8(min(sum * 40, 255))
      }
    }
  }

  @Test("the same picture at other sizes is near")
  func sizes() throws {
    for seed in 1...4 {
      let original = try hash(picture(seed, width: 150, height: 100).bytes)
      #expect(try hash(picture(seed, width: 75, height: 50).bytes).distance(to: original) <= 6)
      #expect(try hash(picture(seed, width: 221, height: 147).bytes).distance(to: original) <= 6)
    }
  }

  @Test("other pictures are far")
  func others() throws {
    let hashes = try (1...6).map { try hash(picture($0, width: 80, height: 80).bytes) }
    for (index, one) in hashes.enumerated() {
      for other in hashes.dropFirst(index + 1) { #expect(one.distance(to: other) > 12) }
    }
  }

  @Test("plain pictures of any size and colour agree, also the smallest")
  func plain() throws {
    let hashes = try [(1, 1), (7, 3), (50, 40), (333, 90)].map { size in
      try hash(PNGFile(width: size.0, height: size.1) { _, _ in [90, 120, 60] }.bytes)
    }
    #expect(Set(hashes).count == 1)
  }
}
