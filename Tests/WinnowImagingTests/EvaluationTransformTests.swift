import Testing
import WinnowImaging

@Suite("the evaluation transform")
struct EvaluationTransformTests {
  /// One axis of Pillow's bilinear resampling for output pixel `index`: first source pixel and weights in fixed point,
  /// straight from its definition (src/libImaging/Resample.c).
  private func taps(_ index: Int, source: Int, target: Int) -> (first: Int, weights: [Int]) {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    let centre = (Double(index) + 0.5) * scale
    let first = max(Int(centre - support + 0.5), 0)
    let end = min(Int(centre + support + 0.5), source)
    var weights = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) * (1 / support))) }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum }
    return (first, weights.map { Int(0.5 + $0 * Double(1 << 22)) })
  }

  /// The pixels at the given columns and rows of `picture` resized to width x height.
  private func resized(_ picture: Pixels, _ width: Int, _ height: Int, columns: Range<Int>, rows: Range<Int>) -> Pixels
  {
    func round(_ sum: Int) -> UInt8 { UInt8(min(max((sum + 1 << 21) >> 22, 0), 255)) }
    let vertical = rows.map { taps($0, source: picture.height, target: height) }
    let horizontal = columns.map { taps($0, source: picture.width, target: width) }
    let firstRow = vertical.map(\.first).min() ?? 0
    let endRow = vertical.map { $0.first + $0.weights.count }.max() ?? 0
    let between = (firstRow..<endRow).map { y in
      horizontal.flatMap { tap in
        (0..<3).map { channel in
          round(
            tap.weights.enumerated().reduce(0) {
              $0 + $1.element * Int(picture.bytes[(y * picture.width + tap.first + $1.offset) * 3 + channel])
            })
        }
      }
    }
    let bytes = vertical.flatMap { tap in
      (0..<columns.count * 3).map { index in
        round(
          tap.weights.enumerated().reduce(0) {
            $0 + $1.element * Int(between[tap.first - firstRow + $1.offset][index])
          })
      }
    }
    return Pixels(width: columns.count, height: rows.count, bytes: bytes)
  }

  @Test(
    "equals the definition for pictures of every shape",
    arguments: [
      (1, 1), (3, 2), (2, 3), (64, 48), (63, 64), (64, 64), (65, 64), (33, 97), (200, 150), (151, 301), (500, 40),
    ])
  func shapes(width: Int, height: Int) throws {
    let file = PNGFile(width: width, height: height)
    let shorter = 64.0 / Double(min(width, height))
    // int(64 * longer / shorter)
    let (w, h) =
      width <= height ? (64, Int(64 * Double(height) / Double(width))) : (Int(64 * Double(width) / Double(height)), 64)
    #expect(shorter > 0)
    let left = Int((Double(w - 56) / 2).rounded(.toNearestOrEven))
    let top = Int((Double(h - 56) / 2).rounded(.toNearestOrEven))
    let expected = resized(file.pixels, w, h, columns: left..<left + 56, rows: top..<top + 56)
    #expect(try apply(EvaluationTransform(resize: 64, crop: 56), to: file.bytes) == expected.bytes)
  }

  @Test("very long pictures cost no more than others", arguments: [(8000, 1), (1, 8000), (8000, 2)])
  func extremes(width: Int, height: Int) throws {
    let file = PNGFile(width: width, height: height)
    let (w, h) = width < height ? (256, 256 * height / width) : (256 * width / height, 256)
    let (left, top) = ((w - 224) / 2, (h - 224) / 2)
    let expected = resized(file.pixels, w, h, columns: left..<left + 224, rows: top..<top + 224)
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try apply(EvaluationTransform(resize: 256, crop: 224), to: file.bytes) == expected.bytes)
    // Computing all of the 2,048,000 columns would take far longer and 1.5 GB.
    #expect(clock.now - start < .seconds(5))
  }

  @Test("the crop's offset is rounded half to even")
  func cropOffset() throws {
    // 9 wide, crop 4: (9 - 4) / 2 = 2.5 becomes 2; crop 2: 3.5 becomes 4.
    let file = PNGFile(width: 9, height: 8) { x, y in [UInt8(x * 20), UInt8(y * 20), 0] }
    let four = try apply(EvaluationTransform(resize: 8, crop: 4), to: file.bytes)
    #expect(four[0] == 40)
    let two = try apply(EvaluationTransform(resize: 8, crop: 2), to: file.bytes)
    #expect(two[0] == 80)
  }

  @Test("a crop larger than the picture is surrounded by zeros")
  func padding() throws {
    let file = PNGFile(width: 4, height: 3) { _, _ in [200, 100, 50] }
    let crop = try apply(EvaluationTransform(resize: 3, crop: 6), to: file.bytes)
    // 4 x 3 in 6 x 6: one column left and right; one row above, two below.
    for y in 0..<6 {
      for x in 0..<6 {
        let isInside = (1..<5).contains(x) && (1..<4).contains(y)
        #expect(Array(crop[(y * 6 + x) * 3..<(y * 6 + x) * 3 + 3]) == (isInside ? [200, 100, 50] : [0, 0, 0]))
      }
    }
  }

  @Test("one colour stays that colour")
  func oneColour() throws {
    let file = PNGFile(width: 300, height: 17) { _, _ in [255, 1, 128] }
    let crop = try apply(EvaluationTransform(resize: 32, crop: 32), to: file.bytes)
    #expect(crop == (0..<32 * 32).flatMap { _ in [255, 1, 128] as [UInt8] })
  }
}
