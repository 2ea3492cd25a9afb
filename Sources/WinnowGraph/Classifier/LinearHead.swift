public import WinnowCore

extension Graph {
  /// The graph with another classifier head on its pooled feature: everything that only the old head needed is gone.
  ///
  /// - Parameters:
  ///   - feature: The output with the feature, `[N, D]`, which stays an output.
  ///   - weights: `[classes, D]`.
  ///   - biases: `[classes]`.
  ///   - output: The name of the new output, `[N, classes]`.
  /// - Throws: `inconsistentGraph` where the shapes do not fit.
  public func withLinearHead(
    on feature: String, weights: Tensor, biases: Tensor, named output: String
  ) throws(WinnowError) -> Graph {
    guard let source = outputs.first(where: { $0.name == feature }) else {
      throw Self.inconsistent("there is no output \"\(feature)\"")
    }
    var result = self
    result.outputs = [source]
    result = DeadValues.removed(from: result)
    var names = result.valueNames
    let weightName = Self.unusedName("head.weight", avoiding: &names)
    let biasName = Self.unusedName("head.bias", avoiding: &names)
    let head = Self.unusedName(output, avoiding: &names)
    result.initialisers[weightName] = weights
    result.initialisers[biasName] = biases
    result.nodes.append(
      Node(
        "Gemm", name: head, inputs: [feature, weightName, biasName], outputs: [head], attributes: ["transB": .int(1)]))
    let batch = source.type.shape?.first ?? .batch
    let classes = GraphValue(head, TensorType(.float32, [batch, .fixed(biases.count)]))
    result.outputs = [classes, source]
    try result.checkNames()
    _ = try result.inferredTypes()
    return result
  }
}
