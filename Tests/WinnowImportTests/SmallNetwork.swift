import WinnowCore
import WinnowGraph

/// A network of three classes: the mean of each colour, then a row of weights for each class.
struct SmallNetwork {
  enum Ending { case logits, softmax, sigmoid, batchSoftmax }

  var batch = Dimension.batch(multiple: 1)
  var height: Dimension = .fixed(8)
  var width: Dimension = .fixed(8)
  var channels = 3
  var isNHWC = false
  var ending = Ending.logits
  var scale: Float = 1
  /// An operator put before the mean.
  var activation: String?
  var hasSecondInput = false
  var hasSecondOutput = false
  /// Multiplies by a unit matrix of this size from the left, which fixes the batch for good.
  var bakedInBatch: Int?

  static let classes = ["a", "b", "c"]

  func graph() throws -> Graph {
    var builder = GraphBuilder(name: "small")
    let sides = isNHWC ? [height, width, .fixed(channels)] : [.fixed(channels), height, width]
    var value = builder.input("picture", [batch] + sides)
    if isNHWC { value = builder.transpose(value, [0, 3, 1, 2]) }
    if let activation { value = builder.node(activation, [value]) }
    let map = value
    value = builder.flatten(builder.globalAveragePool(value))
    if let bakedInBatch {
      let unit = (0..<bakedInBatch * bakedInBatch).map { Float($0 % (bakedInBatch + 1) == 0 ? 1 : 0) }
      let matrix = builder.constant(try Tensor(unit, shape: [bakedInBatch, bakedInBatch]))
      value = builder.node("MatMul", [matrix, value])
    }
    let weights = (0..<3 * channels).map { scale * Float($0 % 4) }
    value = builder.gemm(value, weights: try Tensor(weights, shape: [3, channels]))
    switch ending {
    case .logits: break
    case .softmax: value = builder.softmax(value)
    case .sigmoid: value = builder.node("Sigmoid", [value])
    case .batchSoftmax: value = builder.node("Softmax", [value], ["axis": .int(0)])
    }
    if hasSecondInput { value = builder.add(value, builder.input("mask", [batch, .fixed(3)])) }
    builder.output("classes", value)
    if hasSecondOutput { builder.output("map", builder.relu(map)) }
    var graph = try builder.build()
    // As exporters do: behind an unknown operator nothing else tells the shape.
    graph.outputs[0].type.shape = [batch, .fixed(3)]
    return graph
  }

  func onnx() throws -> [UInt8] { try graph().onnxBytes() }
}
