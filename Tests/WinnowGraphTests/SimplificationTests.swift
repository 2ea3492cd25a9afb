import Testing
import WinnowCore

@testable import WinnowGraph

struct SimplificationTests {
  @Test("a shape computed from the batch becomes a Reshape whose only open entry is the batch")
  func reshapeChain() throws {
    var builder = GraphBuilder(name: "chain")
    let input = builder.input("input", [.batch, .fixed(8), .fixed(7), .fixed(7)])
    let shape = builder.node("Shape", [input])
    let zero = builder.constant(try Tensor([0], shape: []))
    let batch = builder.node("Gather", [shape, zero], ["axis": .int(0)])
    let axes = builder.constant(Tensor([0]))
    let entry = builder.node("Unsqueeze", [batch, axes])
    let rest = builder.node("Constant", [], ["value": .tensor(Tensor([-1]))])
    let target = builder.node("Concat", [entry, rest], ["axis": .int(0)])
    builder.output("out", builder.node("Reshape", [input, target]))
    let graph = try builder.build().simplified()
    #expect(graph.nodes.map(\.op) == ["Reshape"])
    #expect(graph.initialisers[graph.nodes[0].inputs[1]]?.integers == [-1, 392])
  }

  @Test("Slice, Cast, Mul, Div, Equal and Where are followed with the batch as a symbol")
  func symbolicArithmetic() throws {
    var builder = GraphBuilder(name: "chain")
    let input = builder.input("input", [.batch, .fixed(8), .fixed(4), .fixed(4)])
    let shape = builder.node("Cast", [builder.node("Shape", [input])], ["to": .int(7)])
    let batch = builder.node(
      "Slice",
      [shape, builder.constant(Tensor([0])), builder.constant(Tensor([1])), builder.constant(Tensor([0]))])
    let windows = builder.mul(batch, builder.constant(Tensor([4])))
    let target = builder.concat([windows, builder.constant(Tensor([2, 2, 8]))], axis: 0)
    let isOpen = builder.node("Equal", [target, builder.constant(Tensor([-1]))])
    let ones = builder.node(
      "ConstantOfShape", [builder.constant(Tensor([4]))], ["value": .tensor(Tensor([1]))])
    let chosen = builder.node("Where", [isOpen, ones, target])
    let parts = builder.node("Reshape", [input, chosen])
    let back = builder.concat(
      [builder.node("Div", [windows, builder.constant(Tensor([4]))]), builder.constant(Tensor([128]))], axis: 0)
    builder.output("out", builder.node("Reshape", [parts, back]))
    let graph = try builder.build()
    #expect(try graph.inferredTypes()["out"]?.shape == [.batch, .fixed(128)])
    let simple = try graph.simplified()
    #expect(simple.nodes.map(\.op) == ["Reshape", "Reshape"])
    #expect(simple.nodes.map { simple.initialisers[$0.inputs[1]]?.integers } == [[-1, 2, 2, 8], [-1, 128]])
  }

