import WinnowCore

/// Writes the network that tells what calibration has to know.
struct CalibrationGraphWriter {
  private var result: Graph
  private let types: [String: TensorType]
  private var names: Set<String>
  private var parts: [String] = []

  init(_ graph: Graph, _ types: [String: TensorType]) {
    result = graph
    self.types = types
    names = graph.valueNames
  }

  consuming func graph(measuring measures: some Sequence<QuantisationPlan.Measure>) throws(WinnowError) -> Graph {
    let name = Quantisation.measuresName
    guard names.insert(name).inserted else { throw Quantisation.refusal("a value of it is called \"\(name)\"") }
    var count = 0
    for measure in measures {
      count += measure.count
      switch measure.kind {
      case .extremes: try extremes(of: measure.activation)
      case .channels: channels(of: measure.activation)
      }
    }
    result.nodes.append(Node("Concat", name: name, inputs: parts, outputs: [name], attributes: ["axis": .int(1)]))
    result.outputs = [GraphValue(name, TensorType(.float32, [.batch, .fixed(count)]))]
    return DeadValues.removed(from: result)
  }

  /// Least and greatest value of each picture.
  private mutating func extremes(of activation: String) throws(WinnowError) {
    guard let shape = types[activation]?.shape, let first = shape.first, case .batch = first,
      let count = Dimension.product(shape.map { $0.perPicture.map(Dimension.fixed) ?? .unknown }).fixedValue
    else { throw Quantisation.refusal("the batch, or the shape of \"\(activation)\", is not free as it has to be") }
    let target = unused("\(activation)/rows/shape")
    result.initialisers[target] = Tensor([-1, count])
    let rows = append("Reshape", [activation, target], "\(activation)/rows")
    for op in ["ReduceMin", "ReduceMax"] {
      parts.append(append(op, [rows], "\(activation)/\(op)", ["axes": .ints([1]), "keepdims": .int(1)]))
    }
  }

  /// The mean of each channel of each picture.
  private mutating func channels(of activation: String) {
    guard types[activation]?.shape?.count == 4 else { return parts.append(activation) }
    let means = append("GlobalAveragePool", [activation], "\(activation)/means")
    parts.append(append("Flatten", [means], "\(activation)/channels", ["axis": .int(1)]))
  }

  private mutating func append(
    _ op: String, _ inputs: [String], _ name: String, _ attributes: [String: Attribute] = [:]
  ) -> String {
    let output = unused(name)
    result.nodes.append(Node(op, name: output, inputs: inputs, outputs: [output], attributes: attributes))
    return output
  }

  private mutating func unused(_ name: String) -> String { Graph.unusedName(name, avoiding: &names) }
}
