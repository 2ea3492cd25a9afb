import WinnowCore

/// Where 8 bits go in a network that is otherwise as it was.
///
/// Activations: at the data input of convolutions, matrix products with weights, and pools, and at both inputs of a
/// residual Add. Nothing stands between a convolution and its Relu or Clip, nor between a Sigmoid and its Mul: the
/// engine computes these in one step, which a quantisation in between would tear apart (measured: MobileNetV2 462 img/s
/// instead of 700).
struct QuantisationPlan: Hashable {
  struct Place: Hashable {
    let node: Int
    let input: Int
  }

  /// Weights, and the axis of their output channels.
  struct Weights: Hashable {
    let place: Place
    let axis: Int
  }

  /// Something that calibration tells of an activation.
  struct Measure: Hashable {
    enum Kind { case extremes, channels }
    let activation: String
    let kind: Kind
    /// Numbers for each picture: least and greatest value, or a mean for each channel.
    let count: Int
  }

  /// Numbers that one calibration graph gives for a picture at most: an answer of the worker holds 32,000. Chosen.
  private static let largestPart = 24_000

  /// For each place that reads an activation in 8 bits, the activation whose range it takes: its own, or that of the
  /// value it is a rearrangement of.
  private(set) var activations: [Place: String] = [:]
  private(set) var weights: [Weights] = []
  /// The activations whose ranges are needed, each once, in the order of the graph.
  private(set) var ranged: [String] = []
  /// First the ranges, in the order of `ranged`, then the channels of what weights are multiplied with.
  private(set) var measures: [Measure] = []
  /// The measures in pieces small enough for one calibration graph each.
  private(set) var parts: [Range<Int>] = []

  init(_ graph: Graph) throws(WinnowError) {
    let types = try graph.inferredTypes()
    let producers = graph.producers
    var seen: Set<String> = []

    func isActivation(_ name: String) -> Bool {
      graph.initialisers[name] == nil && types[name]?.elementType == .float32
    }
    /// A maximum over windows and a change of shape take the range of what they read, so that nothing is rounded twice.
    func source(of name: String) -> String {
      var name = name
      while let node = producers[name].map({ graph.nodes[$0] }), let input = node.input(0), isActivation(input),
        [.maxPool, .flatten, .reshape, .squeeze, .unsqueeze, .transpose].contains(node.knownOperator)
      {
        name = input
      }
      return name
    }
    for (index, node) in graph.nodes.enumerated() {
      let axis = Self.channelAxis(of: node, graph)
      let inputs: [Int]
      if axis != nil || Self.isPool(node, types) {
        inputs = [0]
      } else if Self.isResidualAdd(node, types), node.inputs.allSatisfy(isActivation) {
        inputs = [0, 1]
      } else {
        continue
      }
      guard inputs.allSatisfy({ node.input($0).map(isActivation) ?? false }) else { continue }
      if let axis { weights.append(Weights(place: Place(node: index, input: 1), axis: axis)) }
      for input in inputs {
        let name = source(of: node.inputs[input])
        activations[Place(node: index, input: input)] = name
        if seen.insert(name).inserted { ranged.append(name) }
      }
    }
    measures = ranged.map { Measure(activation: $0, kind: .extremes, count: 2) } + channels(graph, types)
    parts = Self.parts(of: measures)
  }

  /// Of convolutions, and products with a bias, in which the mean error of the weights can be made good.
  private func channels(_ graph: Graph, _ types: [String: TensorType]) -> [Measure] {
    var seen: Set<String> = []
    return weights.compactMap { weights in
      let node = graph.nodes[weights.place.node]
      guard node.isOperator("Conv") || node.isOperator("Gemm"), let shape = types[node.inputs[0]]?.shape,
        shape.count == 4 || shape.count == 2, let count = shape[1].fixedValue, (1...Self.largestPart).contains(count),
        seen.insert(node.inputs[0]).inserted
      else { return nil }
      return Measure(activation: node.inputs[0], kind: .channels, count: count)
    }
  }

  private static func parts(of measures: [Measure]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, size) = (0, 0)
    for (index, measure) in measures.enumerated() {
      if size + measure.count > largestPart {
        parts.append(start..<index)
        (start, size) = (index, 0)
      }
      size += measure.count
    }
    if start < measures.count { parts.append(start..<measures.count) }
    return parts
  }

  /// The axis of the output channels of a node's weights; nil for nodes whose weights are not constant float32.
  private static func channelAxis(of node: Node, _ graph: Graph) -> Int? {
    guard let weights = node.input(1).flatMap({ graph.initialisers[$0] }), weights.elementType == .float32 else {
      return nil
    }
    switch node.knownOperator {
    case .conv: return weights.shape.count >= 3 ? 0 : nil
    case .gemm:
      guard node.int("transA") ?? 0 == 0, node.float("alpha") ?? 1 == 1, weights.shape.count == 2 else { return nil }
      return node.int("transB") ?? 0 == 0 ? 1 : 0
    case .matMul: return weights.shape.count == 2 ? 1 : nil
    default: return nil
    }
  }

  private static func isPool(_ node: Node, _ types: [String: TensorType]) -> Bool {
    switch node.knownOperator {
    case .maxPool, .averagePool, .globalAveragePool, .globalMaxPool: true
    // How some exporters write a global average; other means belong to normalisations.
    case .reduceMean:
      node.input(0).flatMap { types[$0]?.shape?.count } == 4
        && node.ints("axes").map { Set($0.map { ($0 + 4) % 4 }) == [2, 3] } ?? false
    default: false
    }
  }

  /// An Add of two maps of the same shape.
  private static func isResidualAdd(_ node: Node, _ types: [String: TensorType]) -> Bool {
    guard node.isOperator("Add"), let left = node.input(0).flatMap({ types[$0]?.shape }),
      let right = node.input(1).flatMap({ types[$0]?.shape })
    else { return false }
    return left.count == 4 && left == right
  }
}
