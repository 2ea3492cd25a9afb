import Foundation

/// Where test data lie: small seeds in the repository, and, where they are there, the larger ones beside it.
enum SharedData {
  /// The repository's root, found from this file.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let seeds = root.appendingPathComponent("Tests/fuzz/seeds")
  static let shared = root.deletingLastPathComponent().appendingPathComponent("shared")
  static let awkward = shared.appendingPathComponent("data/awkward")
  static let flowers = shared.appendingPathComponent("data/flowers")
  static let golden = shared.appendingPathComponent("models/golden")

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  static func bytes(_ url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

  /// A seed by folder and name: `"png/rgb.png"`.
  static func seed(_ name: String) throws -> [UInt8] { try bytes(seeds.appendingPathComponent(name)) }

  /// All seeds of one decoder, `(name, bytes)`.
  static func seeds(of folder: String) throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(atPath: seeds.appendingPathComponent(folder).path).sorted()
      .map { ("\(folder)/\($0)", try seed("\(folder)/\($0)")) }
  }
}
