import Testing
import WinnowCore

@testable import WinnowGraph

struct FreeBatchTests {
  @Test("a graph whose batch is free stays as it is")
  func alreadyFree() throws {
    let graph = try SmallNetworks.classifier()
    #expect(try graph.withFreeBatch() == graph)
  }

  @Test("a fixed batch becomes free", arguments: [1, 8])
  func plain(batch: Int) throws {
    let free = try SmallNetworks.classifier(batch: .fixed(batch)).withFreeBatch()
    #expect(free.inputs[0].type.shape?.first == .batch)
    #expect(free.outputs[0].type.shape == [.batch, .fixed(5)])
    #expect(try free.classifierSignature().batch == .free)
  }

  /// A classifier for one picture that goes through the Reshape shapes given, and then a Gemm.
  private func reshaping(
    _ targets: [[Int]], before: (inout GraphBuilder, GraphBuilder.Value) -> GraphBuilder.Value = { $1 },
    features: Int = 192
  ) throws(WinnowError) -> Graph {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.fixed(1), .fixed(3), .fixed(8), .fixed(8)])
    var value = before(&builder, picture)
    for target in targets { value = builder.reshape(value, target) }
    builder.output("scores", builder.gemm(value, weights: try SmallNetworks.weights([5, features])))
    return try builder.build()
  }

  @Test(
    "fixed shapes get their open entry where the batch goes",
    arguments: [
      ([[1, -1]], [[-1, 192]]), ([[-1, 192]], [[-1, 192]]), ([[1, 192]], [[-1, 192]]),
      ([[1, 3, 64], [1, 192]], [[-1, 3, 64], [-1, 192]]),
      // Windows: the batch is merged with their number, and split again.
      ([[4, 48], [1, 192]], [[-1, 48], [-1, 192]]),
    ] as [([[Int]], [[Int]])])
  func reshapes(targets: [[Int]], expected: [[Int]]) throws {
    let free = try reshaping(targets).withFreeBatch()
    let entries = free.nodes.filter { $0.op == "Reshape" }.map { free.initialisers[$0.inputs[1]]?.integers }
    #expect(entries == expected)
    #expect(free.outputs[0].type.shape == [.batch, .fixed(5)])
    try free.checkNames()
  }

  @Test("a batch that stands behind another dimension is followed there")
  func innerBatch() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.fixed(1), .fixed(3), .fixed(8), .fixed(8)])
    // As torch's attention has it: [tokens, batch, features] to [tokens, batch * heads, part].
    let tokens = builder.transpose(builder.reshape(picture, [1, 3, 64]), [1, 0, 2])
    let heads = builder.reshape(tokens, [3, 4, 16])
    let back = builder.transpose(builder.reshape(heads, [3, 1, 64]), [1, 0, 2])
    builder.output("scores", builder.gemm(builder.flatten(back), weights: try SmallNetworks.weights([5, 192])))
    let free = try builder.build().withFreeBatch()
    let entries = free.nodes.filter { $0.op == "Reshape" }.map { free.initialisers[$0.inputs[1]]?.integers }
    #expect(entries == [[-1, 3, 64], [3, -1, 16], [3, -1, 64]])
  }

  @Test("a graph that mixes the pictures of a batch is refused")
  func mixing() throws {
    let softmax = try reshaping([[1, 192]]) { $0.node("Softmax", [$1], ["axis": .int(0)]) }
    let mean = try reshaping([[1, 192]]) { $0.node("ReduceMean", [$1], ["axes": .ints([0])]) }
    let norm = try reshaping([[1, 192]]) { builder, value in
      let scale = builder.constant(Tensor(1))
      return builder.node("LayerNormalization", [value, scale], ["axis": .int(0)])
    }
    let lost = try reshaping([[1, 192]]) { builder, value in
      builder.node("Gather", [value, builder.constant(Tensor([0]))], ["axis": .int(0)])
    }
    let merged = try reshaping([[192, 1]], features: 1)
    for graph in [softmax, mean, norm, lost, merged] {
      let error = #expect(throws: WinnowError.self) { try graph.withFreeBatch() }
      #expect(error?.code == .fixedBatch)
      #expect(error?.remedy != nil)
      #expect(error?.cause != nil)
    }
  }

  @Test("a graph with unknown operators is refused, naming them")
  func unknown() throws {
    var graph = try SmallNetworks.classifier(batch: .fixed(1))
    graph.nodes[1].op = "Strange"
    let error = #expect(throws: WinnowError.self) { try graph.withFreeBatch() }
    #expect(error?.code == .unknownOperator)
  }
}
