import WinnowCore

/// Puts a network together layer by layer, with parameters called as torchvision calls them.
struct NetworkLayers {
  typealias Value = GraphBuilder.Value

  /// PyTorch's default, and torchvision's for all networks here.
  private static let epsilon: Float = 1e-5

  private var builder: GraphBuilder
  private let value: (Architecture.Parameter) throws(WinnowError) -> Tensor
  let input: Value

  init(name: String, value: @escaping (Architecture.Parameter) throws(WinnowError) -> Tensor) {
    builder = GraphBuilder(name: name)
    let side = Architecture.pictureSide
    input = builder.input("input", [.batch, .fixed(3), .fixed(side), .fixed(side)])
    self.value = value
  }

  consuming func finished() throws(WinnowError) -> Graph { try builder.build() }

  mutating func output(_ value: Value) { builder.output("logits", value) }

  private mutating func parameter(_ name: String, _ shape: [Int]) throws(WinnowError) -> Value {
    let tensor = try value(Architecture.Parameter(name: name, shape: shape))
    guard tensor.shape == shape else {
      throw Graph.inconsistent("\(name) has the shape \(tensor.shape) and not \(shape)")
    }
    return builder.parameter(tensor, named: name)
  }

  /// - Parameters:
  ///   - from, to: channels.
  ///   - groups: `from` for a depthwise convolution.
  mutating func conv(
    _ input: Value, _ name: String, from: Int, to: Int, size: Int = 1, stride: Int = 1, pads: Int? = nil,
    groups: Int = 1, hasBias: Bool = false
  ) throws(WinnowError) -> Value {
    let pads = pads ?? (size - 1) / 2
    var inputs = [input, try parameter("\(name).weight", [to, from / groups, size, size])]
    if hasBias { inputs.append(try parameter("\(name).bias", [to])) }
    return builder.node(
      "Conv", inputs,
      [
        "kernel_shape": .ints([size, size]), "strides": .ints([stride, stride]),
        "pads": .ints([pads, pads, pads, pads]), "group": .int(groups),
      ])
  }

  mutating func norm(
    _ input: Value, _ name: String, _ channels: Int, epsilon: Float = NetworkLayers.epsilon
  ) throws(WinnowError) -> Value {
    var inputs = [input]
    for part in ["weight", "bias", "running_mean", "running_var"] {
      inputs.append(try parameter("\(name).\(part)", [channels]))
    }
    return builder.node("BatchNormalization", inputs, ["epsilon": .float(epsilon)])
  }

  mutating func linear(_ input: Value, _ name: String, from: Int, to: Int) throws(WinnowError) -> Value {
    builder.node(
      "Gemm", [input, try parameter("\(name).weight", [to, from]), try parameter("\(name).bias", [to])],
      ["transB": .int(1)])
  }

  /// Over the last dimension, of so many numbers.
  mutating func layerNorm(_ input: Value, _ name: String, _ count: Int) throws(WinnowError) -> Value {
    let inputs = [input, try parameter("\(name).weight", [count]), try parameter("\(name).bias", [count])]
    return builder.node("LayerNormalization", inputs, ["axis": .int(-1), "epsilon": .float(1e-6)])
  }

  /// A linear layer over the last dimension, whatever comes before it.
  mutating func perPixel(_ input: Value, _ name: String, from: Int, to: Int) throws(WinnowError) -> Value {
    let weight = builder.transpose(try parameter("\(name).weight", [to, from]), [1, 0])
    return builder.add(builder.node("MatMul", [input, weight]), try parameter("\(name).bias", [to]))
  }

  /// Times a parameter of its own.
  mutating func scaled(_ input: Value, _ name: String, shape: [Int]) throws(WinnowError) -> Value {
    builder.mul(input, try parameter(name, shape))
  }

  mutating func sigmoid(_ input: Value) -> Value { builder.node("Sigmoid", [input]) }

  mutating func swish(_ input: Value) -> Value { builder.mul(input, sigmoid(input)) }

  mutating func hardSwish(_ input: Value) -> Value { builder.node("HardSwish", [input]) }

  mutating func hardSigmoid(_ input: Value) -> Value {
    builder.node("HardSigmoid", [input], ["alpha": .float(1 / 6), "beta": .float(0.5)])
  }

  /// Spelt out: the version of ONNX's operators that is written has none of this name.
  mutating func gelu(_ input: Value) -> Value {
    let half = builder.constant(Tensor(Float(0.5)))
    let root = builder.constant(Tensor(Float(2).squareRoot()))
    let erf = builder.node("Erf", [builder.node("Div", [input, root])])
    return builder.mul(builder.mul(input, builder.add(erf, builder.constant(Tensor(Float(1))))), half)
  }

  mutating func multiply(_ left: Value, _ right: Value) -> Value { builder.mul(left, right) }

  mutating func transpose(_ input: Value, _ order: [Int]) -> Value { builder.transpose(input, order) }

  mutating func flatten(_ input: Value) -> Value { builder.flatten(input) }

  /// The mean of each channel, `[N, channels, 1, 1]`.
  mutating func channelMeans(_ input: Value) -> Value { builder.globalAveragePool(input) }

  /// Windows of two pixels side by side; a last one that is cut off counts what it has.
  mutating func halvingAveragePool(_ input: Value) -> Value {
    builder.node(
      "AveragePool", [input],
      [
        "kernel_shape": .ints([2, 2]), "strides": .ints([2, 2]), "pads": .ints([0, 0, 0, 0]), "ceil_mode": .int(1),
        "count_include_pad": .int(0),
      ])
  }

  mutating func relu(_ input: Value) -> Value { builder.relu(input) }

  mutating func relu6(_ input: Value) -> Value {
    builder.node("Clip", [input, builder.constant(Tensor(Float(0))), builder.constant(Tensor(Float(6)))])
  }

  mutating func add(_ left: Value, _ right: Value) -> Value { builder.add(left, right) }

  mutating func concat(_ left: Value, _ right: Value) -> Value { builder.concat([left, right]) }

  mutating func maxPool(_ input: Value, size: Int, stride: Int, pads: Int = 0, roundsUp: Bool = false) -> Value {
    builder.maxPool(input, size: size, stride: stride, pads: pads, roundsUp: roundsUp)
  }

  /// The mean of each channel, `[N, channels]`.
  mutating func pooled(_ input: Value) -> Value { builder.flatten(builder.globalAveragePool(input)) }
}
