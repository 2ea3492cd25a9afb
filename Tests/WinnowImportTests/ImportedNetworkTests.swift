import Testing
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph

@testable import WinnowImport

@Suite("The served form of an imported network")
struct ImportedNetworkTests {
  private func imported(
    _ network: SmallNetwork, _ change: (inout ModelImportRequest) -> Void = { _ in }
  ) throws -> ImportedNetwork {
    var request = ModelImportRequest(name: "small", labels: SmallNetwork.classes)
    change(&request)
    return try ImportedNetwork(try Graph(onnx: network.onnx()), classes: try ClassList(request.labels), for: request)
  }

  @Test("mean, deviation and crop default to ImageNet's")
  func defaults() throws {
    let input = try imported(SmallNetwork(height: .unknown, width: .unknown)).input
    #expect(input == InputSpec())
  }

  @Test(
    "the crop is the network's own size, and the resize keeps ImageNet's proportion",
    arguments: [(224, 256), (64, 73), (299, 342), (128, 146), (8, 9), (4096, 4096)])
  func sizes(side: Int, resize: Int) throws {
    let input = try imported(SmallNetwork(height: .fixed(side), width: .fixed(side))).input
    #expect(input.crop == side)
    #expect(input.resize == resize)
  }

  @Test("what was asked for stands in the manifest")
  func explicit() throws {
    let input = try imported(SmallNetwork(height: .unknown, width: .unknown)) {
      $0.mean = [0.5, 0.25, 0]
      $0.std = [1, 2, 4]
      $0.resize = 100
      $0.crop = 96
    }.input
    #expect(input == InputSpec(resize: 100, crop: 96, mean: [0.5, 0.25, 0], std: [1, 2, 4]))
  }

  @Test("a free size becomes the crop, and half a size tells the other half")
  func freeSize() throws {
    let graph = try imported(SmallNetwork(height: .fixed(40), width: .unknown)).graph
    let signature = try graph.classifierSignature(output: "classes")
    #expect(signature.height == 40)
    #expect(signature.width == 40)
  }

  @Test("both layouts are told apart", arguments: [false, true])
  func layouts(isNHWC: Bool) throws {
    #expect(try imported(SmallNetwork(isNHWC: isNHWC)).input.layout == (isNHWC ? .nhwc : .nchw))
  }

  @Test("a fixed batch becomes free", arguments: [1, 4], [false, true])
  func fixedBatch(batch: Int, isNHWC: Bool) throws {
    let graph = try imported(SmallNetwork(batch: .fixed(batch), isNHWC: isNHWC)).graph
    #expect(try graph.classifierSignature(output: "classes").batch == .free)
  }

  @Test("a batch that is baked in stays, with a warning")
  func bakedInBatch() throws {
    let network = try imported(SmallNetwork(batch: .fixed(2), bakedInBatch: 2))
    #expect(try network.graph.classifierSignature(output: "classes").batch == .fixed(2))
    #expect(try warnings(network).contains { $0.contains("exactly 2 pictures") })
  }

  @Test("the pooled feature is the second and last output, and further ones are gone")
  func outputs() throws {
    let network = try imported(SmallNetwork(hasSecondOutput: true))
    #expect(network.graph.outputs.map(\.name) == ["classes", "feature"])
    #expect(network.graph.outputs[1].type.shape == [.batch, .fixed(3)])
    #expect(network.output == OutputSpec(values: .logits, tensor: "classes", feature: "feature"))
  }

  @Test("shares are known from logits")
  func values() throws {
    #expect(try imported(SmallNetwork(ending: .softmax)).output.values == .probabilities)
    let sigmoid = try imported(SmallNetwork(ending: .sigmoid))
    #expect(sigmoid.output.values == .probabilities)
    #expect(try warnings(sigmoid).contains { $0.contains("Sigmoid") })
  }

  @Test("a network of grey pictures takes colour", arguments: [false, true])
  func grey(isNHWC: Bool) throws {
    let network = try imported(SmallNetwork(channels: 1, isNHWC: isNHWC))
    let signature = try network.graph.classifierSignature(output: "classes")
    #expect(signature.channels == 3)
    #expect(signature.layout == (isNHWC ? .nhwc : .nchw))
    #expect(network.parameters == 3)
  }

  @Test("an operator unknown here is a warning")
  func unknownOperator() throws {
    let network = try imported(SmallNetwork(activation: "Selu"))
    #expect(try warnings(network).contains { $0.contains("Selu") })
  }

  @Test("labels that repeat are a warning, and a lack of training pictures always is")
  func repeatedLabels() throws {
    let network = try imported(SmallNetwork())
    let found = ModelWarnings.about(network.graph, classes: try ClassList(["a", "b", "a"]), output: network.output)
    #expect(found.count == 2)
    #expect(found[0].contains("\"a\" stands for the classes 0 and 2"))
    #expect(found[1].contains("training pictures"))
  }

  private func warnings(_ network: ImportedNetwork) throws -> [String] {
    ModelWarnings.about(network.graph, classes: try ClassList(SmallNetwork.classes), output: network.output)
  }
}
