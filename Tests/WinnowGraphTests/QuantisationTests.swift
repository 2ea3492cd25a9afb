import Testing
import WinnowCore
import WinnowGraph

@Suite("Quantisation")
struct QuantisationTests {
  /// Conv, Clip, two branches that an Add joins, Relu, MaxPool, a SiLU, GlobalAveragePool, Gemm.
  private static func network() throws -> Graph {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    let stem = builder.conv(picture, weights: try SmallNetworks.weights([4, 3, 3, 3]), pads: 1)
    let clipped = builder.node("Clip", [stem, builder.constant(Tensor(0)), builder.constant(Tensor(6))])
    let branch = builder.conv(clipped, weights: try SmallNetworks.weights([4, 4, 1, 1]))
    let joined = builder.maxPool(builder.relu(builder.add(branch, clipped)), size: 2, stride: 2)
    let bent = builder.conv(joined, weights: try SmallNetworks.weights([4, 1, 1, 1]), groups: 4)
    let swished = builder.mul(bent, builder.node("Sigmoid", [bent]))
    let pooled = builder.flatten(builder.globalAveragePool(swished))
    builder.output("scores", builder.gemm(pooled, weights: try SmallNetworks.weights([5, 4])))
    return try builder.build()
  }

  private static func quantised(_ graph: Graph) throws -> Graph {
    let quantisation = try Quantisation(of: graph)
    let ranges = quantisation.activations.map { _ in ActivationRange(low: 0, high: 6) }
    return try quantisation.quantised(with: CalibrationStatistics(ranges: ranges))
  }

  /// The operators on the way from a value up to the first that is not about 8 bits.
  private static func above(_ value: String, in graph: Graph) -> [String] {
    guard let node = graph.nodes.first(where: { $0.outputs.contains(value) }) else { return [] }
    guard ["QuantizeLinear", "DequantizeLinear"].contains(node.op) else { return [node.op] }
    return [node.op] + above(node.inputs[0], in: graph)
  }

  private static func node(_ op: String, _ number: Int = 0, in graph: Graph) throws -> Node {
    let found = graph.nodes.filter { $0.op == op }
    return try #require(found.indices.contains(number) ? found[number] : nil)
  }

  @Test("8 bits stand at the data inputs of convolutions, Gemm and pools, and at both inputs of a residual Add")
  func placement() throws {
    let graph = try Self.quantised(try Self.network())
    try graph.checkNames()
    let pair = ["DequantizeLinear", "QuantizeLinear"]
    #expect(Self.above(try Self.node("Conv", 0, in: graph).inputs[0], in: graph) == pair)
    #expect(Self.above(try Self.node("Conv", 1, in: graph).inputs[0], in: graph) == pair + ["Clip"])
    #expect(Self.above(try Self.node("Conv", 2, in: graph).inputs[0], in: graph) == pair + ["MaxPool"])
    #expect(Self.above(try Self.node("Add", in: graph).inputs[0], in: graph) == pair + ["Conv"])
    #expect(Self.above(try Self.node("Add", in: graph).inputs[1], in: graph) == pair + ["Clip"])
    #expect(Self.above(try Self.node("MaxPool", in: graph).inputs[0], in: graph) == pair + ["Relu"])
    #expect(Self.above(try Self.node("GlobalAveragePool", in: graph).inputs[0], in: graph) == pair + ["Mul"])
    #expect(Self.above(try Self.node("Gemm", in: graph).inputs[0], in: graph) == pair + ["Flatten"])
  }

  @Test("nothing stands between a convolution and its Clip or Relu, nor between a Sigmoid and its Mul")
  func fusions() throws {
    let graph = try Self.quantised(try Self.network())
    #expect(Self.above(try Self.node("Clip", in: graph).inputs[0], in: graph) == ["Conv"])
    #expect(Self.above(try Self.node("Relu", in: graph).inputs[0], in: graph) == ["Add"])
    let product = try Self.node("Mul", in: graph)
    #expect(Self.above(product.inputs[0], in: graph) == ["Conv"])
    #expect(Self.above(product.inputs[1], in: graph) == ["Sigmoid"])
    #expect(Self.above(try Self.node("Sigmoid", in: graph).inputs[0], in: graph) == ["Conv"])
  }

