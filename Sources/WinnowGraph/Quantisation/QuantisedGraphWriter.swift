import WinnowCore

/// The int8 graph that is being written, with what stands in 8 bits already.
struct QuantisedGraphWriter {
  private var result: Graph
  private var names: Set<String>
  /// What to read instead of an activation.
  private var activations: [String: String] = [:]
  /// Weights, by their name and the axis of their channels.
  private var weights: [String: (value: String, quantised: WeightQuantisation)] = [:]

  init(_ graph: Graph) {
    result = graph
    result.nodes = []
    names = graph.valueNames
  }

  mutating func append(_ node: Node) { result.nodes.append(node) }

  func finished() -> Graph { DeadValues.removed(from: result) }

  /// - Returns: the value to read instead; the same for all who read it.
  mutating func quantise(_ value: String, _ range: ActivationRange) throws(WinnowError) -> String {
    if let there = activations[value] { return there }
    let scale = constant("\(value)/scale", Tensor(range.scale))
    let zero = constant("\(value)/zero", try Tensor(range.elementType, shape: [], bytes: [0]))
    let steps = unused("\(value)/quantised")
    let back = unused("\(value)/dequantised")
    append(Node("QuantizeLinear", name: steps, inputs: [value, scale, zero], outputs: [steps]))
    append(Node("DequantizeLinear", name: back, inputs: [steps, scale, zero], outputs: [back]))
    activations[value] = back
    return back
  }

  /// Lets a node read its weights in int8.
  ///
  /// - Parameter means: Of the channels of its input; nil leaves its bias alone.
  mutating func quantiseWeights(of node: inout Node, axis: Int, means: [Float]?) throws(WinnowError) {
    let name = node.inputs[1]
    guard let tensor = result.initialisers[name] else { throw Graph.inconsistent("there are no weights \"\(name)\"") }
    let (value, quantised) = try read(name, tensor, axis: axis)
    node.inputs[1] = value
    guard let means, let shift = quantised.meanShift(from: tensor, means: means, groups: node.int("group") ?? 1) else {
      return
    }
    try correctBias(of: &node, by: shift)
  }

  private mutating func read(
    _ name: String, _ tensor: Tensor, axis: Int
  ) throws(WinnowError) -> (value: String, quantised: WeightQuantisation) {
    let key = "\(axis) \(name)"
    if let there = weights[key] { return there }
    let quantised = try WeightQuantisation(tensor, axis: axis)
    let inputs = [
      constant("\(name)/int8", quantised.values), constant("\(name)/int8/scale", quantised.scales),
      constant("\(name)/int8/zero", quantised.zeroPoints),
    ]
    let back = unused("\(name)/dequantised")
    append(Node("DequantizeLinear", name: back, inputs: inputs, outputs: [back], attributes: ["axis": .int(axis)]))
    weights[key] = (back, quantised)
    return (back, quantised)
  }

  /// Takes `shift` from the bias, which is made where there is none.
  private mutating func correctBias(of node: inout Node, by shift: [Float]) throws(WinnowError) {
    var bias = [Float](repeating: 0, count: shift.count)
    if let name = node.input(2) {
      // A bias of another shape, or weighed by a beta, is left as it is: it is the rarer case, and right as well.
      guard let tensor = result.initialisers[name], tensor.elementType == .float32, let values = tensor.floats,
        values.count == shift.count, node.float("beta") ?? 1 == 1
      else { return }
      bias = values
    }
    let corrected = constant(
      "\(node.outputs[0])/bias", try Tensor(zip(bias, shift).map { $0 - $1 }, shape: [shift.count]))
    node.inputs = Array(node.inputs.prefix(2)) + [corrected]
  }

  private mutating func constant(_ name: String, _ tensor: Tensor) -> String {
    let unique = unused(name)
    result.initialisers[unique] = tensor
    return unique
  }

  private mutating func unused(_ name: String) -> String { Graph.unusedName(name, avoiding: &names) }
}
