import CWinnowTorch
public import WinnowCore
import WinnowGraph

/// A graph as the steps that LibTorch takes: what each computes, of what, and whom nobody reads behind it.
struct NetworkPlan {
  enum Operation: Hashable {
    case conv(TorchTensor.Window, groups: Int)
    case batchNorm(epsilon: Double)
    case layerNorm(epsilon: Double)
    case unary(wtorch_unary)
    case clip(low: Double, high: Double)
    case binary(wtorch_binary)
    case maxPool(TorchTensor.Window, roundsUp: Bool)
    case averagePool(TorchTensor.Window, roundsUp: Bool, countsPads: Bool)
    case globalAveragePool
    case mean(axes: [Int], keeping: Bool)
    case concat(axis: Int)
    /// 0 stands for the input's own size, -1 for what follows from the others.
    case reshape([Int])
    case flatten
    case transpose([Int])
    /// Whether the weights are `[in, out]`.
    case linear(isTransposed: Bool)
    case matmul
    case softmax(axis: Int)
    case dropout(ratio: Double)
    case same
  }

  enum Operand: Hashable {
    case value(Int)
    case parameter(Int)
  }

  struct Step: Hashable {
    var operation: Operation
    /// An optional one that is left out is nil.
    var inputs: [Operand?]
    var output: Int
    /// Whether the input is overwritten: it has no other reader, and its maker does not need it for gradients.
    var isInPlace = false
    /// Values that nobody reads behind this step.
    var frees: [Int] = []
  }

  struct Parameter: Hashable {
    enum Role: Hashable {
      /// Learnt; norms and biases do not decay.
      case learnt(decays: Bool)
      /// A norm's running mean or variance.
      case statistic
      case constant
    }

    var name: String
    var role: Role
    /// The first step that reads it.
    var step: Int
  }

  private(set) var steps: [Step] = []
  private(set) var parameters: [Parameter] = []
  private(set) var valueCount = 0
  /// Places of values by name.
  private(set) var values: [String: Int] = [:]

  private var places: [String: Int] = [:]
  private let graph: Graph

  /// - Throws: `.notTrainable` that names an operator or a setting that LibTorch is not asked for here.
  init(_ graph: Graph) throws(WinnowError) {
    self.graph = graph
    guard graph.inputs.count == 1 else {
      throw WinnowError(.notTrainable, "the network has \(graph.inputs.count) inputs")
    }
    place(graph.inputs[0].name)
    for node in graph.nodes { try add(node) }
    for output in graph.outputs where values[output.name] == nil {
      throw WinnowError(.notTrainable, "nothing computes the network's output \"\(output.name)\"")
    }
    markLastReaders()
  }

  @discardableResult private mutating func place(_ name: String) -> Int {
    values[name] = valueCount
    valueCount += 1
    return valueCount - 1
  }

  private mutating func operand(_ node: Node, _ index: Int, _ role: Parameter.Role) throws(WinnowError) -> Operand? {
    guard let name = node.input(index) else { return nil }
    if let value = values[name] { return .value(value) }
    guard let tensor = graph.initialisers[name], tensor.floats != nil else { throw unfit(node, "reads \"\(name)\"") }
    if let place = places[name] { return .parameter(place) }
    places[name] = parameters.count
    // A single number beside a map is a constant of the formula, not a weight.
    let role = tensor.count > 1 || role == .statistic ? role : .constant
    parameters.append(Parameter(name: name, role: role, step: steps.count))
    return .parameter(parameters.count - 1)
  }

