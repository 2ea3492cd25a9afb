public import WinnowCore

extension Graph {
  /// The graph with a free batch in place of a fixed one; itself if the batch is free already.
  ///
  /// Every Reshape with a fixed shape gets an open entry at the place where the batch goes. The result is checked
  /// by inferring all shapes anew: the classes must come out as one row for each picture. Throws `fixedBatch` where
  /// that fails, and what `classifierSignature()` and `requireKnownOperators()` throw.
  public func withFreeBatch() throws(WinnowError) -> Graph {
    let signature = try classifierSignature()
    guard case .fixed(let batch) = signature.batch else { return self }
    try requireKnownOperators()
    var graph = try simplified()
    let before = try graph.inferredTypes()
    for index in graph.inputs.indices { graph.inputs[index].type.shape?[0] = .batch }
    do throws(WinnowError) {
      return try graph.followingBatch(before, fixedBatch: batch, classes: signature.output)
    } catch {
      throw WinnowError(
        .fixedBatch, "the model works on exactly \(batch) picture\(batch == 1 ? "" : "s") at a time",
        remedy: "export it with a free batch dimension (PyTorch: dynamic_axes or dynamic_shapes for dimension 0)",
        cause: error.message)
    }
  }

  /// Walks through the nodes with the new input types and frees the Reshapes on the way.
  private func followingBatch(
    _ before: [String: TensorType], fixedBatch: Int, classes: String
  ) throws(WinnowError) -> Graph {
    var result = self
    var names = valueNames
    var facts = initialisers.mapValues(ValueFacts.init(constant:))
    for input in inputs { facts[input.name] = ValueFacts(type: input.type) }
    for (index, node) in nodes.enumerated() {
      if node.isOperator("Reshape"), let output = node.outputs.first, let source = node.input(0),
        let from = facts[source]?.type?.shape, from.contains(where: \.isBatch)
      {
        let old = before[output]?.shape?.compactMap(\.fixedValue)
        guard let old, old.count == before[output]?.shape?.count,
          let entries = Self.reshape(from, to: old, fixedBatch: fixedBatch)
        else { throw Self.inconsistent("node \"\(node.label)\" (Reshape) mixes the pictures of a batch") }
        result.setReshapeTarget(entries, ofNodeAt: index, avoiding: &names)
        for input in result.nodes[index].inputs.dropFirst() {
          facts[input] = result.initialisers[input].map(ValueFacts.init(constant:))
        }
      }
      try Self.checkKeepsPicturesApart(node, facts)
      for (output, value) in zip(node.outputs, try Self.facts(of: result.nodes[index], facts)) where !output.isEmpty {
        facts[output] = value
      }
    }
    for index in outputs.indices {
      guard let type = facts[outputs[index].name]?.type, type.shape?.first == .batch || outputs[index].name != classes
      else { throw Self.inconsistent("the output \"\(classes)\" has not one row for each picture") }
      result.outputs[index].type = type
    }
    return DeadValues.removed(from: result)
  }

  /// The entries of a Reshape of a value that now has the batch in it. In row-major order the batch stays behind the
  /// same number of leading elements; the dimension there takes it.
  private static func reshape(_ from: [Dimension], to old: [Int], fixedBatch: Int) -> [Int]? {
    guard let place = from.firstIndex(where: \.isBatch), from.filter(\.isBatch).count == 1,
      let lead = Dimension.product(from[..<place]).fixedValue
    else { return nil }
    var product = 1
    for (index, size) in old.enumerated() {
      if product == lead, size > 0, size.isMultiple(of: fixedBatch) {
        var entries = old
        entries[index] = -1
        return entries
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow, next <= lead else { return nil }
      product = next
    }
    return nil
  }

  /// Shapes do not show everything: a Softmax along the batch keeps its shape but mixes pictures.
  private static func checkKeepsPicturesApart(_ node: Node, _ facts: [String: ValueFacts]) throws(WinnowError) {
    guard let kind = node.knownOperator, let shape = node.input(0).flatMap({ facts[$0]?.type?.shape }) else { return }
    let mixed: [Int]
    switch kind {
    case .softmax, .logSoftmax: mixed = [node.int("axis") ?? -1]
    case .layerNormalization:
      mixed = normalisedAxis(node.int("axis") ?? -1, rank: shape.count).map { Array($0..<shape.count) } ?? []
    case .globalAveragePool, .globalMaxPool: mixed = Array(shape.indices.dropFirst(2))
    case .localResponseNormalization: mixed = [1]
    case .matMul: mixed = [-1]
    case .gemm: mixed = [node.int("transA") ?? 0 == 0 ? 1 : 0]
    case .reduceMean, .reduceSum, .reduceMax, .reduceMin, .reduceProd, .reduceL2:
      mixed = node.ints("axes") ?? node.input(1).flatMap { facts[$0]?.integers?.fixed } ?? Array(shape.indices)
    default: mixed = []
    }
    for axis in mixed {
      guard let axis = normalisedAxis(axis, rank: shape.count), shape[axis].isBatch else { continue }
      throw inconsistent("node \"\(node.label)\" (\(node.op)) works across the batch")
    }
  }
}
