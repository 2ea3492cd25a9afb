import Testing
import WinnowCore
import WinnowGraph

struct OpsetConversionTests {
  /// The graph as it is read from a file of this operator set.
  private func read(opset: Int, _ make: (inout GraphBuilder) throws -> Void) throws -> Graph {
    var builder = GraphBuilder(name: "test")
    try make(&builder)
    var graph = try builder.build()
    graph.opset = opset
    return try Graph(onnx: graph.onnxBytes())
  }

  @Test("operator sets 13 to 21 become 17", arguments: 13...21)
  func plain(opset: Int) throws {
    var graph = try SmallNetworks.classifier()
    let expected = graph
    graph.opset = opset
    #expect(try Graph(onnx: graph.onnxBytes()) == expected)
  }

  @Test("the axes of a reduction become an attribute again")
  func reduction() throws {
    let graph = try read(opset: 18) { builder in
      let input = builder.input("input", [.batch, .fixed(8), .fixed(4), .fixed(4)])
      let axes = builder.constant(Tensor([2, 3]))
      builder.output("out", builder.node("ReduceMean", [input, axes], ["keepdims": .int(0)]))
    }
    #expect(graph.opset == 17)
    #expect(graph.nodes[0].inputs == ["input"])
    #expect(graph.nodes[0].attributes == ["axes": .ints([2, 3]), "keepdims": .int(0)])
    #expect(try graph.inferredTypes()["out"]?.shape == [.batch, .fixed(8)])
  }

  @Test("Gelu is spelt out", arguments: ["none", "tanh"])
  func gelu(approximation: String) throws {
    let graph = try read(opset: 20) { builder in
      let input = builder.input("input", [.batch, .fixed(8)])
      builder.output("out", builder.node("Gelu", [input], ["approximate": .string(approximation)]))
    }
    #expect(graph.opset == 17)
    #expect(graph.nodes.contains { $0.op == (approximation == "tanh" ? "Tanh" : "Erf") })
    #expect(graph.nodes.last?.outputs == ["out"])
    try graph.checkNames()
    #expect(try graph.inferredTypes()["out"]?.shape == [.batch, .fixed(8)])
    #expect(graph.parameterCount == 0)
  }

  @Test("the number of parts of a Split goes where the parts are equal")
  func split() throws {
    func parts(of size: Int) throws -> Graph {
      try read(opset: 18) { builder in
        let input = builder.input("input", [.batch, .fixed(size)])
        let parts = builder.nodes("Split", [input], outputs: 2, ["axis": .int(1), "num_outputs": .int(2)])
        builder.output("a", parts[0])
        builder.output("b", parts[1])
      }
    }
    let even = try parts(of: 8)
    #expect(even.opset == 17)
    #expect(even.nodes[0].attributes == ["axis": .int(1)])
    let odd = try parts(of: 7)
    #expect(odd.opset == 18)
    #expect(try odd.inferredTypes()["b"]?.shape == [.batch, .fixed(3)])
  }

  @Test("a graph that cannot be expressed in 17 keeps its operator set and is written with it")
  func inexpressible() throws {
    let unknown = try read(opset: 19) { builder in
      let input = builder.input("input", [.batch, .fixed(8)])
      builder.output("out", builder.node("Mish", [input]))
    }
    #expect(unknown.opset == 19)
    #expect(try Graph(onnx: unknown.onnxBytes()) == unknown)
    let dilated = try read(opset: 19) { builder in
      let input = builder.input("input", [.batch, .fixed(8), .fixed(9), .fixed(9)])
      builder.output(
        "out", builder.node("AveragePool", [input], ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2])]))
    }
    #expect(dilated.opset == 19)
  }
}
