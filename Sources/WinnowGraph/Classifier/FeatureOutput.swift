public import WinnowCore

extension Graph {
  /// The graph with the pooled feature, `[N, D]`, as one more output, last and of this name: what the classifier
  /// head multiplies by its weights. The other outputs stay as they are.
  ///
  /// Where the head is a convolution over a map that is pooled only behind it, as in SqueezeNet, the feature is the
  /// mean of that map. Nil if no head is found, or if there is a value of this name already.
  public func addingFeatureOutput(named name: String) throws(WinnowError) -> Graph? {
    let types = try inferredTypes()
    var names = valueNames
    guard names.insert(name).inserted, let head = classifierHead(types), let feature = head.input(0),
      let type = types[feature],
      let shape = type.shape, shape.count == 2 || head.isOperator("Conv"),
      shape[0].isBatch || shape[0].fixedValue != nil,
      shape[1].fixedValue != nil
    else { return nil }
    var result = self
    if shape.count == 2 {
      result.nodes.append(Node("Identity", name: name, inputs: [feature], outputs: [name]))
    } else {
      let pooled = Self.unusedName("\(name)/pooled", avoiding: &names)
      result.nodes.append(Node("GlobalAveragePool", name: pooled, inputs: [feature], outputs: [pooled]))
      result.nodes.append(Node("Flatten", name: name, inputs: [pooled], outputs: [name], attributes: ["axis": .int(1)]))
    }
    result.outputs.append(GraphValue(name, TensorType(type.elementType, Array(shape[...1]))))
    return result
  }

  /// The last Gemm, MatMul or Conv with weights on the way to the classes.
  private func classifierHead(_ types: [String: TensorType]) -> Node? {
    guard let signature = try? classifierSignature() else { return nil }
    let producers = producers
    let constants = weightSources
    var value = signature.output
    while let node = producers[value].map({ nodes[$0] }), let kind = node.knownOperator {
      switch kind {
      case .gemm, .matMul, .conv:
        return node.input(1).flatMap { constants[$0] } == nil ? nil : node
      case .softmax, .logSoftmax, .sigmoid, .flatten, .reshape, .squeeze, .identity, .dropout, .cast, .relu,
        .globalAveragePool, .averagePool, .reduceMean, .quantizeLinear, .dequantizeLinear:
        guard let input = node.input(0) else { return nil }
        value = input
      case .add, .sub, .mul, .div:
        // A bias or a temperature: the other side is the way.
        let open = node.inputs.filter { constants[$0] == nil && types[$0] != nil }
        guard open.count == 1 else { return nil }
        value = open[0]
      default: return nil
      }
    }
    return nil
  }
}
