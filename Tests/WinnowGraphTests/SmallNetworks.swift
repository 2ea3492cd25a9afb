import WinnowCore
import WinnowGraph

/// Networks made in code. Their weights are small and of no meaning.
enum SmallNetworks {
  static func weights(_ shape: [Int]) throws(WinnowError) -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { Float($0 % 7) - 3 }, shape: shape)
  }

  /// Conv, Relu, GlobalAveragePool, Flatten, Gemm; 4 features, 5 classes.
  static func classifier(
    batch: Dimension = .batch, height: Dimension = .fixed(16), width: Dimension = .fixed(16),
    endsIn ending: String? = nil
  ) throws(WinnowError) -> Graph {
    var builder = GraphBuilder(name: "small")
    let picture = builder.input("picture", [batch, .fixed(3), height, width])
    let map = builder.relu(builder.conv(picture, weights: try weights([4, 3, 3, 3]), bias: try weights([4]), pads: 1))
    let pooled = builder.flatten(builder.globalAveragePool(map))
    var scores = builder.gemm(pooled, weights: try weights([5, 4]), bias: try weights([5]))
    if let ending { scores = builder.node(ending, [scores], ending == "Sigmoid" ? [:] : ["axis": .int(-1)]) }
    builder.output("scores", scores)
    return try builder.build()
  }

  /// A classifier with one of everything: branches, computed shapes, constants to fold, and what operator set 20 writes
  /// in another way than 17.
  static func varied(batch: Dimension) throws(WinnowError) -> Graph {
    var builder = GraphBuilder(name: "varied")
    let picture = builder.input("picture", [batch, .fixed(3), .fixed(8), .fixed(8)])
    let padded = builder.node("Pad", [picture, builder.constant(Tensor([0, 0, 1, 1, 0, 0, 1, 1]))])
    let map = builder.node("Gelu", [builder.conv(padded, weights: try weights([8, 3, 3, 3]))])
    let pooled = builder.maxPool(map, size: 3, stride: 2, roundsUp: true)
    let halves = builder.nodes("Split", [pooled], outputs: 2, ["axis": .int(1), "num_outputs": .int(2)])
    let sliced = builder.node(
      "Slice",
      [
        halves[0], builder.constant(Tensor([0])), builder.constant(Tensor([Int.max])), builder.constant(Tensor([1])),
        builder.constant(Tensor([2])),
      ])
    let joined = builder.concat([sliced, halves[1]])
    let shape = builder.node("Shape", [joined])
    let zero = builder.constant(try Tensor([0], shape: []))
    let rows = builder.node("Unsqueeze", [builder.node("Gather", [shape, zero]), builder.constant(Tensor([0]))])
    let target = builder.concat([rows, builder.constant(Tensor([6, -1]))], axis: 0)
    let tokens = builder.transpose(builder.node("Reshape", [joined, target]), [0, 2, 1])
    let scale = builder.constant(try weights([6]))
    let normed = builder.node("LayerNormalization", [tokens, scale, scale], ["axis": .int(-1)])
    let matrix = builder.transpose(builder.constant(try weights([10, 6])), [1, 0])
    let mixed = builder.softmax(builder.node("MatMul", [normed, matrix]))
    let mean = builder.node("ReduceMean", [mixed, builder.constant(Tensor([1]))], ["keepdims": .int(0)])
    builder.output("scores", builder.gemm(builder.node("Dropout", [mean]), weights: try weights([5, 10])))
    return try builder.build()
  }

  /// A residual network as torchvision builds it, with BatchNormalization: `blocks` a stage, `bottleneck` for the
  /// deep ones. Weights share one storage, so that the large ones take no time.
  static func residual(blocks: [Int], bottleneck: Bool) throws(WinnowError) -> Graph {
    var builder = GraphBuilder(name: "residual")
    var channels = 64
    let picture = builder.input("input", [.batch, .fixed(3), .fixed(224), .fixed(224)])
    var value = try convNorm(&builder, picture, from: 3, to: 64, kernel: 7, stride: 2)
    value = builder.maxPool(builder.relu(value), size: 3, stride: 2, pads: 1)
    for (stage, count) in blocks.enumerated() {
      let width = 64 << stage
      let out = bottleneck ? 4 * width : width
      for block in 0..<count {
        let stride = stage > 0 && block == 0 ? 2 : 1
        var body = value
        if bottleneck {
          body = builder.relu(try convNorm(&builder, body, from: channels, to: width, kernel: 1, stride: 1))
          body = builder.relu(try convNorm(&builder, body, from: width, to: width, kernel: 3, stride: stride))
          body = try convNorm(&builder, body, from: width, to: out, kernel: 1, stride: 1)
        } else {
          body = builder.relu(try convNorm(&builder, body, from: channels, to: width, kernel: 3, stride: stride))
          body = try convNorm(&builder, body, from: width, to: width, kernel: 3, stride: 1)
        }
        if channels != out || stride != 1 {
          value = try convNorm(&builder, value, from: channels, to: out, kernel: 1, stride: stride)
        }
        value = builder.relu(builder.add(body, value))
        channels = out
      }
    }
    let pooled = builder.flatten(builder.globalAveragePool(value))
    builder.output("logits", builder.gemm(pooled, weights: try zeros([1000, channels]), bias: try zeros([1000])))
    return try builder.build()
  }

  private static func convNorm(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value, from: Int, to: Int, kernel: Int, stride: Int
  ) throws(WinnowError) -> GraphBuilder.Value {
    let value = builder.conv(
      input, weights: try zeros([to, from, kernel, kernel]), stride: stride, pads: kernel / 2)
    var inputs = [value]
    for _ in 0..<4 { inputs.append(builder.constant(try zeros([to]))) }
    return builder.node("BatchNormalization", inputs, ["epsilon": .float(1e-5)])
  }

  private static let noughts = [UInt8](repeating: 0, count: 4 * 2048 * 2048)

  private static func zeros(_ shape: [Int]) throws(WinnowError) -> Tensor {
    try Tensor(.float32, shape: shape, bytes: noughts[..<(4 * shape.reduce(1, *))])
  }
}
