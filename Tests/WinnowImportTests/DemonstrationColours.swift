import Foundation
import WinnowControlAPI

@testable import WinnowImport

/// The demonstration model computed by hand.
enum DemonstrationColours {
  static func request(_ name: String = "colours") -> ModelImportRequest {
    ModelImportRequest(
      name: name, labels: DemonstrationModel.labels, mean: [0, 0, 0], std: [1, 1, 1], resize: DemonstrationModel.side)
  }

  /// - Parameter pixels: RGB, 8 bits.
  static func logits(of pixels: [UInt8]) throws -> [Float] {
    var shares = [Double](repeating: 0, count: DemonstrationModel.colours.count)
    let pixelCount = pixels.count / 3
    for pixel in 0..<pixelCount {
      let colour = (0..<3).map { Double(pixels[pixel * 3 + $0]) / 255 }
      let closeness = DemonstrationModel.colours.map { entry in
        entry.shades.map { shade in -100 * zip(colour, shade).reduce(0) { $0 + pow($1.0 - Double($1.1), 2) } }
      }
      let largest = closeness.joined().max() ?? 0
      let total = closeness.joined().reduce(0) { $0 + exp($1 - largest) }
      for (index, shades) in closeness.enumerated() {
        shares[index] += shades.reduce(0) { $0 + exp($1 - largest) } / total
      }
    }
    return shares.map { Float(10 * $0 / Double(pixelCount)) }
  }
}
