import WinnowCore

/// Brings a graph from the operator set of its file to the one that is written.
///
/// From 13 to 17 nothing that a classifier uses changed its meaning. From 21 back to 17, attributes became inputs,
/// inputs were added and Gelu appeared. Source: the change log of ONNX's operators, docs/Changelog.md.
struct OpsetConversion {
  private let constants: [String: Tensor]
  private let types: [String: TensorType]
  /// What the replacements need.
  private var newInitialisers: [String: Tensor] = [:]

  /// The converted graph, or the same graph if it has an operator or setting that cannot be expressed.
  static func convertedToWrittenOpset(_ graph: Graph) -> Graph {
    guard graph.opset != Graph.writtenOpset, graph.unsupportedOperators().isEmpty else { return graph }
    var converted = graph
    converted.opset = Graph.writtenOpset
    guard graph.opset > Graph.writtenOpset else { return converted }
    var conversion = OpsetConversion(graph)
    converted.nodes = []
    for node in graph.nodes {
      guard let replacement = conversion.replacement(for: node) else { return graph }
      converted.nodes += replacement
    }
    converted.initialisers.merge(conversion.newInitialisers) { $1 }
    return converted
  }

  private init(_ graph: Graph) {
    var constants = graph.initialisers
    for node in graph.nodes {
      if let tensor = node.constantTensor, let name = node.outputs.first { constants[name] = tensor }
    }
    self.constants = constants
    // Where shapes contradict, nothing is known; the contradiction is reported when the graph is used.
    types = (try? graph.inferredTypes()) ?? [:]
  }

  private mutating func replacement(for node: Node) -> [Node]? {
    switch node.knownOperator {
    case .reduceMean, .reduceMax, .reduceMin, .reduceProd, .reduceL2: axesAsAttribute(node)
    case .split: split(node)
    case .pad: node.input(3) == nil ? [node] : nil
    case .averagePool: (node.ints("dilations") ?? []).allSatisfy { $0 == 1 } ? [node.without(["dilations"])] : nil
    case .quantizeLinear, .dequantizeLinear: quantisation(node)
    case .cast: [node.without(["saturate"])]
    case .gelu: gelu(node)
    default: [node]
    }
  }

  /// Since 18 the axes of most reductions are an input.
  private func axesAsAttribute(_ node: Node) -> [Node]? {
    var result = node
    let noop = result.attributes.removeValue(forKey: "noop_with_empty_axes") == .int(1)
    guard let input = node.input(0) else { return nil }
    guard let name = node.input(1) else {
      return noop ? [Node("Identity", name: node.name, inputs: [input], outputs: node.outputs)] : [result]
    }
    guard let axes = constants[name]?.integers, !axes.isEmpty || !noop else { return nil }
    result.inputs = [input]
    if !axes.isEmpty { result.attributes["axes"] = .ints(axes) }
    return [result]
  }

  /// Since 18 the number of parts is an attribute, which allows a smaller last part; that is left as it is.
  private func split(_ node: Node) -> [Node]? {
    guard let parts = node.int("num_outputs") else { return [node] }
    guard node.input(1) == nil, parts == node.outputs.count, parts > 0,
      let sizes = node.input(0).flatMap({ types[$0]?.shape }),
      let axis = normalisedAxis(node.int("axis") ?? 0, rank: sizes.count),
      let size = sizes[axis].fixedValue, size.isMultiple(of: parts)
    else { return nil }
    return [node.without(["num_outputs"])]
  }

  /// 19 to 21 added float 8 and blocks of scales.
  private func quantisation(_ node: Node) -> [Node]? {
    guard node.int("block_size") ?? 0 == 0, node.int("output_dtype") ?? 0 == 0 || node.input(2) != nil else {
      return nil
    }
    return [node.without(["saturate", "block_size", "output_dtype", "precision"])]
  }

  /// Gelu is an operator since 20; before, it is spelt out.
  private mutating func gelu(_ node: Node) -> [Node]? {
    guard let input = node.input(0), let output = node.outputs.first else { return nil }
    let prefix = "\(output)/gelu"
    func constant(_ name: String, _ value: Float) -> String {
      newInitialisers["\(prefix)/\(name)"] = Tensor(value)
      return "\(prefix)/\(name)"
    }
    func step(_ op: String, _ name: String, _ inputs: [String]) -> Node {
      Node(op, name: "\(prefix)/\(name)", inputs: inputs, outputs: ["\(prefix)/\(name)"])
    }
    var nodes: [Node]
    if node.string("approximate") == "tanh" {
      nodes = [
        step("Mul", "square", [input, input]),
        step("Mul", "cube", ["\(prefix)/square", input]),
        step("Mul", "scaledCube", ["\(prefix)/cube", constant("cubeFactor", 0.044715)]),
        step("Add", "sum", [input, "\(prefix)/scaledCube"]),
        step("Mul", "inner", ["\(prefix)/sum", constant("innerFactor", 0.797_884_6)]),
        step("Tanh", "bent", ["\(prefix)/inner"]),
      ]
    } else {
      nodes = [
        step("Mul", "inner", [input, constant("innerFactor", 0.707_106_77)]),
        step("Erf", "bent", ["\(prefix)/inner"]),
      ]
    }
    nodes += [
      step("Add", "gate", ["\(prefix)/bent", constant("one", 1)]),
      step("Mul", "half", [input, constant("oneHalf", 0.5)]),
      Node("Mul", name: node.name, inputs: ["\(prefix)/half", "\(prefix)/gate"], outputs: [output]),
    ]
    return nodes
  }
}

extension Node {
  fileprivate func without(_ names: [String]) -> Node {
    var result = self
    for name in names { result.attributes[name] = nil }
    return result
  }
}

/// The axis counted from the front; nil if there is no such axis.
func normalisedAxis(_ axis: Int, rank: Int) -> Int? {
  let result = axis < 0 ? axis + rank : axis
  return (0..<rank).contains(result) ? result : nil
}
