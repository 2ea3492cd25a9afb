import WinnowCore

extension Graph {
  /// The same network with each BatchNormalization that follows a convolution folded into its weights and bias.
  ///
  /// Not part of `simplified()`: further training wants the normalisations where they were. What is folded answers the
  /// same but for rounding. A normalisation stays whose statistics or convolution's weights are not constant float32,
  /// and where somebody else reads what the convolution gives.
  func foldingNormalisation() throws(WinnowError) -> Graph {
    var folding = NormalisationFolding(self)
    return try folding.folded()
  }
}

/// One walk that folds.
private struct NormalisationFolding {
  private var graph: Graph
  private var names: Set<String>
  /// How often each value is read, as an output of the graph too.
  private var readers: [String: Int] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    names = graph.valueNames
    for name in graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.name) { readers[name, default: 0] += 1 }
  }

  mutating func folded() throws(WinnowError) -> Graph {
    var producers: [String: Int] = [:]
    var nodes: [Node] = []
    for node in graph.nodes {
      if node.isOperator("BatchNormalization"), let output = node.outputs.first, isForInference(node),
        let value = node.input(0), let index = producers[value], readers[value] == 1,
        let convolution = try fold(node, into: nodes[index], output)
      {
        nodes[index] = convolution
        producers[output] = index
        continue
      }
      for output in node.outputs where !output.isEmpty { producers[output] = nodes.count }
      nodes.append(node)
    }
    graph.nodes = nodes
    return DeadValues.removed(from: graph)
  }

  private func isForInference(_ node: Node) -> Bool {
    node.int("training_mode") ?? 0 == 0 && node.outputs.dropFirst().allSatisfy(\.isEmpty)
  }

  /// The convolution with the normalisation in it, giving `output`; nil where it cannot be done.
  private mutating func fold(
    _ normalisation: Node, into convolution: Node, _ output: String
  ) throws(WinnowError) -> Node? {
    guard convolution.isOperator("Conv"), let name = convolution.input(1),
      let weights = graph.initialisers[name], weights.elementType == .float32, let values = weights.floats,
      let channels = weights.shape.first, channels > 0,
      let scale = statistics(normalisation, 1, channels), let shift = statistics(normalisation, 2, channels),
      let mean = statistics(normalisation, 3, channels), let variance = statistics(normalisation, 4, channels)
    else { return nil }
    var bias = [Float](repeating: 0, count: channels)
    if let name = convolution.input(2) {
      guard let given = graph.initialisers[name]?.floats, given.count == channels else { return nil }
      bias = given
    }
    let epsilon = normalisation.float("epsilon") ?? 1e-5
    let factors = zip(scale, variance).map { $0 / ($1 + epsilon).squareRoot() }
    let perChannel = values.count / channels
    var folded = values
    for channel in 0..<channels {
      for index in channel * perChannel..<(channel + 1) * perChannel { folded[index] *= factors[channel] }
      bias[channel] = (bias[channel] - mean[channel]) * factors[channel] + shift[channel]
    }
    // Names of their own: several convolutions may share their weights.
    let weightsName = Graph.unusedName("\(name)/folded", avoiding: &names)
    let biasName = Graph.unusedName("\(name)/folded/bias", avoiding: &names)
    graph.initialisers[weightsName] = try Tensor(folded, shape: weights.shape)
    graph.initialisers[biasName] = try Tensor(bias, shape: [channels])
    var result = convolution
    result.inputs = [convolution.inputs[0], weightsName, biasName]
    result.outputs = [output]
    return result
  }

  private func statistics(_ node: Node, _ index: Int, _ count: Int) -> [Float]? {
    guard let tensor = node.input(index).flatMap({ graph.initialisers[$0] }), tensor.elementType == .float32,
      let values = tensor.floats, values.count == count
    else { return nil }
    return values
  }
}