  @Test("whoever reads the same activation reads the same 8 bits of it")
  func shared() throws {
    let graph = try Self.quantised(try Self.network())
    #expect(try Self.node("Conv", 1, in: graph).inputs[0] == Self.node("Add", in: graph).inputs[1])
    #expect(Set(graph.nodes.filter { $0.op == "QuantizeLinear" }.map { $0.inputs[0] }).count == 7)
  }

  @Test("what a MaxPool or a Flatten gives takes the range of what it reads, and needs none of its own")
  func borrowedRanges() throws {
    let quantisation = try Quantisation(of: try Self.network())
    let makers = quantisation.activations.map { name in
      quantisation.graph.nodes.first { $0.outputs.contains(name) }?.op ?? "input"
    }
    #expect(makers == ["input", "Clip", "Conv", "Relu", "Mul", "GlobalAveragePool"])
  }

  @Test("inputs, outputs and the bias stay in float")
  func floats() throws {
    let source = try SmallNetworks.classifier()
    let graph = try Self.quantised(source)
    #expect(graph.inputs == source.inputs && graph.outputs == source.outputs)
    let convolution = try Self.node("Conv", in: graph)
    #expect(graph.initialisers[convolution.inputs[2]]?.elementType == .float32)
    #expect(try graph.inferredTypes()["scores"] == source.outputs[0].type)
  }

