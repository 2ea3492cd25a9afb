import Foundation
import SystemPackage
import WinnowBundle
import WinnowSupervision

/// What not every machine, and not every build, has.
enum Surroundings {
  private static let shared: FilePath = {
    var path = FilePath(#filePath)
    for _ in 0..<3 { path.removeLastComponent() }
    return path.appending("..").appending("shared").appending("models")
  }()

  static let hasModels = FileManager.default.fileExists(atPath: model("mobilenet_v2").string)

  static func model(_ name: String) -> FilePath { shared.appending("\(name)-imagenet.onnx") }

  static let hasPhotos = FileManager.default.fileExists(atPath: flowers.string)

  private static let flowers: FilePath = shared.appending("../data/flowers")

  /// 1,000 photos of flowers.
  static func photos() throws -> [FilePath] {
    try FileManager.default.contentsOfDirectory(atPath: flowers.string).sorted().flatMap { folder in
      let path = flowers.appending(folder)
      return try FileManager.default.contentsOfDirectory(atPath: path.string).sorted().map { path.appending($0) }
    }
  }

  static func imageNetLabels() throws -> [String] {
    let text = try String(contentsOfFile: shared.appending("imagenet_labels.txt").string, encoding: .utf8)
    return text.split(separator: "\n").map(String.init)
  }

  /// Beside the test program, where the whole package was built.
  static let worker = program(.worker)
  static let lab = program(.lab)

  private static func program(_ program: ProgramLocation.Program) -> FilePath? {
    try? ProgramLocation.ofThisProcess().path(of: program)
  }
}
