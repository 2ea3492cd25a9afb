import Testing
import WinnowCore
import WinnowGraph

@Suite("Networks known by name")
struct NamedArchitectureTests {
  private static func graph(_ name: String, classes: Int) throws -> Graph {
    try Architecture(named: name).graph(classes: classes) { (parameter) throws(WinnowError) in
      try Tensor([Float](repeating: 0.01, count: parameter.shape.reduce(1, *)), shape: parameter.shape)
    }
  }

  /// Expected: `num_params` and `_ops` (10^9) of the weights that torchvision publishes, to the digits given there.
  @Test(
    "have the parameters and the operations that torchvision publishes",
    arguments: [
      ("mobilenet_v2", 3_504_872, 0.301), ("resnet18", 11_689_512, 1.814), ("resnet34", 21_797_672, 3.664),
      ("resnet50", 25_557_032, 4.089), ("resnet101", 44_549_160, 7.801), ("squeezenet1_1", 1_235_496, 0.349),
      ("mobilenet_v3_small", 2_542_856, 0.057), ("mobilenet_v3_large", 5_483_032, 0.217),
      ("efficientnet_b0", 5_288_548, 0.386), ("convnext_tiny", 28_589_128, 4.456),
    ])
  func figures(name: String, parameters: Int, billions: Double) throws {
    let summary = try Self.graph(name, classes: 1000).summary()
    #expect(summary.parameters == parameters)
    #expect(abs(Double(summary.macs) / 1e9 - billions) < 0.000_5 + 1e-9, "\(summary.macs)")
  }

  @Test("resnet50d has the parameters and the operations of timm's layers")
  func variantD() throws {
    let summary = try Self.graph("resnet50d", classes: 1000).summary()
    #expect(summary.parameters == 25_576_264 && summary.macs == 4_328_824_832)
  }

  @Test("take pictures and give logits of as many classes as asked for", arguments: Architecture.all)
  func signature(architecture: Architecture) throws {
    let graph = try Self.graph(architecture.name, classes: 7)
    let signature = try graph.classifierSignature()
    #expect(signature.classCount == 7 && signature.scores == .logits && signature.batch == .free)
    #expect(signature.width == Architecture.pictureSide && signature.channels == 3)
    let again = try Graph(onnx: graph.onnxBytes())
    #expect(try again.simplified().classifierSignature() == signature)
    #expect(try #require(try graph.addingFeatureOutput(named: "feature")).outputs.count == 2)
  }

  @Test("name each parameter once, the head's weights among them", arguments: Architecture.all)
  func names(architecture: Architecture) throws {
    let parameters = try architecture.parameters(classes: 9)
    #expect(Set(parameters.map(\.name)).count == parameters.count)
    #expect(parameters.first { $0.name == architecture.headWeight }?.shape.first == 9)
  }

  @Test("that are not there are told from those that are")
  func unknown() {
    #expect {
      _ = try Architecture(named: "resnet19")
    } throws: {
      ($0 as? WinnowError)?.code == .unknownArchitecture && ($0 as? WinnowError)?.remedy?.contains("resnet18") == true
    }
  }

  @Test("are not built from numbers of another shape")
  func shapes() throws {
    let architecture = try Architecture(named: "resnet18")
    #expect(throws: WinnowError.self) {
      try architecture.graph(classes: 2) { (parameter) throws(WinnowError) in try Tensor([Float(0)], shape: [1]) }
    }
  }

  @Test("get another head, and keep the feature")
  func head() throws {
    let graph = try #require(try Self.graph("resnet18", classes: 1000).addingFeatureOutput(named: "feature"))
    let changed = try graph.withLinearHead(
      on: "feature", weights: try Tensor([Float](repeating: 1, count: 3 * 512), shape: [3, 512]),
      biases: try Tensor([Float](repeating: 0, count: 3), shape: [3]), named: "logits")
    let signature = try changed.classifierSignature(output: changed.outputs[0].name)
    #expect(signature.classCount == 3 && changed.outputs.map(\.name).contains("feature"))
    // The old head is gone.
    #expect(changed.initialisers["fc.weight"] == nil && changed.parameterCount == 11_689_512 - 1000 * 513 + 3 * 513)
    #expect(throws: WinnowError.self) {
      try graph.withLinearHead(
        on: "nothing", weights: try Tensor([Float(0)], shape: [1, 1]), biases: try Tensor([Float(0)], shape: [1]),
        named: "logits")
    }
  }
}