  @Test("weights are int8 for each output channel, symmetric, no further than half a step away")
  func weights() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(2), .fixed(1), .fixed(1)])
    let given: [Float] = [1.27, -0.5, 1000, 254, 0, 0]
    let map = builder.conv(picture, weights: try Tensor(given, shape: [3, 2, 1, 1]))
    builder.output(
      "scores", builder.gemm(builder.flatten(map), weights: try SmallNetworks.weights([4, 3])))
    let graph = try Self.quantised(try builder.build())
    let back = try #require(
      graph.nodes.first { $0.outputs == [try Self.node("Conv", in: graph).inputs[1]] })
    #expect(back.op == "DequantizeLinear" && back.int("axis") == 0)
    let steps = try #require(graph.initialisers[back.inputs[0]])
    let scales = try #require(graph.initialisers[back.inputs[1]]?.floats)
    #expect(steps.elementType == .int8 && steps.shape == [3, 2, 1, 1])
    #expect(steps.integers?.prefix(4) == [127, -50, 127, 32])
    #expect(steps.integers?.suffix(2) == [0, 0])
    #expect(graph.initialisers[back.inputs[2]]?.integers == [0, 0, 0])
    for (index, step) in (steps.integers ?? []).enumerated() {
      #expect(abs(Float(step) * scales[index / 2] - given[index]) <= scales[index / 2] / 2 * 1.001)
    }
  }

  @Test(
    "activations are uint8 from 0 where nothing is below 0, else int8 around 0",
    arguments: [
      (ActivationRange(low: 0, high: 25.5), ElementType.uint8, Float(0.1)),
      (ActivationRange(low: 0.5, high: 25.5), .uint8, 0.1),
      (ActivationRange(low: -1, high: 12.7), .int8, 0.1), (ActivationRange(low: -12.7, high: 1), .int8, 0.1),
      (ActivationRange(low: 0, high: 0), .uint8, 1), (ActivationRange(low: -0x1p-148, high: 0), .int8, 1),
    ])
  func activations(range: ActivationRange, type: ElementType, scale: Float) throws {
    let quantisation = try Quantisation(of: try SmallNetworks.classifier())
    let graph = try quantisation.quantised(
      with: CalibrationStatistics(ranges: quantisation.activations.map { _ in range }))
    for node in graph.nodes where node.op == "QuantizeLinear" {
      #expect(graph.initialisers[node.inputs[2]]?.elementType == type)
      #expect(graph.initialisers[node.inputs[2]]?.integers == [0])
      let given = try #require(graph.initialisers[node.inputs[1]]?.floats?.first)
      #expect(abs(given - scale) < 1e-6)
    }
  }

  /// A 1 × 1 convolution of two channels, and a head.
  private static func narrow(groups: Int = 1, bias: [Float]? = [1, -1]) throws -> Graph {
    var builder = GraphBuilder(name: "narrow")
    let picture = builder.input("picture", [.batch, .fixed(2), .fixed(2), .fixed(2)])
    let weights: [Float] = groups == 1 ? [1.27, 0.004, -0.3, 1.27] : [1.27, 1.27]
    let map = builder.conv(
      picture, weights: try Tensor(weights, shape: [2, 2 / groups, 1, 1]),
      bias: try bias.map { try Tensor($0, shape: [2]) }, groups: groups)
    let pooled = builder.flatten(builder.globalAveragePool(map))
    builder.output("scores", builder.gemm(pooled, weights: try Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])))
    return try builder.build()
  }

  @Test("a range is the mean over pictures of each picture's extremes, and a channel's mean that of their means")
  func tally() throws {
    var tally = CalibrationTally(try Quantisation(of: try Self.narrow()))
    #expect(tally.statistics == nil && tally.count == 0)
    // Ranges of the picture, the map and the pooled map; means of the picture's and the pooled map's channels.
    try tally.add([-3, 5, 0, 1, 0, 1, 0.5, 1, 7, 8], part: 0)
    try tally.add([-1, 100, 0, 3, 0, 1, 1.5, 1, 7, 8], part: 0)
    let statistics = try #require(tally.statistics)
    #expect(tally.count == 2)
    #expect(statistics.ranges.prefix(2) == [ActivationRange(low: -2, high: 52.5), ActivationRange(low: 0, high: 2)])
    #expect(statistics.means["picture"] == [1, 1])
    #expect(statistics.means.count == 2)
    for wrong in [[0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, .nan], [.infinity] + [0, 0, 0, 0, 0, 0, 0, 0, 0]] as [[Float]]
    {
      #expect(throws: WinnowError.self) { try tally.add(wrong, part: 0) }
    }
  }

  @Test("the calibration graph gives extremes of each activation, and the mean of each channel that meets weights")
  func calibration() throws {
    let quantisation = try Quantisation(of: try Self.network())
    let graph = try #require(try quantisation.calibrationGraphs().first)
    try graph.checkNames()
    #expect(graph.outputs.map(\.name) == [Quantisation.measuresName])
    // Six ranges; 3 channels of the picture, 4 of the Clip, the MaxPool and the pooled map each.
    #expect(quantisation.calibrationSizes == [12 + 3 + 4 + 4 + 4])
    #expect(try graph.inferredTypes()[Quantisation.measuresName]?.shape == [.batch, .fixed(27)])
    // The head's product feeds nothing of it.
    #expect(!graph.nodes.contains { $0.op == "Gemm" })
    let concat = try Self.node("Concat", in: graph)
    #expect(Self.above(concat.inputs[0], in: graph) == ["ReduceMin"])
    #expect(Self.above(concat.inputs[1], in: graph) == ["ReduceMax"])
  }

  @Test("what an answer of the worker cannot hold is measured in parts, each activation whole")
  func parts() throws {
    var builder = GraphBuilder(name: "wide")
    var value = builder.input("picture", [.batch, .fixed(10_000), .fixed(1), .fixed(1)])
    for _ in 0..<4 {
      value = builder.conv(
        value, weights: try Tensor([Float](repeating: 1, count: 10_000), shape: [10_000, 1, 1, 1]), groups: 10_000)
    }
    builder.output("scores", builder.flatten(value))
    let quantisation = try Quantisation(of: try builder.build())
    #expect(quantisation.calibrationSizes == [8 + 20_000, 20_000])
    let graphs = try quantisation.calibrationGraphs()
    for (graph, size) in zip(graphs, quantisation.calibrationSizes) {
      #expect(try graph.inferredTypes()[Quantisation.measuresName]?.shape == [.batch, .fixed(size)])
    }
    var tally = CalibrationTally(quantisation)
    try tally.add([Float](repeating: 1, count: 20_008), part: 0)
    #expect(tally.statistics == nil)
    try tally.add([Float](repeating: 2, count: 20_000), part: 1)
    let statistics = try #require(tally.statistics)
    #expect(Set(statistics.means.values.map(\.first)) == [1, 2] && statistics.means.count == 4)
  }

  @Test("the bias takes back what rounding the weights adds on average", arguments: [[1, -1], nil] as [[Float]?])
  func bias(given: [Float]?) throws {
    let quantisation = try Quantisation(of: try Self.narrow(bias: given))
    let ranges = quantisation.activations.map { _ in ActivationRange(low: 0, high: 1) }
    let graph = try quantisation.quantised(
      with: CalibrationStatistics(ranges: ranges, means: ["picture": [0.5, 10]]))
    let convolution = try Self.node("Conv", in: graph)
    let bias = try #require(graph.initialisers[convolution.inputs[2]]?.floats)
    // Steps of 0.01: 0.004 becomes 0, which takes 0.04 from the first channel; all others are whole steps.
    let old = given ?? [0, 0]
    #expect(abs(bias[0] - (old[0] + 0.04)) < 1e-5 && abs(bias[1] - old[1]) < 1e-5)
  }

  @Test("of a grouped convolution each channel has the mean of its own group")
  func groupedBias() throws {
    var builder = GraphBuilder(name: "grouped")
    let picture = builder.input("picture", [.batch, .fixed(2), .fixed(2), .fixed(2)])
    // Each channel: a whole step and a half that rounds to none, in a window of two.
    let weights: [Float] = [1.27, 0.004, 1.27, 0.004]
    let map = builder.node(
      "Conv", [picture, builder.constant(try Tensor(weights, shape: [2, 1, 1, 2]))], ["group": .int(2)])
    let pooled = builder.flatten(builder.globalAveragePool(map))
    builder.output("scores", builder.gemm(pooled, weights: try Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])))
    let quantisation = try Quantisation(of: try builder.build())
    let ranges = quantisation.activations.map { _ in ActivationRange(low: 0, high: 1) }
    let graph = try quantisation.quantised(
      with: CalibrationStatistics(ranges: ranges, means: ["picture": [1, 100]]))
    let bias = try #require(graph.initialisers[try Self.node("Conv", in: graph).inputs[2]]?.floats)
    #expect(abs(bias[0] - 0.004) < 1e-6 && abs(bias[1] - 0.4) < 1e-4)
  }

  @Test("a BatchNormalization goes into the convolution before it")
  func normalisation() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(1), .fixed(2), .fixed(2)])
    let map = builder.conv(
      picture, weights: try Tensor([2, 3] as [Float], shape: [2, 1, 1, 1]),
      bias: try Tensor([1, -1] as [Float], shape: [2]))
    let statistics = try [[4, 1], [10, 20], [3, 0], [0.75, 3.75]].map { (values: [Float]) in
      builder.constant(try Tensor(values, shape: [2]))
    }
    let normed = builder.node("BatchNormalization", [map] + statistics, ["epsilon": .float(0.25)])
    builder.output(
      "scores",
      builder.gemm(
        builder.flatten(builder.globalAveragePool(normed)),
        weights: try Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])))
    let graph = try Quantisation(of: try builder.build()).graph
    #expect(!graph.nodes.contains { $0.op == "BatchNormalization" })
    let convolution = try Self.node("Conv", in: graph)
    // 4 / √1 = 4 and 1 / √4 = 1/2; (1 - 3) × 4 + 10 = 2, (-1 - 0) / 2 + 20 = 19.5.
    #expect(graph.initialisers[convolution.inputs[1]]?.floats == [8, 1.5])
    #expect(graph.initialisers[convolution.inputs[2]]?.floats == [2, 19.5])
  }

  @Test("a BatchNormalization stays where somebody else reads the convolution")
  func normalisationThatStays() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(1), .fixed(2), .fixed(2)])
    let map = builder.conv(picture, weights: try Tensor([2, 3] as [Float], shape: [2, 1, 1, 1]))
    let one = builder.constant(try Tensor([1, 1] as [Float], shape: [2]))
    let normed = builder.node("BatchNormalization", [map, one, one, one, one])
    let pooled = builder.flatten(builder.globalAveragePool(builder.add(normed, map)))
    builder.output("scores", builder.gemm(pooled, weights: try Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])))
    let graph = try Quantisation(of: try builder.build()).graph
    #expect(graph.nodes.contains { $0.op == "BatchNormalization" })
  }

  @Test("ResNet18 has every convolution and its head in int8, and no normalisation left")
  func residual() throws {
    let graph = try Self.quantised(try SmallNetworks.residual(blocks: [2, 2, 2, 2], bottleneck: false))
    #expect(!graph.nodes.contains { $0.op == "BatchNormalization" })
    let weighted = graph.nodes.filter { ["Conv", "Gemm"].contains($0.op) }
    #expect(weighted.count == 21)
    for node in weighted {
      for input in node.inputs.prefix(2) {
        #expect(Self.above(input, in: graph).first == "DequantizeLinear", "\(node.label)")
      }
    }
    #expect(graph.initialisers.values.filter { $0.elementType == .int8 && $0.shape.count == 4 }.count == 20)
  }

  @Test("the int8 network returns from its ONNX file as it was")
  func roundTrip() throws {
    let graph = try Self.quantised(try Self.network())
    let read = try Graph(onnx: graph.onnxBytes())
    #expect(read.nodes == graph.nodes && read.initialisers == graph.initialisers)
    #expect(try read.simplified().nodes.filter { $0.op == "DequantizeLinear" }.count == 11)
  }

  @Test("what cannot be brought to int8 is refused with a reason")
  func refusals() throws {
    func reason(_ graph: Graph) -> String {
      do {
        _ = try Quantisation(of: graph).calibrationGraphs()
        return ""
      } catch {
        #expect(error.code == .notQuantisable)
        return error.message
      }
    }
    #expect(reason(try Self.quantised(try Self.network())).contains("already"))
    #expect(reason(try SmallNetworks.classifier(batch: .fixed(2))).contains("batch"))
    var strange = try SmallNetworks.classifier()
    strange.nodes[1].op = "Wobble"
    #expect(reason(strange).contains("Wobble"))
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    builder.output("scores", builder.flatten(builder.globalAveragePool(picture)))
    #expect(reason(try builder.build()).contains("weights"))
  }

  @Test("ranges that are not one for each activation are refused")
  func wrongRanges() throws {
    let quantisation = try Quantisation(of: try Self.network())
    #expect(throws: WinnowError.self) { try quantisation.quantised(with: CalibrationStatistics(ranges: [])) }
  }

  @Test(
    "the public networks can be quantised", .enabled(if: SharedModels.arePresent),
    arguments: ["mobilenet_v2", "squeezenet1_1"])
  func publicNetworks(name: String) throws {
    let graph = try Graph(onnx: try SharedModels.bytes(name))
    let int8 = try Self.quantised(graph)
    try int8.checkNames()
    #expect(int8.onnxBytes().count * 3 < graph.onnxBytes().count)
    #expect(int8.parameterCount == graph.parameterCount)
  }
}
