public import WinnowCore

/// One line of a network's summary.
public struct LayerSummary: Hashable, Sendable {
  /// The node's name, or else its output's.
  public let name: String
  public let op: String
  /// Of the first output.
  public let outputShape: [Dimension]?
  /// Learnt numbers that this layer is the first to use.
  public let parameters: Int
  /// Multiplications with addition for one picture, see `GraphSummary.macs`.
  public let macs: Int
}

/// What a network is made of and what it costs.
public struct GraphSummary: Hashable, Sendable {
  public let layers: [LayerSummary]
  /// Learnt numbers: weights and biases, each counted once. Statistics of BatchNormalization are not learnt.
  public let parameters: Int
  /// Multiplications with addition for one picture in convolutions and matrix products, biases not counted: what
  /// torchvision publishes as "GFLOPS". Source: test/common_extended_utils.py in pytorch/vision.
  public let macs: Int
  /// Twice `macs`: multiplications and additions.
  public var flops: Int { 2 * macs }
}

extension Graph {
  /// Layers, parameters and cost. Throws `unknownOperator` if there are operators whose cost is not known, and
  /// `inconsistentGraph` if shapes contradict or, as with a free picture size, cannot be known.
  public func summary() throws(WinnowError) -> GraphSummary {
    try requireKnownOperators()
    let types = try inferredTypes()
    let parameters = parametersByNode
    var layers: [LayerSummary] = []
    var macs = 0
    for (index, node) in nodes.enumerated() {
      let cost = try node.macs(types)
      let (sum, overflow) = macs.addingReportingOverflow(cost)
      guard !overflow, sum <= Int.max / 2 else { throw Self.inconsistent("its cost is beyond counting") }
      macs = sum
      layers.append(
        LayerSummary(
          name: node.label, op: node.op, outputShape: node.outputs.first.flatMap { types[$0]?.shape },
          parameters: parameters[index], macs: cost))
    }
    return GraphSummary(layers: layers, parameters: parameters.reduce(0, +), macs: macs)
  }

  /// Learnt numbers, see `GraphSummary.parameters`; it needs no shapes and so works for every graph that was read.
  public var parameterCount: Int { parametersByNode.reduce(0, +) }

  private var parametersByNode: [Int] {
    let sources = weightSources
    var counted: Set<String> = []
    return nodes.map { node in
      node.parameters(sources).reduce(0) { sum, source in
        counted.insert(source.name).inserted ? sum + source.tensor.count : sum
      }
    }
  }
}

extension Node {
  /// Multiplications with addition for one picture.
  fileprivate func macs(_ types: [String: TensorType]) throws(WinnowError) -> Int {
    let factors: [Dimension]?
    switch knownOperator {
    case .conv:
      // Every number of the output takes one multiplication for each weight of its filter.
      factors = shape(outputs.first, types).flatMap { output in
        shape(input(1), types).map { output + $0.dropFirst() }
      }
    case .gemm:
      let inner = int("transA") ?? 0 == 0 ? 1 : 0
      factors = shape(outputs.first, types).flatMap { output in shape(input(0), types).map { output + [$0[inner]] } }
    case .matMul:
      factors = shape(outputs.first, types).flatMap { output in shape(input(0), types).map { output + $0.suffix(1) } }
    default: return 0
    }
    guard let factors,
      let cost = Dimension.product(factors.map { $0.perPicture.map(Dimension.fixed) ?? .unknown }).fixedValue
    else {
      throw WinnowError(
        .inconsistentGraph, "the cost of node \"\(label)\" (\(op)) cannot be known",
        remedy: "give the picture size the model is to be used with")
    }
    return cost
  }

  private func shape(_ value: String?, _ types: [String: TensorType]) -> [Dimension]? {
    value.flatMap { types[$0]?.shape }
  }
}
