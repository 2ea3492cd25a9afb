import Foundation
import SystemPackage
import Testing
import WinnowBundle
import WinnowCore
import WinnowInference

/// Models for tests, published into a library of their own.
final class TestModels: Sendable {
  let folder: FilePath
  let library: ModelLibrary

  init() throws {
    folder = FilePath(
      FileManager.default.temporaryDirectory.appendingPathComponent("winnow-models-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    // The worker gives up root: what it reads has to be readable.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.string)
    library = ModelLibrary(root: folder.appending("models"))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  /// Publishes a network with golden answers computed here; returns its folder.
  func publish(
    _ network: [UInt8], classes: [String], input: InputSpec, output: OutputSpec = OutputSpec(), name: String = "test",
    temperature: Double = 1, golden: GoldenAnswers? = nil
  ) throws -> FilePath {
    let manifest = BundleManifest(
      name: name, created: Timestamp(seconds: 1), classes: classes, input: input, output: output,
      temperature: temperature)
    let draft = try library.makeDraft()
    try draft.write(network, to: ModelBundle.modelFile)
    try draft.write(manifest)
    let answers: GoldenAnswers
    if let golden {
      answers = golden
    } else {
      let model = try CompiledModel(
        try LoadedBundle(try ModelBundle(draft: draft.path)), settings: EngineSettings(precision: .fp32, threads: 2))
      answers = try SelfCheck.makeAnswers(with: model)
    }
    try draft.write(try answers.json(), to: GoldenAnswers.fileName)
    let published = try library.publish(draft, manifest: manifest).model
    return library.root.appending(published.name).appending(String(published.version))
  }

  func publish(_ network: TinyNetwork, output: OutputSpec = OutputSpec(), temperature: Double = 1) throws -> FilePath {
    try publish(
      network.onnx(), classes: Self.classes(network.weights.count), input: Self.input(network), output: output,
      temperature: temperature)
  }

  static func classes(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

  static func input(_ network: TinyNetwork) -> InputSpec {
    InputSpec(layout: network.isNHWC ? .nhwc : .nchw, resize: network.side, crop: network.side)
  }

  /// A network as it would be loaded, without a folder.
  func compile(
    _ network: TinyNetwork, classes: Int? = nil, input: InputSpec? = nil, output: OutputSpec = OutputSpec(),
    precision: Precision = .fp32
  ) throws -> CompiledModel {
    let draft = try library.makeDraft()
    try draft.write(network.onnx(), to: ModelBundle.modelFile)
    try draft.write(
      BundleManifest(
        name: "test", created: Timestamp(seconds: 1), classes: Self.classes(classes ?? network.weights.count),
        input: input ?? Self.input(network), output: output))
    return try CompiledModel(
      try LoadedBundle(try ModelBundle(draft: draft.path)),
      settings: EngineSettings(precision: precision, threads: 2, largestBatch: 8))
  }
}

/// The real weights, photographs and answers of the Python pipeline beside the repository, where they are.
enum Shared {
  static let folder: FilePath = {
    var path = FilePath(#filePath)
    for _ in 0..<3 { path.removeLastComponent() }
    return path.appending("..").appending("shared")
  }()

  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.pushing(FilePath(path)).string)
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.pushing(FilePath(path)).string)))
  }

  static let hasModels = has("models/mobilenet_v2-imagenet.onnx") && has("models/golden/mobilenet_v2.json")
  static let hasPhotos = has("data/flowers")

  struct Golden: Decodable {
    struct Photo: Decodable {
      struct Best: Decodable { var index: Int; var probability: Double }
      var file: String
      var input_tensor: String?
      var size: [Int]
      var sha256: String
      var top5: [Best]
      var logits: [Float]
    }
    var photos: [Photo]
  }

  static func golden(_ model: String) throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Data(try bytes("models/golden/\(model).json")))
  }

  /// Publishes one of the real models.
  static func publish(_ model: String, into models: TestModels) throws -> FilePath {
    try models.publish(
      try bytes("models/\(model)-imagenet.onnx"),
      classes: try ClassList(file: try bytes("models/imagenet_labels.txt")).labels.map(\.text), input: InputSpec(),
      name: model)
  }
}
