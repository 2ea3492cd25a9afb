import Foundation
import Testing

/// The public models beside the repository, which not every machine has.
enum SharedModels {
  private static let folder: URL = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.deletingLastPathComponent().appendingPathComponent("shared/models")
  }()

  static let arePresent = FileManager.default.fileExists(
    atPath: folder.appendingPathComponent("mobilenet_v2-imagenet.onnx").path)

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name)-imagenet.onnx")))
  }
}
