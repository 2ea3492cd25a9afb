import Foundation
import Testing
import WinnowCore
import WinnowImaging

@testable import WinnowDataset

/// Real photos from beside the repository, every tenth of them.
private enum Photos {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data/flowers")
  static let arePresent = FileManager.default.fileExists(atPath: folder.path)

  static func decoded() throws -> [Pixels] {
    ImageDecoder.prepare()
    let paths: [String] = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    let names = paths.filter { $0.hasSuffix(".jpg") }.sorted()
    var photos: [Pixels] = []
    for index in stride(from: 0, to: names.count, by: 10) {
      let file = [UInt8](try Data(contentsOf: folder.appendingPathComponent(names[index])))
      photos.append(
        try file.withUnsafeBytes { bytes in
          let picture = try ImageDecoder().decode(bytes)
          let pixels: [UInt8] = picture.withPixels { Array($0) }
          return Pixels(width: picture.width, height: picture.height, bytes: pixels)
        })
    }
    return photos
  }
}

private struct Pixels {
  var width: Int
  var height: Int
  /// RGB, row by row.
  var bytes: [UInt8]

  /// - Parameters:
  ///   - cut: share that is cut off each side.
  ///   - step: each how manyth pixel is there, across and down.
  func signature(cut: Double = 0, step: Int = 1, gain: Int = 100) -> PictureSignature {
    let colour = averages(64, cut, step, gain)
    var luma: [UInt8] = []
    for cell in 0..<4096 {
      let (red, green, blue) = (colour[cell * 3], colour[cell * 3 + 1], colour[cell * 3 + 2])
      luma.append(UInt8((299 * red + 587 * green + 114 * blue) / 1000))
    }
    return PictureSignature(luma: luma, colour: averages(8, cut, max(step, 4), gain).map { UInt8($0) })
  }

  private func averages(_ count: Int, _ cut: Double, _ step: Int, _ gain: Int) -> [Int] {
    func spans(_ size: Int) -> [StrideTo<Int>] {
      let (start, length) = (Double(size) * cut, Double(size) * (1 - 2 * cut))
      return (0..<count).map { cell in
        let first = Int(start + Double(cell) * length / Double(count)) / step * step
        return stride(
          from: first, to: max(first + 1, Int(start + Double(cell + 1) * length / Double(count))), by: step)
      }
    }
    let (across, down) = (spans(width), spans(height))
    var averages: [Int] = []
    bytes.withUnsafeBufferPointer { bytes in
      for rows in down {
        for columns in across {
          var (red, green, blue, pixels) = (0, 0, 0, 0)
          for y in rows {
            for x in columns {
              let start = (y * width + x) * 3
              red += min(255, Int(bytes[start]) * gain / 100)
              green += min(255, Int(bytes[start + 1]) * gain / 100)
              blue += min(255, Int(bytes[start + 2]) * gain / 100)
              pixels += 1
            }
          }
          averages += [red / pixels, green / pixels, blue / pixels]
        }
      }
    }
    return averages
  }
}

@Suite("Near duplicates among photos", .enabled(if: Photos.arePresent))
struct PhotoDuplicatesTests {
  @Test("of changed copies 98 in 100 are found, and of other pairs hardly one", .timeLimit(.minutes(20)))
  func finds() throws {
    let photos = try Photos.decoded()
    try #require(photos.count >= 90)
    let changes: [(String, (Pixels) -> PictureSignature)] = [
      ("fewer pixels", { $0.signature(step: 2) }), ("cut by 5%", { $0.signature(cut: 0.05) }),
      ("cut by 2.5%", { $0.signature(cut: 0.025) }), ("brighter", { $0.signature(gain: 120) }),
    ]
    let originals = photos.map { $0.signature() }
    for (name, change) in changes {
      var near = NearDuplicates()
      for signature in originals { near.add(signature) }
      for photo in photos { near.add(change(photo)) }
      let groups = near.groups()
      let found = photos.indices.count { groups[photos.count + $0] == groups[$0] }
      let alarms = photos.indices.count { groups[$0] != $0 }
      #expect(found * 100 >= photos.count * 98, "\(name): \(found) of \(photos.count)")
      #expect(alarms <= 1, "\(name): \(alarms) of \(photos.count)")
    }
  }
}
