public import WinnowCore

/// A network on its way to int8: first calibration graphs tell what values its activations take on pictures, then
/// `quantised` lays 8 bits over their ranges.
///
///     let quantisation = try Quantisation(of: graph)
///     var tally = CalibrationTally(quantisation)
///     … // some hundred pictures through quantisation.calibrationGraphs() into the tally
///     let int8 = try quantisation.quantised(with: statistics)
public struct Quantisation: Sendable {
  /// The network that is quantised: simplified, BatchNormalization folded into the convolutions.
  public let graph: Graph
  let plan: QuantisationPlan

  /// - Throws: `.notQuantisable` for a network with operators that are not known, with bodies of its own, that is
  ///   quantised already, or has no weights; `.inconsistentGraph`.
  public init(of network: Graph) throws(WinnowError) {
    let unknown = network.unsupportedOperators()
    guard unknown.isEmpty, !network.hasSubgraphs else {
      throw Self.refusal("it has operators that are not known here: \(unknown.joined(separator: ", "))")
    }
    guard !network.nodes.contains(where: { $0.isOperator("QuantizeLinear") || $0.isOperator("DequantizeLinear") })
    else { throw Self.refusal("it is quantised already") }
    graph = try network.simplified().foldingNormalisation()
    plan = try QuantisationPlan(graph)
    guard !plan.weights.isEmpty else {
      throw Self.refusal("it has no convolution and no matrix product with constant weights")
    }
  }

  /// The activations whose ranges are needed, in the order of the ranges.
  public var activations: [String] { plan.ranged }

  static func refusal(_ reason: String) -> WinnowError {
    WinnowError(.notQuantisable, "the network cannot be brought to int8: \(reason)", remedy: "serve it as it is")
  }

  // MARK: Calibration

  /// The output of a calibration graph.
  public static let measuresName = "measures"

  /// How many numbers each calibration graph gives for a picture.
  public var calibrationSizes: [Int] { plan.parts.map { plan.measures[$0].reduce(0) { $0 + $1.count } } }

  /// The network with one output in place of its own, `[N, numbers]`: what calibration has to know of each picture, for
  /// `CalibrationTally`. Several where it is much.
  ///
  /// - Throws: `.notQuantisable` where an activation does not keep the pictures of a batch apart.
  public func calibrationGraphs() throws(WinnowError) -> [Graph] {
    let types = try graph.inferredTypes()
    return try plan.parts.map { (part) throws(WinnowError) in
      try CalibrationGraphWriter(graph, types).graph(measuring: plan.measures[part])
    }
  }

  // MARK: 8 bits

  /// The network with QuantizeLinear and DequantizeLinear around activations, and int8 weights behind DequantizeLinear.
  /// Biases, and all other operations, stay in float; inputs and outputs are as they were.
  ///
  /// Rounding the weights moves what a channel gives on average; the bias takes that back where the means of the inputs
  /// are known.
  public func quantised(with statistics: CalibrationStatistics) throws(WinnowError) -> Graph {
    let ranges = statistics.ranges
    guard ranges.count == plan.ranged.count else {
      throw WinnowError(
        .invalidInput, "there are \(ranges.count) ranges for \(plan.ranged.count) activations of the network")
    }
    let rangeOf = Dictionary(uniqueKeysWithValues: zip(plan.ranged, ranges))
    var writer = QuantisedGraphWriter(graph)
    for (index, node) in graph.nodes.enumerated() {
      var node = node
      for input in node.inputs.indices {
        let place = QuantisationPlan.Place(node: index, input: input)
        guard let range = plan.activations[place].flatMap({ rangeOf[$0] }) else { continue }
        node.inputs[input] = try writer.quantise(node.inputs[input], range)
      }
      for weights in plan.weights where weights.place.node == index {
        let means = statistics.means[graph.nodes[index].inputs[0]]
        try writer.quantiseWeights(of: &node, axis: weights.axis, means: means)
      }
      writer.append(node)
    }
    return writer.finished()
  }
}

extension WinnowError.Code {
  /// The network cannot be brought to int8.
  public static let notQuantisable = Self("not_quantisable")
}
