import WinnowCore

/// Computes what depends on constants and shapes alone, and keeps the result instead of the nodes.
enum ConstantFolding {
  static func folded(_ graph: Graph) throws(WinnowError) -> Graph {
    var result = graph
    var facts = graph.initialisers.mapValues(ValueFacts.init(constant:))
    for input in graph.inputs { facts[input.name] = ValueFacts(type: input.type) }
    let outputs = Set(graph.outputs.map(\.name))
    result.nodes = []
    for node in graph.nodes {
      let known = try Graph.facts(of: node, facts)
      for (output, value) in zip(node.outputs, known) where !output.isEmpty { facts[output] = value }
      if let first = node.outputs.first, node.outputs.count == 1, !outputs.contains(first),
        let tensor = value(of: node, known.first, facts)
      {
        result.initialisers[first] = tensor
        facts[first] = ValueFacts(constant: tensor)
      } else {
        result.nodes.append(node)
      }
    }
    return result
  }

  private static func value(of node: Node, _ known: ValueFacts?, _ facts: [String: ValueFacts]) -> Tensor? {
    if let list = known?.integers, let tensor = list.tensor { return tensor }
    guard let kind = node.knownOperator, let shape = known?.type?.shape else { return nil }
    let sizes = shape.compactMap(\.fixedValue)
    let call = OperatorCall(node, node.inputs.map { $0.isEmpty ? nil : facts[$0] })
    let constants = node.inputs.indices.compactMap { call.constant($0) }
    guard sizes.count == shape.count, constants.count == node.inputs.count else { return nil }
    return ConstantEvaluation(call: call, inputs: constants, shape: sizes).result(kind)
  }
}

extension IntegerList {
  /// The list as a constant of a graph; nil unless every element is known and its type can be written.
  var tensor: Tensor? {
    guard let values = fixed else { return nil }
    let shape = isScalar ? [] : [values.count]
    switch elementType {
    case .int64: return try? Tensor(values, shape: shape)
    case .int32:
      return try? Tensor(
        .int32, shape: shape, bytes: littleEndianBytes(values.map(Int32.init(truncatingIfNeeded:)))[...])
    case .bool: return try? Tensor(.bool, shape: shape, bytes: values.map { $0 == 0 ? 0 : 1 }[...])
    default: return nil
    }
  }
}
