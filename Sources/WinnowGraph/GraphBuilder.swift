public import WinnowCore

/// Makes a graph in code, node by node.
///
///     var builder = GraphBuilder(name: "tiny")
///     let picture = builder.input("input", [.batch, .fixed(3), .fixed(32), .fixed(32)])
///     let features = builder.relu(builder.conv(picture, weights: weights, bias: bias, pads: 1))
///     let pooled = builder.flatten(builder.globalAveragePool(features))
///     builder.output("logits", builder.gemm(pooled, weights: head, bias: headBias))
///     let graph = try builder.build()
///
/// Values are named by their operator and a number; nodes are named like their values.
public struct GraphBuilder {
  /// A value inside the graph that is being made.
  public struct Value: Hashable, Sendable {
    public let name: String
  }

  private var graph: Graph
  private var outputs: [(name: String, value: Value)] = []
  private var counters: [String: Int] = [:]

  public init(name: String) {
    graph = Graph(name: name, inputs: [], outputs: [], nodes: [])
  }

  /// The finished graph, with the types of its outputs. Throws `inconsistentGraph` if shapes contradict.
  public func build() throws(WinnowError) -> Graph {
    var result = graph
    let made = Set(graph.nodes.flatMap(\.outputs))
    var names: [String: String] = [:]
    for (name, value) in outputs {
      if made.contains(value.name), names[value.name] == nil {
        names[value.name] = name
      } else {
        result.nodes.append(Node("Identity", name: name, inputs: [value.name], outputs: [name]))
      }
    }
    for index in result.nodes.indices {
      result.nodes[index].inputs = result.nodes[index].inputs.map { names[$0] ?? $0 }
      result.nodes[index].outputs = result.nodes[index].outputs.map { names[$0] ?? $0 }
    }
    result.outputs = outputs.map { GraphValue($0.name, TensorType(.float32, nil)) }
    try result.checkNames()
    let types = try result.inferredTypes()
    for index in result.outputs.indices {
      if let type = types[result.outputs[index].name] { result.outputs[index].type = type }
    }
    return result
  }

  public mutating func input(
    _ name: String, _ shape: [Dimension], elementType: ElementType = .float32
  ) -> Value {
    graph.inputs.append(GraphValue(name, TensorType(elementType, shape)))
    return Value(name: name)
  }

  /// Makes `value` an output under this name.
  public mutating func output(_ name: String, _ value: Value) {
    outputs.append((name, value))
  }

  public mutating func constant(_ tensor: Tensor, name: String = "constant") -> Value {
    let unique = uniqueName(name)
    graph.initialisers[unique] = tensor
    return Value(name: unique)
  }

  /// A constant whose name the caller makes sure of.
  public mutating func parameter(_ tensor: Tensor, named name: String) -> Value {
    graph.initialisers[name] = tensor
    return Value(name: name)
  }

  /// Any operator with one output.
  public mutating func node(_ op: String, _ inputs: [Value], _ attributes: [String: Attribute] = [:]) -> Value {
    nodes(op, inputs, outputs: 1, attributes)[0]
  }

  /// Any operator, with so many outputs.
  public mutating func nodes(
    _ op: String, _ inputs: [Value], outputs: Int, _ attributes: [String: Attribute] = [:]
  ) -> [Value] {
    let values = (0..<outputs).map { _ in Value(name: uniqueName(op)) }
    graph.nodes.append(
      Node(
        op, name: values.first?.name ?? op, inputs: inputs.map(\.name), outputs: values.map(\.name),
        attributes: attributes))
    return values
  }

  /// `weights` are `[out, in / groups, height, width]`; stride and padding are the same in both directions and at
  /// all sides.
  public mutating func conv(
    _ input: Value, weights: Tensor, bias: Tensor? = nil, stride: Int = 1, pads: Int = 0, groups: Int = 1
  ) -> Value {
    var inputs = [input, constant(weights, name: "Conv.weight")]
    if let bias { inputs.append(constant(bias, name: "Conv.bias")) }
    return node(
      "Conv", inputs,
      [
        "kernel_shape": .ints(Array(weights.shape.dropFirst(2))), "strides": .ints([stride, stride]),
        "pads": .ints([pads, pads, pads, pads]), "group": .int(groups),
      ])
  }

  /// `weights` are `[out, in]`, as torch keeps them.
  public mutating func gemm(_ input: Value, weights: Tensor, bias: Tensor? = nil) -> Value {
    var inputs = [input, constant(weights, name: "Gemm.weight")]
    if let bias { inputs.append(constant(bias, name: "Gemm.bias")) }
    return node("Gemm", inputs, ["transB": .int(1)])
  }

  public mutating func maxPool(
    _ input: Value, size: Int, stride: Int, pads: Int = 0, roundsUp: Bool = false
  ) -> Value {
    node(
      "MaxPool", [input],
      [
        "kernel_shape": .ints([size, size]), "strides": .ints([stride, stride]),
        "pads": .ints([pads, pads, pads, pads]), "ceil_mode": .int(roundsUp ? 1 : 0),
      ])
  }

  public mutating func relu(_ input: Value) -> Value { node("Relu", [input]) }

  public mutating func add(_ left: Value, _ right: Value) -> Value { node("Add", [left, right]) }

  public mutating func mul(_ left: Value, _ right: Value) -> Value { node("Mul", [left, right]) }

  public mutating func concat(_ inputs: [Value], axis: Int = 1) -> Value {
    node("Concat", inputs, ["axis": .int(axis)])
  }

  public mutating func globalAveragePool(_ input: Value) -> Value { node("GlobalAveragePool", [input]) }

  public mutating func flatten(_ input: Value) -> Value { node("Flatten", [input], ["axis": .int(1)]) }

  public mutating func reshape(_ input: Value, _ shape: [Int]) -> Value {
    node("Reshape", [input, constant(Tensor(shape), name: "Reshape.shape")])
  }

  public mutating func transpose(_ input: Value, _ order: [Int]) -> Value {
    node("Transpose", [input], ["perm": .ints(order)])
  }

  public mutating func softmax(_ input: Value) -> Value { node("Softmax", [input], ["axis": .int(-1)]) }

  private mutating func uniqueName(_ base: String) -> String {
    let number = counters[base, default: 0] + 1
    counters[base] = number
    return "\(base)_\(number)"
  }
}
