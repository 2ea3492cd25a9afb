import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// A dozen pictures painted by this program, for the model of `DemonstrationModel`: discs of one colour on a ground of
/// another. The same bytes every time.
public enum DemonstrationPictures {
  struct Scene {
    let name: String
    /// The colour that most of the picture has, and so the answer that is expected; nil where no colour has most of it.
    let expected: String?
    /// Red, green and blue from 0 to 1, from the top edge to the bottom edge.
    let ground: (top: [Float], bottom: [Float])
    let discs: (colour: [Float], count: Int, radius: ClosedRange<Int>)
  }

  /// Pixels.
  static let width = 240
  static let height = 160

  /// The last one is half of one colour and half of another, so that it goes to review.
  static let scenes: [Scene] = [
    scene("sea", "blue", [0.45, 0.70, 0.95], [0.10, 0.25, 0.75], [0.97, 0.97, 0.97], 5, 8...16),
    scene("meadow", "green", [0.45, 0.80, 0.30], [0.15, 0.60, 0.20], [0.95, 0.85, 0.15], 22, 4...7),
    scene("poppies", "red", [0.85, 0.10, 0.10], [0.80, 0.10, 0.10], [0.08, 0.30, 0.10], 16, 6...10),
    scene("dunes", "yellow", [0.98, 0.93, 0.50], [0.95, 0.85, 0.15], [0.95, 0.50, 0.10], 6, 10...18),
    scene("oranges", "orange", [0.95, 0.50, 0.10], [0.95, 0.50, 0.10], [0.15, 0.60, 0.20], 9, 6...12),
    scene("lavender", "purple", [0.75, 0.50, 0.85], [0.50, 0.15, 0.60], [0.15, 0.60, 0.20], 14, 5...9),
    scene("bark", "brown", [0.45, 0.28, 0.12], [0.45, 0.28, 0.12], [0.05, 0.05, 0.05], 12, 4...10),
    scene("snow", "white", [0.97, 0.97, 0.97], [0.97, 0.97, 0.97], [0.30, 0.30, 0.30], 8, 6...12),
    scene("fog", "grey", [0.72, 0.72, 0.72], [0.50, 0.50, 0.50], [0.97, 0.97, 0.97], 4, 8...14),
    scene("night", "black", [0.05, 0.05, 0.05], [0.05, 0.05, 0.05], [0.95, 0.85, 0.15], 26, 2...4),
    scene("forest", "green", [0.15, 0.60, 0.20], [0.08, 0.30, 0.10], [0.45, 0.28, 0.12], 8, 8...14),
    scene("flag", nil, [0.85, 0.10, 0.10], [0.10, 0.25, 0.75], [0.97, 0.97, 0.97], 0, 1...1),
  ]

  private static func scene(
    _ name: String, _ expected: String?, _ top: [Float], _ bottom: [Float], _ discs: [Float], _ count: Int,
    _ radius: ClosedRange<Int>
  ) -> Scene {
    Scene(name: name, expected: expected, ground: (top, bottom), discs: (discs, count, radius))
  }

  /// Red, green and blue of every pixel, row by row.
  static func paint(_ scene: Scene) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for row in 0..<height {
      // A hard edge in the middle where no colour is to have most of the picture.
      let share = scene.expected == nil ? (2 * row < height ? 0 : 1) : Float(row) / Float(height - 1)
      let colour = zip(scene.ground.top, scene.ground.bottom).map { $0 * (1 - share) + $1 * share }
      let pixel = colour.map(byte)
      for _ in 0..<width { pixels += pixel }
    }
    let disc = scene.discs.colour.map(byte)
    var places = Places(name: scene.name)
    for _ in 0..<scene.discs.count {
      let centre = (x: places.number(in: 0...(width - 1)), y: places.number(in: 0...(height - 1)))
      let radius = places.number(in: scene.discs.radius)
      for y in max(0, centre.y - radius)...min(height - 1, centre.y + radius) {
        for x in max(0, centre.x - radius)...min(width - 1, centre.x + radius) {
          let (dx, dy) = (x - centre.x, y - centre.y)
          guard dx * dx + dy * dy <= radius * radius else { continue }
          let start = 3 * (y * width + x)
          pixels.replaceSubrange(start..<(start + 3), with: disc)
        }
      }
    }
    return pixels
  }

  private static func byte(_ share: Float) -> UInt8 { UInt8((share * 255).rounded()) }

  /// Writes `sea.png`, `meadow.png` … into a folder, which is made where it is missing.
  public static func write(to folder: FilePath) throws(WinnowError) {
    if folder.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST {
      throw SystemFault("make the folder", errno: errno).about(folder.escaped)
    }
    for scene in scenes {
      let file = UncompressedPNG.bytes(width: width, height: height, pixels: paint(scene))
      try RegularFile.write(file, to: folder.appending("\(scene.name).png"))
    }
  }

  /// Where the discs lie: a linear congruential generator (Knuth, MMIX), begun with the picture's name.
  private struct Places {
    private var state: UInt64

    init(name: String) { state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }

    mutating func number(in range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }
  }
}