  private mutating func add(_ node: Node) throws(WinnowError) {
    guard node.domain.isEmpty else { throw unfit(node, "is of the domain \"\(node.domain)\"") }
    if node.op == "Constant" { throw unfit(node, "was not folded") }
    let operation = try operation(of: node)
    var roles: [Parameter.Role]
    switch operation {
    case .conv, .linear: roles = [.constant, .learnt(decays: true), .learnt(decays: false)]
    case .batchNorm:
      roles = [.constant, .learnt(decays: false), .learnt(decays: false), .statistic, .statistic]
    case .layerNorm: roles = [.constant, .learnt(decays: false), .learnt(decays: false)]
    case .matmul: roles = [.learnt(decays: true), .learnt(decays: true)]
    case .binary: roles = [.learnt(decays: false), .learnt(decays: false)]
    case .concat: roles = node.inputs.map { _ in .learnt(decays: false) }
    // Weights that are arranged anew before they are multiplied, as linear layers of pixels have them.
    case .transpose, .reshape: roles = [.learnt(decays: true)]
    default: roles = [.constant]
    }
    var inputs: [Operand?] = []
    for (index, role) in roles.enumerated() { inputs.append(try operand(node, index, role)) }
    guard inputs.first ?? nil != nil, let output = node.outputs.first else { throw unfit(node, "has no input") }
    guard node.outputs.dropFirst().allSatisfy({ output in !graph.nodes.contains { $0.inputs.contains(output) } }) else {
      throw unfit(node, "has a second output that is read")
    }
    steps.append(Step(operation: operation, inputs: inputs, output: place(output)))
  }

