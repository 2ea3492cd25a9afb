import Testing
import WinnowCore
import WinnowGraph

struct GraphBuilderTests {
  @Test("outputs have the names they were given and the types that follow")
  func outputs() throws {
    let graph = try SmallNetworks.classifier()
    #expect(graph.outputs == [GraphValue("scores", TensorType(.float32, [.batch, .fixed(5)]))])
    #expect(graph.nodes.last?.outputs == ["scores"])
    #expect(graph.opset == 17)
  }

  @Test("a graph whose shapes contradict is not made")
  func contradiction() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(3)])
    builder.output("out", builder.gemm(input, weights: try SmallNetworks.weights([5, 4])))
    let error = #expect(throws: WinnowError.self) { try builder.build() }
    #expect(error?.code == .inconsistentGraph)
    #expect(error?.message.contains("Gemm_1") == true)
  }
}
