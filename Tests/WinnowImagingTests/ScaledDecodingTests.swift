import Testing
import WinnowImaging

@Suite("scaled decoding")
struct ScaledDecodingTests {
  /// 40 x 28 pixels.
  private let name = "jpeg/restart.jpg"

  @Test(
    "takes the smallest scale whose shorter side suffices",
    arguments: [(nil, 40, 28), (28, 40, 28), (15, 40, 28), (14, 20, 14), (8, 20, 14), (7, 10, 7), (4, 5, 4), (1, 5, 4)])
  func scale(minimum: Int?, width: Int, height: Int) throws {
    let (pixels, info) = try decode(try SharedData.seed(name), minimumShorterSide: minimum)
    #expect(pixels.width == width && pixels.height == height)
    #expect(info.width == 40 && info.height == 28)
  }

  @Test("shows the same picture")
  func samePicture() throws {
    let full = try decode(try SharedData.seed(name)).pixels
    let half = try decode(try SharedData.seed(name), minimumShorterSide: 14).pixels
    var sum = 0.0
    for y in 0..<14 {
      for x in 0..<20 {
        for channel in 0..<3 {
          let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map { Int(full[2 * x + $0.0, 2 * y + $0.1][channel]) }
          sum += abs(Double(four.reduce(0, +)) / 4 - Double(half[x, y][channel]))
        }
      }
    }
    #expect(sum / (20 * 14 * 3) < 4)
  }

  @Test("leaves other formats at full size")
  func others() throws {
    #expect(try decode(SharedData.seed("png/rgb.png"), minimumShorterSide: 1).pixels.width == 20)
  }
}
