import Testing
import WinnowCore
import WinnowGraph

struct FeatureOutputTests {
  @Test("the input of the last Gemm becomes the second output")
  func gemmHead() throws {
    let graph = try SmallNetworks.classifier(endsIn: "Softmax")
    let featured = try #require(try graph.addingFeatureOutput(named: "feature"))
    #expect(featured.outputs.map(\.name) == ["scores", "feature"])
    #expect(featured.outputs[1].type == TensorType(.float32, [.batch, .fixed(4)]))
    #expect(Array(featured.nodes.prefix(graph.nodes.count)) == graph.nodes)
    #expect(featured.outputs[0] == graph.outputs[0])
    try featured.checkNames()
    #expect(try featured.inferredTypes()["feature"] == featured.outputs[1].type)
  }

  @Test("a head of MatMul and Add is found")
  func matMulHead() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    let pooled = builder.node("ReduceMean", [picture], ["axes": .ints([2, 3]), "keepdims": .int(0)])
    let product = builder.node("MatMul", [pooled, builder.constant(try SmallNetworks.weights([3, 7]))])
    builder.output("scores", builder.add(builder.constant(try SmallNetworks.weights([7])), product))
    let featured = try #require(try builder.build().addingFeatureOutput(named: "feature"))
    #expect(featured.outputs[1].type.shape == [.batch, .fixed(3)])
  }

  @Test("before a convolution that is pooled behind, the map is pooled")
  func convolutionHead() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    let map = builder.relu(builder.conv(picture, weights: try SmallNetworks.weights([6, 3, 3, 3])))
    let scores = builder.relu(builder.conv(map, weights: try SmallNetworks.weights([9, 6, 1, 1])))
    builder.output("scores", builder.flatten(builder.globalAveragePool(scores)))
    let graph = try builder.build()
    let featured = try #require(try graph.addingFeatureOutput(named: "feature"))
    #expect(featured.outputs[1].type.shape == [.batch, .fixed(6)])
    #expect(try featured.inferredTypes()["feature"]?.shape == [.batch, .fixed(6)])
    #expect(featured.nodes.suffix(2).map(\.op) == ["GlobalAveragePool", "Flatten"])
    #expect(featured.nodes.suffix(2).first?.inputs == [map.name])
  }

  @Test("nothing is added where there is no head, or the name is taken")
  func nothingFound() throws {
    #expect(try SmallNetworks.classifier().addingFeatureOutput(named: "scores") == nil)
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    builder.output("scores", builder.flatten(builder.globalAveragePool(picture)))
    #expect(try builder.build().addingFeatureOutput(named: "feature") == nil)
  }

  @Test("the public models have features of 1,280 and 512 numbers", .enabled(if: SharedModels.arePresent))
  func publicModels() throws {
    for (name, size) in [("mobilenet_v2", 1280), ("squeezenet1_1", 512)] {
      let graph = try Graph(onnx: SharedModels.bytes(name)).simplified()
      let featured = try #require(try graph.addingFeatureOutput(named: "feature"))
      #expect(featured.outputs[1].type.shape == [.batch, .fixed(size)])
      #expect(try featured.classifierSignature(output: "logits").classCount == 1000)
    }
  }
}
