import SystemPackage
import Testing
import WinnowBundle
import WinnowCore
import WinnowGraph
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

/// What the engine makes of the placement of 8 bits, for the building blocks of the usual architectures.
@Suite("Layers in int8", .enabled(if: Surroundings.worker != nil))
struct Int8LayersTests {
  enum Block: CaseIterable {
    /// ResNet's: MaxPool, BatchNormalization, an Add that a Relu follows, a projection beside it.
    case residual
    /// MobileNetV2's: depthwise, Clip, an Add of what no activation follows.
    case inverted
    /// EfficientNet's: SiLU spelt out, squeeze and excitation.
    case swished
    /// MobileNetV3's: HardSwish, HardSigmoid.
    case hardSwished
    /// SqueezeNet's: Concat of two branches.
    case fire
    /// VGG's: AveragePool, two products at the end.
    case plain
  }

  /// Values that look random and are the same each time.
  private struct Numbers {
    var state: UInt64 = 7

    mutating func tensor(_ shape: [Int], around centre: Float = 0, spread: Float) throws -> Tensor {
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return centre + spread * (Float(state >> 40) / Float(1 << 24) - 0.5)
      }
      return try Tensor(values, shape: shape)
    }
  }

  private static func network(_ block: Block) throws -> Graph {
    typealias Value = GraphBuilder.Value
    var builder = GraphBuilder(name: "block")
    var numbers = Numbers()
    func conv(
      _ input: Value, _ from: Int, _ to: Int, kernel: Int = 1, stride: Int = 1, isDepthwise: Bool = false
    ) throws -> Value {
      let inner = isDepthwise ? 1 : from
      let weights = try numbers.tensor(
        [to, inner, kernel, kernel], spread: 3 / Float(inner * kernel * kernel).squareRoot())
      return builder.conv(
        input, weights: weights, bias: try numbers.tensor([to], spread: 0.2), stride: stride, pads: kernel / 2,
        groups: isDepthwise ? from : 1)
    }
    func normed(_ input: Value, _ channels: Int) throws -> Value {
      let statistics = try [(1, 0.2), (0, 0.2), (0, 0.2), (1, 0.2)].map { centre, spread in
        builder.constant(try numbers.tensor([channels], around: centre, spread: Float(spread)))
      }
      return builder.node("BatchNormalization", [input] + statistics)
    }
    func clipped(_ input: Value) -> Value {
      builder.node("Clip", [input, builder.constant(Tensor(0)), builder.constant(Tensor(6))])
    }
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(32), .fixed(32)])
    var value = builder.relu(try conv(picture, 3, 16, kernel: 3, stride: 2))
    switch block {
    case .residual:
      value = builder.maxPool(value, size: 3, stride: 2, pads: 1)
      for _ in 0..<2 {
        let body = builder.relu(try normed(try conv(value, 16, 16, kernel: 3), 16))
        value = builder.relu(builder.add(try normed(try conv(body, 16, 16, kernel: 3), 16), value))
      }
      let body = try normed(try conv(value, 16, 16, kernel: 3, stride: 2), 16)
      value = builder.relu(builder.add(body, try normed(try conv(value, 16, 16, stride: 2), 16)))
    case .inverted:
      for _ in 0..<2 {
        let wide = clipped(try conv(value, 16, 48))
        let deep = clipped(try conv(wide, 48, 48, kernel: 3, isDepthwise: true))
        value = builder.add(try conv(deep, 48, 16), value)
      }
    case .swished, .hardSwished:
      func bent(_ input: Value) -> Value {
        block == .hardSwished
          ? builder.node("HardSwish", [input]) : builder.mul(input, builder.node("Sigmoid", [input]))
      }
      for _ in 0..<2 {
        let deep = bent(try conv(bent(try conv(value, 16, 48)), 48, 48, kernel: 3, isDepthwise: true))
        let squeezed = builder.relu(try conv(builder.globalAveragePool(deep), 48, 8))
        let gate = builder.node(block == .swished ? "Sigmoid" : "HardSigmoid", [try conv(squeezed, 8, 48)])
        value = builder.add(try conv(builder.mul(deep, gate), 48, 16), value)
      }
    case .fire:
      for _ in 0..<2 {
        let squeezed = builder.relu(try conv(value, 16, 8))
        value = builder.concat([
          builder.relu(try conv(squeezed, 8, 8)), builder.relu(try conv(squeezed, 8, 8, kernel: 3)),
        ])
      }
    case .plain:
      value = builder.node(
        "AveragePool", [value], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
      value = builder.flatten(builder.relu(try conv(value, 16, 16, kernel: 3)))
      value = builder.relu(builder.gemm(value, weights: try numbers.tensor([24, 1024], spread: 0.1)))
      builder.output("classes", builder.gemm(value, weights: try numbers.tensor([5, 24], spread: 0.6)))
      return try builder.build()
    }
    let pooled = builder.flatten(builder.globalAveragePool(value))
    builder.output("classes", builder.gemm(pooled, weights: try numbers.tensor([5, 16], spread: 0.8)))
    return try builder.build()
  }

  @Test("every layer with weights runs in int8, and the answers stay near", arguments: Block.allCases)
  func placement(block: Block) throws {
    let folder = try TemporaryFolder()
    let library = ModelLibrary(root: folder.path.appending("models"))
    let worker = WorkerTask(program: try #require(Surroundings.worker), cancellation: Cancellation())
    let network = try Self.network(block)
    let quantisation = try Quantisation(of: network)
    var manifest = BundleManifest(
      name: "block", created: Timestamp(seconds: 1), classes: ["a", "b", "c", "d", "e"],
      input: InputSpec(resize: 32, crop: 32))

    // The golden pictures calibrate.
    let calibration = try library.makeDraft()
    var ranging = manifest
    ranging.classes = (0..<quantisation.calibrationSizes[0]).map { "measure \($0)" }
    ranging.output.tensor = Quantisation.measuresName
    try calibration.write(
      try #require(try quantisation.calibrationGraphs().first).onnxBytes(), to: ModelBundle.modelFile)
    try calibration.write(ranging)
    var tally = CalibrationTally(quantisation)
    let extremes = try GoldenAnswers(
      json: worker.run(["--make-golden", "--bundle", CommandArgument(calibration.path)]))
    for answer in extremes.answers { try tally.add(answer.logits, part: 0) }

    let draft = try library.makeDraft()
    manifest.int8 = Int8Promise(
      basis: .agreement, calibrated: 0, judged: 0, drop: nil, agreement: 1, sureAgreement: nil, comparedWith: "fp32")
    try draft.write(network.onnxBytes(), to: ModelBundle.modelFile)
    try draft.write(
      try quantisation.quantised(with: try #require(tally.statistics)).onnxBytes(), to: ModelBundle.int8ModelFile)
    try draft.write(manifest)
    let bundle = CommandArgument(draft.path)
    let full = try GoldenAnswers(json: worker.run(["--make-golden", "--bundle", bundle]))
    let int8 = try GoldenAnswers(json: worker.run(["--make-golden", "--precision", "int8", "--bundle", bundle]))
    for (one, other) in zip(full.answers, int8.answers) {
      #expect(GoldenCheck.difference(other.logits, from: one.logits) < 0.3)
    }
    let speed = try EngineSpeed(json: worker.run(["--measure", "--bundle", bundle]))
    #expect(speed.floatLayers == [])
    #expect(speed.int8Layers == quantisation.graph.nodes.filter { ["Conv", "Gemm"].contains($0.op) }.count)
  }
}
