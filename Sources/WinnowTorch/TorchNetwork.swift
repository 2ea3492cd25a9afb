internal import CWinnowTorch
public import WinnowCore
public import WinnowGraph

/// A graph that runs on LibTorch, forward and, with gradients, backward.
///
/// Weights are float32 whatever it computes with; with bfloat16 they are rounded as they are read, and maps are
/// bfloat16. Maps lie with the channels innermost.
public final class TorchNetwork {
  /// What is learnt, and what goes along.
  public struct Parameter {
    public let name: String
    public let tensor: TorchTensor
    /// Whether gradients are taken; otherwise it is a norm's running statistic or a constant.
    public let isLearnt: Bool
    /// Whether it is a weight, which decays; norms and biases do not.
    public let decays: Bool
    /// Where in the network it is read, 0 the first step and 1 the last.
    public let depth: Double
    /// Whether it changes in training.
    public let isConstant: Bool
  }

  public let library: TorchLibrary
  public let device: TorchTensor.Device
  public var numbers: TorchTensor.Numbers
  public let parameters: [Parameter]
  private let plan: NetworkPlan
  private let input: Int
  private let names: [String]

  /// PyTorch's default: how far a running statistic moves with each batch.
  private static let momentum = 0.1

  /// - Parameters:
  ///   - graph: one input, `[N, 3, H, W]`; every constant folded.
  ///   - numbers: float32 or bfloat16.
  /// - Throws: `.notTrainable` that names what of the graph LibTorch is not asked for here.
  public init(
    _ graph: Graph, numbers: TorchTensor.Numbers = .float32, on device: TorchTensor.Device = .cpu,
    in library: TorchLibrary
  ) throws(WinnowError) {
    let plan = try NetworkPlan(graph)
    (self.plan, self.library, self.device, self.numbers) = (plan, library, device, numbers)
    input = plan.values[graph.inputs[0].name] ?? 0
    names = graph.outputs.map(\.name)
    parameters = try plan.parameters.map { (parameter) throws(WinnowError) in
      guard let constant = graph.initialisers[parameter.name], let floats = constant.floats else {
        throw WinnowError(.notTrainable, "\"\(parameter.name)\" holds no floating-point numbers")
      }
      var tensor = try TorchTensor(floats, shape: constant.shape, on: device, in: library)
      if constant.shape.count == 4 { tensor = try tensor.channelsLast() }
      var (isLearnt, decays) = (false, false)
      if case .learnt(let decaying) = parameter.role { (isLearnt, decays) = (true, decaying) }
      if isLearnt { try tensor.wantGradient() }
      return Parameter(
        name: parameter.name, tensor: tensor, isLearnt: isLearnt, decays: decays,
        depth: Double(parameter.step) / Double(max(1, plan.steps.count - 1)), isConstant: parameter.role == .constant)
    }
  }

  /// Whether any step normalises by the batch.
  public var hasBatchNorm: Bool {
    plan.steps.contains { if case .batchNorm = $0.operation { true } else { false } }
  }

  /// The outputs for a batch, by name, as float32.
  ///
  /// - Parameters:
  ///   - batch: `[N, 3, H, W]`; its height and width may be others than the graph's, as far as its shapes are free.
  ///   - training: norms use the batch's own statistics, and move their running ones; dropout drops.
  ///   - draws: gives as many numbers from 0 to 1 as it is asked for, to the shape that it is told; for dropout.
  public func outputs(
    of batch: TorchTensor, training: Bool, draws: ([Int]) throws(WinnowError) -> TorchTensor? = { _ in nil }
  ) throws(WinnowError) -> [String: TorchTensor] {
    var values = [TorchTensor?](repeating: nil, count: plan.valueCount)
    values[input] = try batch.cast(to: numbers)
    for step in plan.steps {
      values[step.output] = try run(step, values, training: training, draws: draws)
      for value in step.frees { values[value] = nil }
    }
    var outputs: [String: TorchTensor] = [:]
    for name in names { outputs[name] = try plan.values[name].flatMap { values[$0] }?.cast(to: .float32) }
    return outputs
  }

