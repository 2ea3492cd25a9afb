import Foundation
import SystemPackage
import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

/// MobileNetV2 with a head of its own for five flowers, learnt from 60 photos of each: features weighed by their
/// variance, the nearest mean wins.
struct FlowerHead {
  static let learntPerClass = 60

  struct Photo {
    let path: FilePath
    let label: Int
  }

  /// Photos that the head has not seen.
  let unseen: [Photo]
  private let bench: ImportBench
  /// Holds the model `flowers`.
  var library: ModelLibrary { bench.library }

  init() throws {
    bench = try ImportBench()
    let folders = Dictionary(grouping: try Surroundings.photos()) { $0.removingLastComponent() }
      .sorted { $0.key.string < $1.key.string }
    let classes = folders.map { $0.key.lastComponent?.string ?? "" }
    let photos = folders.enumerated().flatMap { label, folder in folder.value.map { Photo(path: $0, label: label) } }
    let network = try Graph(
      onnx: [UInt8](try Data(contentsOf: URL(filePath: Surroundings.model("mobilenet_v2").string))))
    let head = try #require(network.nodes.last)
    let learnt = folders.indices.flatMap { label in photos.filter { $0.label == label }.prefix(Self.learntPerClass) }
    let seen = Set(learnt.map(\.path))
    unseen = photos.filter { !seen.contains($0.path) }

    // The feature takes the place of the classes, as the calibration does it with ranges.
    var body = try #require(try network.addingFeatureOutput(named: "feature"))
    body.outputs.removeFirst()
    body = try body.simplified()
    let width = 1280
    let file = try bench.folder.file("body.onnx", body.onnxBytes())
    _ = try bench.run(
      ModelImportRequest(name: "body", labels: (0..<width).map { "feature \($0)" }), onnx: file)
    let classifying = TrialClassifying(
      program: try #require(Surroundings.worker),
      pictures: TrialPictures(
        count: learnt.count, right: { _ in [] }, isHeldOut: { _ in false }, name: { learnt[$0].path.string },
        open: { (index) throws(WinnowError) in try QuantisationBench.open(learnt[index].path) }),
      cancellation: bench.cancellation)
    var squares = [Float](repeating: 0, count: width)
    var means = [[Float]](repeating: [Float](repeating: 0, count: width), count: classes.count)
    _ = try classifying.run(
      Array(learnt.indices), through: try bench.library.bundle(ModelReference("body")).path, precision: "fp32",
      wantsLogits: true, progress: { _ in }
    ) { (index, answer) in
      for (place, value) in answer.logits.enumerated() {
        means[learnt[index].label][place] += value / Float(Self.learntPerClass)
        squares[place] += value * value / Float(learnt.count)
      }
    }
    let variances = (0..<width).map { place in
      squares[place] - means.reduce(0) { $0 + $1[place] * $1[place] } / Float(classes.count)
    }
    let floor = variances.reduce(0, +) / Float(width)
    // The nearest mean as a product: 2 x·m - m·m, over the variance; a twentieth of it gives usual logits.
    var flowers = network
    let weights = means.flatMap { zip($0, variances).map { 0.1 * $0 / ($1 + floor) } }
    let bias = means.map { mean in zip(mean, variances).reduce(Float(0)) { $0 - 0.05 * $1.0 * $1.0 / ($1.1 + floor) } }
    flowers.initialisers[head.inputs[1]] = try Tensor(weights, shape: [classes.count, width])
    flowers.initialisers[head.inputs[2]] = try Tensor(bias, shape: [classes.count])
    flowers.outputs[0].type.shape = [.batch, .fixed(classes.count)]
    _ = try bench.run(
      ModelImportRequest(name: "flowers", labels: classes),
      onnx: try bench.folder.file("flowers.onnx", flowers.onnxBytes()))
  }
}