  /// Who reads a value last frees it; what only one step reads may be overwritten by a Relu or Clip.
  private mutating func markLastReaders() {
    let kept = Set(graph.outputs.compactMap { values[$0.name] })
    var readers = [Int](repeating: 0, count: valueCount)
    var makers: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      makers[step.output] = index
      for case .value(let value)? in step.inputs { readers[value] += 1 }
    }
    for index in steps.indices {
      guard case .value(let value)? = steps[index].inputs[0], readers[value] == 1, !kept.contains(value),
        let maker = makers[value]
      else { continue }
      switch (steps[index].operation, steps[maker].operation) {
      case (.unary(WTORCH_RELU), .conv), (.unary(WTORCH_RELU), .batchNorm), (.unary(WTORCH_RELU), .binary(WTORCH_ADD)),
        (.clip, .conv), (.clip, .batchNorm), (.clip, .binary(WTORCH_ADD)):
        steps[index].isInPlace = true
      default: break
      }
    }
    var isRead = kept
    for index in steps.indices.reversed() {
      for case .value(let value)? in steps[index].inputs where isRead.insert(value).inserted {
        steps[index].frees.append(value)
      }
    }
  }

  // MARK: - Operators

  private func operation(of node: Node) throws(WinnowError) -> Operation {
    switch node.op {
    case "Conv": return .conv(try window(node, kernel: try kernel(node)), groups: node.int("group") ?? 1)
    case "BatchNormalization": return .batchNorm(epsilon: Double(node.float("epsilon") ?? 1e-5))
    case "LayerNormalization": return .layerNorm(epsilon: Double(node.float("epsilon") ?? 1e-5))
    case "MaxPool":
      return .maxPool(
        try window(node, kernel: node.ints("kernel_shape") ?? []), roundsUp: node.int("ceil_mode") == 1)
    case "AveragePool":
      return .averagePool(
        try window(node, kernel: node.ints("kernel_shape") ?? []), roundsUp: node.int("ceil_mode") == 1,
        countsPads: node.int("count_include_pad") == 1)
    case "GlobalAveragePool": return .globalAveragePool
    case "ReduceMean":
      guard let axes = node.ints("axes") ?? integers(node, 1) else { throw unfit(node, "names no axes") }
      return .mean(axes: axes, keeping: node.int("keepdims") ?? 1 == 1)
    case "Concat": return .concat(axis: node.int("axis") ?? 1)
    case "Flatten":
      guard node.int("axis") ?? 1 == 1 else { throw unfit(node, "flattens from another axis than 1") }
      return .flatten
    case "Reshape":
      guard let shape = integers(node, 1) else { throw unfit(node, "has a shape that is not constant") }
      return .reshape(shape)
    case "Transpose":
      guard let order = node.ints("perm") else { throw unfit(node, "names no order") }
      return .transpose(order)
    case "Gemm":
      guard node.int("transA") ?? 0 == 0, node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1 else {
        throw unfit(node, "is scaled or transposed")
      }
      return .linear(isTransposed: node.int("transB") ?? 0 == 0)
    case "MatMul": return .matmul
    case "Softmax": return .softmax(axis: node.int("axis") ?? -1)
    case "Dropout": return .dropout(ratio: Double(try scalar(node, 1, else: 0.5)))
    case "Identity": return .same
    case "Clip":
      return .clip(
        low: Double(try scalar(node, 1, else: -.infinity)), high: Double(try scalar(node, 2, else: .infinity)))
    case "HardSigmoid":
      guard abs((node.float("alpha") ?? 0.2) - 1 / 6) < 1e-4, node.float("beta") ?? 0.5 == 0.5 else {
        throw unfit(node, "has another slope than 1/6")
      }
      return .unary(WTORCH_HARDSIGMOID)
    case "Gelu": return .unary(node.string("approximate") == "tanh" ? WTORCH_GELU_TANH : WTORCH_GELU)
    default: return try plainOperation(of: node)
    }
  }

  private static let unary: [String: wtorch_unary] = [
    "Relu": WTORCH_RELU, "Sigmoid": WTORCH_SIGMOID, "HardSwish": WTORCH_HARDSWISH, "Tanh": WTORCH_TANH,
    "Erf": WTORCH_ERF, "Sqrt": WTORCH_SQRT, "Exp": WTORCH_EXP, "Log": WTORCH_LOG, "Neg": WTORCH_NEGATE,
    "Abs": WTORCH_ABS,
  ]
  private static let binary: [String: wtorch_binary] = [
    "Add": WTORCH_ADD, "Sub": WTORCH_SUBTRACT, "Mul": WTORCH_MULTIPLY, "Div": WTORCH_DIVIDE, "Pow": WTORCH_POWER,
  ]

  private func plainOperation(of node: Node) throws(WinnowError) -> Operation {
    if let op = Self.unary[node.op] { return .unary(op) }
    if let op = Self.binary[node.op] { return .binary(op) }
    throw unfit(node, "is not among the operators that can be trained")
  }

  private func kernel(_ node: Node) throws(WinnowError) -> [Int] {
    guard let weight = node.input(1).flatMap({ graph.initialisers[$0] }), weight.shape.count == 4 else {
      throw unfit(node, "has no weights of four dimensions")
    }
    return Array(weight.shape[2...])
  }

  private func window(_ node: Node, kernel: [Int]) throws(WinnowError) -> TorchTensor.Window {
    let pads = node.ints("pads") ?? [0, 0, 0, 0]
    guard kernel.count == 2, pads.count == 4, pads[0] == pads[2], pads[1] == pads[3],
      ["NOTSET", "VALID"].contains(node.string("auto_pad") ?? "NOTSET")
    else { throw unfit(node, "has pads that differ from side to side") }
    return TorchTensor.Window(
      kernel: kernel, stride: node.ints("strides") ?? [1, 1], pads: Array(pads[..<2]),
      dilation: node.ints("dilations") ?? [1, 1])
  }

  private func integers(_ node: Node, _ index: Int) -> [Int]? {
    node.input(index).flatMap { graph.initialisers[$0] }.flatMap(\.integers)
  }

  private func scalar(_ node: Node, _ index: Int, else usual: Float) throws(WinnowError) -> Float {
    guard let name = node.input(index) else { return usual }
    guard let value = graph.initialisers[name]?.floats?.first else { throw unfit(node, "has a bound that is computed") }
    return value
  }

  private func unfit(_ node: Node, _ what: String) -> WinnowError {
    WinnowError(
      .notTrainable, "the network cannot be fine-tuned: its node \"\(node.label)\" (\(node.op)) \(what)",
      remedy: "train a new head alone: --method head")
  }
}

extension WinnowError.Code {
  /// A network, or a model, that cannot be taught.
  public static let notTrainable = Self("not_trainable")
}