  private func run(
    _ step: NetworkPlan.Step, _ values: [TorchTensor?], training: Bool,
    draws: ([Int]) throws(WinnowError) -> TorchTensor?
  ) throws(WinnowError) -> TorchTensor {
    func tensor(_ index: Int) -> TorchTensor? {
      switch index < step.inputs.count ? step.inputs[index] : nil {
      case .value(let place): values[place]
      case .parameter(let place): parameters[place].tensor
      case nil: nil
      }
    }
    /// A weight in the numbers that maps have.
    func rounded(_ index: Int) throws(WinnowError) -> TorchTensor? {
      guard let tensor = tensor(index), case .parameter = step.inputs[index], numbers != .float32 else {
        return tensor(index)
      }
      return try tensor.cast(to: numbers)
    }
    func needed(_ tensor: TorchTensor?) throws(WinnowError) -> TorchTensor {
      guard let tensor else { throw WinnowError(.notTrainable, "a step of the network lacks an input") }
      return tensor
    }
    let input = try needed(tensor(0))
    switch step.operation {
    case .conv(let window, let groups):
      return try input.conv(try needed(rounded(1)), bias: try rounded(2), window, groups: groups)
    case .batchNorm(let epsilon):
      return try input.batchNorm(
        weight: try needed(tensor(1)), bias: try needed(tensor(2)), mean: try needed(tensor(3)),
        variance: try needed(tensor(4)), training: training, momentum: Self.momentum, epsilon: epsilon)
    case .layerNorm(let epsilon):
      return try input.layerNorm(weight: try needed(rounded(1)), bias: try rounded(2), epsilon: epsilon)
    case .unary(let op): return try input.apply(op, inPlace: step.isInPlace)
    case .clip(let low, let high): return try input.clip(low, high, inPlace: step.isInPlace)
    case .binary(let op): return try needed(rounded(0)).combine(op, try needed(rounded(1)))
    case .maxPool(let window, let roundsUp): return try input.maxPool(window, roundsUp: roundsUp)
    case .averagePool(let window, let roundsUp, let countsPads):
      return try input.averagePool(window, roundsUp: roundsUp, countsPads: countsPads)
    case .globalAveragePool: return try input.mean(over: [2, 3], keeping: true)
    case .mean(let axes, let keeping): return try input.mean(over: axes, keeping: keeping)
    case .concat(let axis):
      var parts: [TorchTensor] = []
      for index in step.inputs.indices { parts.append(try needed(rounded(index))) }
      return try TorchTensor.concat(parts, axis: axis)
    case .reshape(let shape):
      let source = try needed(rounded(0))
      guard shape.contains(0) else { return try source.reshaped(shape) }
      let own = try source.shape()
      return try source.reshaped(shape.enumerated().map { $1 == 0 && $0 < own.count ? own[$0] : $1 })
    case .flatten: return try input.reshaped([try input.shape().first ?? 1, -1])
    case .transpose(let order): return try needed(rounded(0)).transposed(order)
    case .linear(let isTransposed):
      // Heads decide, and cost next to nothing: they compute with all digits.
      var weight = try needed(tensor(1))
      if isTransposed { weight = try weight.transposed([1, 0]) }
      return try input.cast(to: .float32).linear(weight, bias: tensor(2))
    case .matmul: return try needed(rounded(0)).matmul(try needed(rounded(1)))
    case .softmax(let axis): return try input.softmax(axis: axis)
    case .dropout(let ratio):
      guard training, ratio > 0, let draws = try draws(try input.shape()) else { return input }
      return try input.dropout(draws, keep: 1 - ratio)
    case .same: return input
    }
  }

  // MARK: - Weights

  /// The graph with the weights as they are now.
  public func weights(into graph: Graph) throws(WinnowError) -> Graph {
    try Self.put(parameters.map { ($0.name, $0.tensor) }, into: graph)
  }

  /// The graph with these weights, by name.
  public static func put(_ weights: [(name: String, tensor: TorchTensor)], into graph: Graph) throws(WinnowError)
    -> Graph
  {
    var result = graph
    for (name, tensor) in weights {
      guard let old = graph.initialisers[name], old.elementType == .float32 else { continue }
      result.initialisers[name] = try Tensor(try tensor.floats(), shape: old.shape)
    }
    return result
  }
}
