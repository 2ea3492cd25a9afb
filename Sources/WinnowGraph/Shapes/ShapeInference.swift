public import WinnowCore

extension Graph {
  /// The type of every value, with the batch as a symbol. What cannot be known is missing, such as all that comes
  /// behind an unknown operator. Throws `inconsistentGraph` where shapes contradict each other.
  public func inferredTypes() throws(WinnowError) -> [String: TensorType] {
    try inferredFacts().compactMapValues(\.type)
  }

  /// All that is known of every value without running the graph.
  func inferredFacts() throws(WinnowError) -> [String: ValueFacts] {
    var facts = initialisers.mapValues(ValueFacts.init(constant:))
    for input in inputs { facts[input.name] = ValueFacts(type: input.type) }
    for node in nodes {
      for (output, result) in zip(node.outputs, try Self.facts(of: node, facts)) where !output.isEmpty {
        facts[output] = result
      }
    }
    return facts
  }

  /// More dimensions than any network has, and few enough that a long chain of nodes cannot fill the memory. Chosen,
  /// not measured.
  private static let rankLimit = 64

  /// What is known of the outputs of a node, from what is known of its inputs.
  static func facts(of node: Node, _ known: [String: ValueFacts]) throws(WinnowError) -> [ValueFacts] {
    guard let kind = node.knownOperator else { return [] }
    if let tensor = node.constantTensor { return [ValueFacts(constant: tensor)] }
    let call = OperatorCall(node, node.inputs.map { $0.isEmpty ? nil : known[$0] })
    var results = try OperatorRules.types(call, kind).map { ValueFacts(type: $0) }
    if let integers = IntegerRules.evaluate(call), !results.isEmpty {
      results[0].integers = integers
      results[0].type = integers.type
    }
    guard results.allSatisfy({ $0.type?.shape?.count ?? 0 <= rankLimit }) else {
      throw call.contradiction("its result has more than \(rankLimit) dimensions")
    }
    return results
  }

  /// The operators of the graph that this program does not know, in order of first use and each once, those of other
  /// domains as `domain::op`. OpenVINO may still run such a graph; it cannot be summarised, trained or quantised.
  public func unsupportedOperators() -> [String] {
    var seen: Set<String> = []
    return nodes.compactMap { node in
      guard node.knownOperator == nil else { return nil }
      let name = node.domain.isEmpty ? node.op : "\(node.domain)::\(node.op)"
      return seen.insert(name).inserted ? name : nil
    }
  }

  /// Throws `unknownOperator`, naming them, if `unsupportedOperators()` finds any.
  public func requireKnownOperators() throws(WinnowError) {
    let unknown = unsupportedOperators()
    guard unknown.isEmpty else {
      throw WinnowError(
        .unknownOperator, "the model uses operators that are not known: \(unknown.joined(separator: ", "))",
        remedy: "export it with ONNX's standard operators, without pre- or post-processing")
    }
  }
}
