import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles

/// Pictures of three kinds of places, painted by this program as patches of their colours, to train a model with and to
/// test it on. The same bytes every time.
public enum DemonstrationLessons {
  /// Pictures of each class to learn from, and others to be tested on.
  static let lessons = 24
  static let tests = 8

  private static let side = 96
  private static let patch = 12

  /// What a place looks like: colours of which most of its patches are, red, green and blue from 0 to 1.
  private static let places: [(name: String, colours: [[Float]])] = [
    ("beach", [[0.45, 0.70, 0.95], [0.98, 0.93, 0.50], [0.95, 0.85, 0.15]]),
    ("sunset", [[0.85, 0.10, 0.10], [0.95, 0.50, 0.10], [0.50, 0.15, 0.60]]),
    ("wood", [[0.15, 0.60, 0.20], [0.08, 0.30, 0.10], [0.45, 0.28, 0.12]]),
  ]

  /// Writes `lessons/beach/1.png` … and `test/beach/1.png` … into a folder that is there.
  public static func write(to folder: FilePath) throws(WinnowError) {
    for (part, count) in [("lessons", lessons), ("test", tests)] {
      try makeFolder(folder.appending(part))
      for (number, place) in places.enumerated() {
        try makeFolder(folder.appending(part).appending(place.name))
        for index in 1...count {
          let seed = UInt64(1000 * number + index + (part == "test" ? 500 : 0))
          let file = folder.appending(part).appending(place.name).appending("\(index).png")
          try RegularFile.write(
            UncompressedPNG.bytes(width: side, height: side, pixels: paint(place.colours, seed: seed)), to: file)
        }
      }
    }
  }

  /// Red, green and blue of every pixel, row by row. Three of four patches have a colour of the place, each a little
  /// lighter or darker; the others are grey.
  static func paint(_ colours: [[Float]], seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    let count = side / patch
    let patches = (0..<count * count).map { _ -> [UInt8] in
      let light = Float.random(in: 0.6...1, using: &random)
      let isOfPlace = Int.random(in: 0..<4, using: &random) > 0
      let colour = colours[Int.random(in: 0..<colours.count, using: &random)]
      return (isOfPlace ? colour : [0.6, 0.6, 0.6]).map { UInt8(($0 * light * 255).rounded()) }
    }
    return (0..<side * side).flatMap { pixel in
      patches[pixel / side / patch * count + pixel % side / patch]
    }
  }

  private static func makeFolder(_ path: FilePath) throws(WinnowError) {
    guard path.withPlatformString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
      throw SystemFault("make the folder", errno: errno).about(path.escaped)
    }
  }
}
