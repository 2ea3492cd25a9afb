import Testing
import WinnowCore
import WinnowGraph

struct LayerSummaryTests {
  @Test("parameters and costs of a small network are those counted by hand")
  func small() throws {
    let summary = try SmallNetworks.classifier().summary()
    #expect(summary.layers.map(\.op) == ["Conv", "Relu", "GlobalAveragePool", "Flatten", "Gemm"])
    #expect(summary.layers.map(\.parameters) == [4 * 27 + 4, 0, 0, 0, 25])
    #expect(summary.layers.map(\.macs) == [16 * 16 * 4 * 27, 0, 0, 0, 20])
    #expect(summary.layers[0].outputShape == [.batch, .fixed(4), .fixed(16), .fixed(16)])
    #expect(summary.layers[0].name == "Conv_1")
    #expect(summary.parameters == 137)
    #expect(summary.macs == 27668)
    #expect(summary.flops == 55336)
  }

  @Test("the cost is that of one picture, whatever the batch")
  func perPicture() throws {
    #expect(try SmallNetworks.classifier(batch: .fixed(1)).summary().macs == 27668)
  }

  @Test("the public models have torchvision's published figures", .enabled(if: SharedModels.arePresent))
  func publicModels() throws {
    let mobile = try Graph(onnx: SharedModels.bytes("mobilenet_v2"))
    #expect(mobile.parameterCount == 3_487_816)
    #expect(try mobile.summary().parameters == 3_487_816)
    #expect(try thousandths(mobile) == 301)
    let squeeze = try Graph(onnx: SharedModels.bytes("squeezenet1_1"))
    #expect(squeeze.parameterCount == 1_235_496)
    #expect(try thousandths(squeeze) == 349)
    #expect(try squeeze.simplified().parameterCount == 1_235_496)
  }

  @Test("residual networks have torchvision's published figures")
  func residual() throws {
    let small = try SmallNetworks.residual(blocks: [2, 2, 2, 2], bottleneck: false)
    #expect(small.parameterCount == 11_689_512)
    #expect(try thousandths(small) == 1814)
    let large = try SmallNetworks.residual(blocks: [3, 4, 6, 3], bottleneck: true)
    #expect(large.parameterCount == 25_557_032)
    #expect(try thousandths(large) == 4089)
  }

  /// Rounded billions of macs with three digits, times 1,000: torchvision prints 1.814 for 1814.
  private func thousandths(_ graph: Graph) throws -> Int { (try graph.summary().macs + 500_000) / 1_000_000 }

  @Test("products of activations, as in attention, count; weights used twice count once")
  func attention() throws {
    var builder = GraphBuilder(name: "test")
    let tokens = builder.input("tokens", [.batch, .fixed(49), .fixed(64)])
    let weights = builder.constant(try SmallNetworks.weights([64, 64]))
    let query = builder.node("MatMul", [tokens, weights])
    let key = builder.node("MatMul", [tokens, weights])
    let scores = builder.node("MatMul", [query, builder.transpose(key, [0, 2, 1])])
    builder.output("out", builder.node("MatMul", [builder.softmax(scores), tokens]))
    let summary = try builder.build().summary()
    #expect(summary.parameters == 64 * 64)
    #expect(summary.macs == 2 * 49 * 64 * 64 + 2 * 49 * 49 * 64)
  }

  @Test("single numbers and running statistics are no parameters, a position embedding is")
  func whatCounts() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(4), .fixed(2), .fixed(2)])
    let half = builder.mul(input, builder.constant(Tensor(0.5)))
    let placed = builder.add(half, builder.constant(try SmallNetworks.weights([4, 2, 2])))
    var norm = [placed]
    for _ in 0..<4 { norm.append(builder.constant(try SmallNetworks.weights([4]))) }
    builder.output("out", builder.node("BatchNormalization", norm))
    #expect(try builder.build().parameterCount == 16 + 8)
  }

  @Test("weights in Constant nodes and behind a Gather count, computed shapes do not")
  func unsimplified() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(6)])
    let weights = builder.node("Constant", [], ["value": .tensor(try SmallNetworks.weights([6, 6]))])
    let table = builder.constant(try SmallNetworks.weights([4, 6]))
    let rows = builder.node("Gather", [table, builder.constant(Tensor([0, 1, 1, 0]))])
    let product = builder.node("MatMul", [input, weights])
    let shape = builder.node("Shape", [product])
    let target = builder.concat([shape, builder.constant(Tensor([1, 1]))], axis: 0)
    let map = builder.node("Reshape", [product, builder.add(target, builder.constant(Tensor([0, 0, 0, 0])))])
    builder.output("out", builder.add(builder.node("Squeeze", [map]), builder.node("ReduceSum", [rows])))
    builder.output("rows", builder.add(rows, rows))
    let graph = try builder.build()
    #expect(graph.parameterCount == 36 + 24)
  }

  @Test("quantised weights count like others")
  func quantised() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(4)])
    let weights = builder.constant(try Tensor(.int8, shape: [3, 4], bytes: [UInt8](repeating: 1, count: 12)[...]))
    let scale = builder.constant(Tensor(0.1))
    let whole = builder.node("DequantizeLinear", [weights, scale])
    builder.output("out", builder.node("Gemm", [input, whole], ["transB": .int(1)]))
    let summary = try builder.build().summary()
    #expect(summary.parameters == 12)
    #expect(summary.macs == 12)
  }

  @Test("a cost that cannot be known is an error, not a number")
  func unknownCost() throws {
    let free = try SmallNetworks.classifier(height: .free("h"), width: .free("w"))
    let error = #expect(throws: WinnowError.self) { try free.summary() }
    #expect(error?.message.contains("Conv_1") == true)
    #expect(try free.withPictureSize(height: 16, width: 16).summary().macs == 27668)
    var strange = try SmallNetworks.classifier()
    strange.nodes[1].op = "Strange"
    #expect(#expect(throws: WinnowError.self) { try strange.summary() }?.code == .unknownOperator)
    #expect(strange.parameterCount == 137)
  }
}
