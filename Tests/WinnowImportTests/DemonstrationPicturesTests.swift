import Testing

@testable import WinnowImport

@Suite("The demonstration's pictures")
struct DemonstrationPicturesTests {
  private func distance(_ shade: [Float], _ pixel: [Float]) -> Float {
    var sum: Float = 0
    for (one, other) in zip(shade, pixel) { sum += (one - other) * (one - other) }
    return sum
  }

  /// The colour of the shade nearest to each pixel, counted, with its share of the picture; largest first.
  private func shares(of scene: DemonstrationPictures.Scene) -> [(label: String, share: Double)] {
    let pixels = DemonstrationPictures.paint(scene)
    var counts: [String: Int] = [:]
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let pixel = pixels[start..<(start + 3)].map { Float($0) / 255 }
      let distances: [(label: String, distance: Float)] = DemonstrationModel.colours.map { colour in
        (colour.label, colour.shades.map { distance($0, pixel) }.min() ?? .infinity)
      }
      if let nearest = distances.min(by: { $0.distance < $1.distance }) { counts[nearest.label, default: 0] += 1 }
    }
    return counts.map { ($0.key, Double($0.value) / Double(pixels.count / 3)) }.sorted { $0.1 > $1.1 }
  }

  @Test("each has seven tenths of the colour it is expected to be sorted by", arguments: DemonstrationPictures.scenes)
  func colours(scene: DemonstrationPictures.Scene) throws {
    let shares = shares(of: scene)
    let first = try #require(shares.first)
    if let expected = scene.expected {
      #expect(first.label == expected)
      #expect(first.share >= 0.7)
    } else {
      #expect(first.share < 0.55)
    }
  }

  @Test("their names differ, and every expected colour is a class of the model")
  func names() {
    #expect(Set(DemonstrationPictures.scenes.map(\.name)).count == DemonstrationPictures.scenes.count)
    #expect(Set(DemonstrationPictures.scenes.compactMap(\.expected)).isSubset(of: DemonstrationModel.labels))
  }

  @Test("they are the same at every run")
  func repeatable() {
    for scene in DemonstrationPictures.scenes {
      #expect(DemonstrationPictures.paint(scene) == DemonstrationPictures.paint(scene))
    }
  }

  @Test("a PNG file's checksums are those that the specification asks for")
  func png() {
    let file = UncompressedPNG.bytes(width: 1, height: 1, pixels: [0xFF, 0, 0])
    #expect(file.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    // CRC-32 of an IEND chunk is the same in every PNG file.
    #expect(file.suffix(12) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    // Adler-32 of one row: the filter byte 0, then FF 00 00.
    #expect(file.dropLast(16).suffix(4) == [0x03, 0x01, 0x01, 0x00])
  }
}
