import Testing
import WinnowCore

@testable import WinnowGraph

struct ShapeInferenceTests {
  /// The shape of the one output of a node over inputs of these shapes; `lists` are further, constant inputs.
  private func shape(
    _ op: String, _ inputs: [[Dimension]], lists: [[Int]] = [], _ attributes: [String: Attribute] = [:]
  ) throws(WinnowError) -> [Dimension]? {
    var builder = GraphBuilder(name: "test")
    var values: [GraphBuilder.Value] = []
    for (index, shape) in inputs.enumerated() { values.append(builder.input("input\(index)", shape)) }
    for list in lists { values.append(builder.constant(Tensor(list))) }
    let value = builder.node(op, values, attributes)
    builder.output("out", value)
    return try builder.build().inferredTypes()["out"]?.shape
  }

  private let map: [Dimension] = [.batch, .fixed(8), .fixed(15), .fixed(20)]

  @Test("convolution follows strides, pads, dilations and groups")
  func convolution() throws {
    let weights: [Dimension] = [.fixed(16), .fixed(4), .fixed(3), .fixed(5)]
    #expect(
      try shape(
        "Conv", [map, weights],
        ["strides": .ints([2, 1]), "pads": .ints([1, 0, 1, 2]), "dilations": .ints([1, 2]), "group": .int(2)])
        == [.batch, .fixed(16), .fixed(8), .fixed(14)])
    #expect(
      try shape(
        "Conv", [map, weights], ["auto_pad": .string("SAME_UPPER"), "strides": .ints([2, 2]), "group": .int(2)])
        == [.batch, .fixed(16), .fixed(8), .fixed(10)])
    #expect(
      try shape("Conv", [map, weights], ["auto_pad": .string("VALID"), "group": .int(2)])
        == [.batch, .fixed(16), .fixed(13), .fixed(16)])
    #expect(
      try shape("Conv", [[.batch, .fixed(8), .free("H"), .fixed(20)], weights], ["group": .int(2)])
        == [.batch, .fixed(16), .unknown, .fixed(16)])
  }

  @Test("convolution refuses weights and windows that do not fit")
  func convolutionMisfit() {
    let cases: [([Dimension], [String: Attribute])] = [
      ([.fixed(16), .fixed(3), .fixed(3), .fixed(3)], [:]),
      ([.fixed(16), .fixed(8), .fixed(99), .fixed(3)], [:]),
      ([.fixed(16), .fixed(8), .fixed(3)], [:]),
      ([.fixed(16), .fixed(8), .fixed(3), .fixed(3)], ["strides": .ints([0, 1])]),
      ([.fixed(16), .fixed(8), .fixed(3), .fixed(3)], ["strides": .ints([1])]),
      ([.fixed(16), .fixed(8), .fixed(3), .fixed(3)], ["pads": .ints([-1, 0, 0, 0])]),
      ([.fixed(16), .fixed(8), .fixed(3), .fixed(3)], ["dilations": .ints([.max, 1])]),
      ([.fixed(16), .fixed(8), .fixed(3), .fixed(3)], ["group": .int(0)]),
      ([.fixed(15), .fixed(4), .fixed(3), .fixed(3)], ["group": .int(2)]),
    ]
    for (weights, attributes) in cases {
      let error = #expect(throws: WinnowError.self) { try shape("Conv", [map, weights], attributes) }
      #expect(error?.code == .inconsistentGraph)
    }
  }

  @Test("pooling rounds down, or up without a window that starts in the padding")
  func pooling() throws {
    let window: [String: Attribute] = ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2])]
    #expect(try shape("MaxPool", [map], window) == [.batch, .fixed(8), .fixed(7), .fixed(9)])
    let up = window.merging(["ceil_mode": .int(1)]) { $1 }
    #expect(try shape("MaxPool", [map], up) == [.batch, .fixed(8), .fixed(7), .fixed(10)])
    let padded: [String: Attribute] = [
      "kernel_shape": .ints([1, 2]), "strides": .ints([2, 2]), "pads": .ints([0, 1, 0, 1]), "ceil_mode": .int(1),
    ]
    #expect(try shape("AveragePool", [map], padded) == [.batch, .fixed(8), .fixed(8), .fixed(11)])
    #expect(try shape("GlobalAveragePool", [map]) == [.batch, .fixed(8), .fixed(1), .fixed(1)])
  }

  @Test("arrangement keeps the batch as a symbol")
  func arrangement() throws {
    #expect(try shape("Flatten", [map]) == [.batch, .fixed(2400)])
    #expect(try shape("Flatten", [map], ["axis": .int(2)]) == [.batch(multiple: 8), .fixed(300)])
    #expect(try shape("Reshape", [map], lists: [[0, -1]]) == [.batch, .fixed(2400)])
    #expect(try shape("Reshape", [map], lists: [[-1, 300]]) == [.batch(multiple: 8), .fixed(300)])
    #expect(
      try shape("Transpose", [map], ["perm": .ints([0, 2, 3, 1])]) == [.batch, .fixed(15), .fixed(20), .fixed(8)])
    #expect(try shape("Transpose", [map]) == [.fixed(20), .fixed(15), .fixed(8), .batch])
    #expect(try shape("Unsqueeze", [map], lists: [[0, -1]])?.count == 6)
    #expect(
      try shape("Squeeze", [[.batch, .fixed(8), .fixed(1), .fixed(1)]], lists: [[2, -1]]) == [.batch, .fixed(8)])
    #expect(try shape("Squeeze", [[.batch, .fixed(8), .fixed(1), .fixed(1)]]) == [.batch, .fixed(8)])
    #expect(try shape("Concat", [map, map], ["axis": .int(-3)]) == [.batch, .fixed(16), .fixed(15), .fixed(20)])
    #expect(
      try shape("Concat", [map, map], ["axis": .int(0)]) == [.batch(multiple: 2), .fixed(8), .fixed(15), .fixed(20)])
    #expect(try shape("Expand", [[.fixed(1), .fixed(1)]], lists: [[2, 3, 4]]) == [.fixed(2), .fixed(3), .fixed(4)])
  }

  @Test("arrangement that does not fit is refused")
  func arrangementMisfit() {
    let attempts: [() throws -> Void] = [
      { _ = try shape("Reshape", [[.fixed(6)]], lists: [[4]]) },
      { _ = try shape("Reshape", [[.fixed(6)]], lists: [[-1, 4]]) },
      { _ = try shape("Reshape", [[.fixed(6)]], lists: [[-1, -1]]) },
      { _ = try shape("Reshape", [[.fixed(6)]], lists: [[-2, 3]]) },
      { _ = try shape("Reshape", [[.fixed(6)]], lists: [[6, 0]]) },
      { _ = try shape("Transpose", [map], ["perm": .ints([0, 0, 1, 2])]) },
      { _ = try shape("Squeeze", [map], lists: [[1]]) }, { _ = try shape("Unsqueeze", [map], lists: [[0, 0]]) },
      { _ = try shape("Concat", [map, [.batch, .fixed(1)]], ["axis": .int(1)]) },
      { _ = try shape("Flatten", [map], ["axis": .int(5)]) },
      { _ = try shape("Gemm", [map, map]) }, { _ = try shape("MatMul", [[.fixed(2)], [.fixed(3)]]) },
      { _ = try shape("Add", [[.fixed(2)], [.fixed(3)]]) }, { _ = try shape("Add", [[.batch], [.fixed(3)]]) },
      { _ = try shape("Gather", [map, [.fixed(1)]], ["axis": .int(4)]) },
      { _ = try shape("ReduceMean", [map], ["axes": .ints([4])]) },
    ]
    for attempt in attempts {
      let error = #expect(throws: WinnowError.self) { try attempt() }
      #expect(error?.code == .inconsistentGraph)
    }
  }

  @Test("selection takes what it says")
  func selection() throws {
    #expect(try shape("Slice", [map], lists: [[0], [.max], [0]]) == map)
    #expect(
      try shape("Slice", [map], lists: [[1, -1], [-1, -.max], [2, 3], [2, -3]])
        == [.batch, .fixed(8), .fixed(7), .fixed(7)])
    #expect(try shape("Slice", [map], lists: [[30], [40], [3]]) == [.batch, .fixed(8), .fixed(15), .fixed(0)])
    #expect(
      try shape("Gather", [map], lists: [[0, 1, 2]], ["axis": .int(1)]) == [.batch, .fixed(3), .fixed(15), .fixed(20)])
    #expect(
      try shape("Pad", [map], lists: [[0, 0, 1, 2, 0, 0, 3, -4]]) == [.batch, .fixed(8), .fixed(19), .fixed(18)])
    #expect(try shape("Shape", [map]) == [.fixed(4)])
    #expect(try shape("Shape", [map], ["start": .int(-2)]) == [.fixed(2)])
    #expect(try shape("Split", [map], lists: [[8]], ["axis": .int(1)]) == map)
  }

  @Test("products and reductions")
  func products() throws {
    let tokens: [Dimension] = [.batch, .fixed(12), .fixed(49), .fixed(64)]
    #expect(
      try shape("MatMul", [tokens, [.batch, .fixed(12), .fixed(64), .fixed(49)]])
        == [.batch, .fixed(12), .fixed(49), .fixed(49)])
    #expect(try shape("MatMul", [tokens, [.fixed(64), .fixed(10)]]) == [.batch, .fixed(12), .fixed(49), .fixed(10)])
    #expect(try shape("MatMul", [[.fixed(3)], [.fixed(3)]]) == [])
    #expect(
      try shape("Gemm", [[.fixed(5), .batch], [.fixed(7), .fixed(5)]], ["transA": .int(1), "transB": .int(1)])
        == [.batch, .fixed(7)])
    #expect(try shape("ReduceMean", [map], ["axes": .ints([-1, -2])]) == [.batch, .fixed(8), .fixed(1), .fixed(1)])
    #expect(try shape("ReduceMean", [map], lists: [[2, 3]], ["keepdims": .int(0)]) == [.batch, .fixed(8)])
    #expect(try shape("ReduceMean", [map], ["keepdims": .int(0)]) == [])
  }

  @Test("what comes behind an unknown operator is not known, what comes beside it is")
  func unknownOperators() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.input("input", map)
    let strange = builder.relu(builder.node("Strange", [input]))
    let sum = builder.add(builder.relu(input), strange)
    builder.output("strange", sum)
    builder.output("plain", builder.flatten(builder.relu(input)))
    let types = try builder.build().inferredTypes()
    #expect(types["strange"] == nil)
    #expect(types["plain"]?.shape == [.batch, .fixed(2400)])
  }

  @Test("no dimension, however large, overflows")
  func overflow() throws {
    let huge: [Dimension] = [.fixed(1 << 40), .fixed(1 << 40)]
    #expect(try shape("Flatten", [huge], ["axis": .int(0)]) == [.fixed(1), .unknown])
    #expect(throws: WinnowError.self) {
      try shape("GlobalAveragePool", [huge])
    }
    #expect(throws: WinnowError.self) {
      try shape("MaxPool", [[.batch, .fixed(1)] + huge], ["kernel_shape": .ints([1, 1])])
    }
  }
}