  @Test(
    "a remainder has the sign of its divisor",
    arguments: [([7, -7, 7, -7], [3, 3, -3, -3], [1, 2, -2, -1])])
  func remainder(left: [Int], right: [Int], expected: [Int]) throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch])
    let rest = builder.node("Mod", [builder.constant(Tensor(left)), builder.constant(Tensor(right))])
    builder.output("out", builder.node("Gather", [input, rest]))
    let graph = try builder.build().simplified()
    #expect(graph.nodes.map(\.op) == ["Gather"])
    #expect(graph.initialisers[graph.nodes[0].inputs[1]]?.integers == expected)
  }

  @Test("a range of numbers is computed, and an endless one is not")
  func range() throws {
    func folded(_ start: Int, _ limit: Int, _ step: Int) throws -> [Int]? {
      var builder = GraphBuilder(name: "test")
      let input = builder.input("input", [.batch])
      let bounds = try [start, limit, step].map { builder.constant(try Tensor([$0], shape: [])) }
      builder.output("out", builder.node("Gather", [input, builder.node("Range", bounds)]))
      let graph = try builder.build().simplified()
      return graph.nodes.last.flatMap { graph.initialisers[$0.inputs[1]]?.integers }
    }
    #expect(try folded(2, 9, 3) == [2, 5, 8])
    #expect(try folded(3, 0, -2) == [3, 1])
    #expect(try folded(0, .max, 1) == nil)
    #expect(try folded(0, 5, 0) == nil)
  }

  @Test("Identity and Dropout are taken out, and the output keeps its name")
  func passThroughs() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(3)])
    let value = builder.relu(builder.node("Identity", [builder.node("Dropout", [input])]))
    let doubled = builder.add(builder.node("Identity", [value]), value)
    builder.output("out", builder.node("Identity", [builder.node("Identity", [doubled])]))
    let graph = try builder.build().simplified()
    #expect(graph.nodes.map(\.op) == ["Relu", "Add"])
    #expect(graph.nodes[0].inputs == ["input"])
    #expect(graph.nodes[1].inputs == [value.name, value.name])
    #expect(graph.outputs.map(\.name) == ["out"])
    try graph.checkNames()
  }

  @Test("an Identity between an input and an output stays, and so does one between two outputs")
  func neededIdentity() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(3)])
    builder.output("copy", input)
    let value = builder.relu(input)
    builder.output("first", value)
    builder.output("second", value)
    let graph = try builder.build().simplified()
    try graph.checkNames()
    #expect(graph.outputs.map(\.name) == ["copy", "first", "second"])
    #expect(graph.nodes.filter { $0.op == "Identity" }.count == 2)
  }

  @Test("a value that is read before and after its Identity is renamed everywhere")
  func renamedEverywhere() throws {
    let graph = Graph(
      inputs: [GraphValue("x", TensorType(.float32, [.batch]))],
      outputs: [
        GraphValue("out", TensorType(.float32, [.batch])), GraphValue("other", TensorType(.float32, [.batch])),
      ],
      nodes: [
        Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Identity", inputs: ["a"], outputs: ["b"]),
        Node("Neg", inputs: ["a"], outputs: ["c"]), Node("Identity", inputs: ["b"], outputs: ["out"]),
        Node("Add", inputs: ["a", "b"], outputs: ["d"]), Node("Add", inputs: ["d", "c"], outputs: ["other"]),
      ])
    let simple = try graph.simplified()
    try simple.checkNames()
    #expect(simple.nodes.map(\.op) == ["Relu", "Neg", "Add", "Add"])
    #expect(simple.nodes[2].inputs == ["out", "out"])
  }

  @Test("a Dropout that is on in training, or whose mask is read, stays")
  func trainingDropout() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(3)])
    let ratio = builder.constant(Tensor(0.5))
    let training = builder.constant(try Tensor(.bool, shape: [], bytes: [1]))
    let dropped = builder.node("Dropout", [input, ratio, training])
    let both = builder.nodes("Dropout", [dropped], outputs: 2)
    builder.output("out", both[0])
    builder.output("mask", both[1])
    #expect(try builder.build().simplified().nodes.map(\.op) == ["Dropout", "Dropout"])
  }

  @Test("constants are arranged and computed")
  func constants() throws {
    func folded(_ make: (inout GraphBuilder, GraphBuilder.Value) throws -> GraphBuilder.Value) throws -> Tensor? {
      var builder = GraphBuilder(name: "test")
      let input = builder.input("input", [.batch, .unknown, .unknown, .unknown, .unknown])
      let data = builder.constant(try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
      let value = try make(&builder, data)
      builder.output("out", builder.add(input, value))
      let graph = try builder.build().simplified()
      #expect(graph.nodes.map(\.op) == ["Add"])
      return graph.initialisers[graph.nodes[0].inputs[1]]
    }
    let transposed = try folded { $0.transpose($1, [1, 0]) }
    #expect(transposed?.shape == [3, 2])
    #expect(transposed?.floats == [1, 4, 2, 5, 3, 6])
    #expect(try folded { $0.reshape($1, [3, -1]) }?.shape == [3, 2])
    #expect(try folded { $0.concat([$1, $1], axis: 1) }?.floats == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    #expect(
      try folded { $0.node("Gather", [$1, $0.constant(Tensor([-1, 0]))], ["axis": .int(1)]) }?.floats == [3, 1, 6, 4])
    #expect(
      try folded {
        $0.node(
          "Slice",
          [
            $1, $0.constant(Tensor([2])), $0.constant(Tensor([-9])), $0.constant(Tensor([1])),
            $0.constant(Tensor([-2])),
          ])
      }?.floats == [3, 1, 6, 4])
    #expect(
      try folded { $0.mul($1, $0.constant(try Tensor([10, 100] as [Float], shape: [2, 1]))) }?.floats
        == [10, 20, 30, 400, 500, 600])
    #expect(try folded { $0.node("Sqrt", [$0.mul($1, $1)]) }?.floats == [1, 2, 3, 4, 5, 6])
    #expect(
      try folded { builder, _ in
        builder.node("Expand", [builder.constant(Tensor(7)), builder.constant(Tensor([2, 1]))])
      }?.floats == [7, 7])
    #expect(
      try folded { builder, _ in builder.node("Cast", [builder.constant(Tensor([3, -4]))], ["to": .int(1)]) }?.floats
        == [3, -4])
  }

  @Test("a network with one of everything comes out without its exporter's traces", arguments: [17, 20])
  func varied(opset: Int) throws {
    var original = try SmallNetworks.varied(batch: .batch)
    original.opset = opset
    let graph = try Graph(onnx: original.onnxBytes()).simplified()
    try graph.checkNames()
    let ops = Set(graph.nodes.map(\.op))
    #expect(ops.isDisjoint(with: ["Shape", "Gather", "Unsqueeze", "Dropout", "Identity", "Constant"]))
    #expect(graph.nodes.filter { $0.op == "Transpose" }.count == 1)
    #expect(
      graph.nodes.filter { $0.op == "Reshape" }.map { graph.initialisers[$0.inputs[1]]?.integers } == [[-1, 6, 16]])
    #expect(try graph.classifierSignature().classCount == 5)
    let fixed = try SmallNetworks.varied(batch: .fixed(1)).withFreeBatch()
    #expect(try fixed.inferredTypes()["scores"]?.shape == [.batch, .fixed(5)])
  }

  @Test("a small file cannot become large by folding")
  func growth() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.unknown, .unknown])
    let large = builder.node("Expand", [builder.constant(Tensor(1)), builder.constant(Tensor([1 << 20, 1 << 20]))])
    builder.output("out", builder.add(input, large))
    #expect(try builder.build().simplified().nodes.map(\.op) == ["Expand", "Add"])
  }

  @Test("what no output needs is gone")
  func deadValues() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", [.batch, .fixed(3)])
    _ = builder.add(builder.relu(input), builder.constant(try SmallNetworks.weights([3])))
    builder.output("out", builder.relu(input))
    let graph = try builder.build().simplified()
    #expect(graph.nodes.count == 1)
    #expect(graph.initialisers.isEmpty)
  }

  @Test("simplifying twice changes nothing more", .enabled(if: SharedModels.arePresent))
  func idempotent() throws {
    let graph = try Graph(onnx: SharedModels.bytes("mobilenet_v2")).simplified()
    #expect(graph.nodes.count == 100)
    #expect(try graph.simplified() == graph)
  }
}
