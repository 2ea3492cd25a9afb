/// ONNX files small enough to be written by hand: the mean of each colour, then one row of weights a class.
///
/// Written as protobuf (field numbers from onnx.proto) so that these tests need no other module's writer.
struct TinyNetwork {
  enum Batch { case free, fixed(Int), bakedIn(Int) }

  var side = 8
  var batch = Batch.free
  var isNHWC = false
  var hasSoftmax = false
  var hasSecondInput = false
  /// Whether the means of the colours are a second output, "flat".
  var hasFeature = false
  /// `[classes][3]`
  var weights: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [-1, 0.5, 2]]
  var bias: [Float] = [0.5, 0, -0.5, 1, 0]

  /// What the network computes for the normalised pixels of a picture.
  func logits(of pixels: [UInt8], mean: [Float], std: [Float]) -> [Float] {
    var sums = [Double](repeating: 0, count: 3)
    for (index, pixel) in pixels.enumerated() {
      sums[index % 3] += (Double(pixel) / 255 - Double(mean[index % 3])) / Double(std[index % 3])
    }
    let means = sums.map { $0 / Double(pixels.count / 3) }
    return zip(weights, bias).map { row, bias in
      Float(zip(row, means).reduce(Double(bias)) { $0 + Double($1.0) * $1.1 })
    }
  }

  func onnx() -> [UInt8] {
    var graph: [UInt8] = []
    var pooled = "input"
    if isNHWC {
      graph += node("Transpose", [pooled], "nchw", attribute("perm", integers: [0, 3, 1, 2]))
      pooled = "nchw"
    }
    graph += node("GlobalAveragePool", [pooled], "pooled", [])
    graph += node("Flatten", ["pooled"], "flat", attribute("axis", integer: 1))
    var features = "flat"
    if case .bakedIn(let batch) = batch {
      // Multiplied from the left by a unit matrix of the batch's size, which nothing can reshape.
      features = "same"
      let unit = (0..<batch * batch).map { $0 % (batch + 1) == 0 ? Float(1) : 0 }
      graph += node("MatMul", ["unit", "flat"], "same", [])
      graph += message(5, tensor("unit", dimensions: [batch, batch], type: 1, raw: unit.flatMap(bytes)))
    }
    let gemm = hasSoftmax || hasSecondInput ? "raw" : "scores"
    graph += node("Gemm", [features, "weights", "bias"], gemm, attribute("transB", integer: 1))
    if hasSoftmax { graph += node("Softmax", ["raw"], "scores", attribute("axis", integer: 1)) }
    if hasSecondInput { graph += node("Add", ["raw", "second"], "scores", []) }
    graph += string(2, "tiny")
    graph += message(
      5, tensor("weights", dimensions: [weights.count, 3], type: 1, raw: weights.joined().flatMap(bytes)))
    graph += message(5, tensor("bias", dimensions: [bias.count], type: 1, raw: bias.flatMap(bytes)))
    graph += message(11, value("input", isNHWC ? [nil, side, side, 3] : [nil, 3, side, side]))
    if hasSecondInput { graph += message(11, value("second", [nil, 1])) }
    graph += message(12, value("scores", [nil, weights.count]))
    if hasFeature { graph += message(12, value("flat", [nil, 3])) }
    return integer(1, 8) + message(7, graph) + message(8, string(1, "") + integer(2, 17))
  }

  private func value(_ name: String, _ dimensions: [Int?]) -> [UInt8] {
    var shape: [UInt8] = []
    for dimension in dimensions {
      switch (dimension, batch) {
      case (let size?, _): shape += message(1, integer(1, size))
      case (nil, .free): shape += message(1, string(2, "N"))
      case (nil, .fixed(let size)), (nil, .bakedIn(let size)): shape += message(1, integer(1, size))
      }
    }
    return string(1, name) + message(2, message(1, integer(1, 1) + message(2, shape)))
  }

  private func node(_ type: String, _ inputs: [String], _ output: String, _ attribute: [UInt8]) -> [UInt8] {
    message(1, inputs.flatMap { string(1, $0) } + string(2, output) + string(4, type) + attribute)
  }

  private func attribute(_ name: String, integer value: Int) -> [UInt8] {
    message(5, string(1, name) + integer(3, value) + integer(20, 2))
  }

  private func attribute(_ name: String, integers: [Int]) -> [UInt8] {
    message(5, string(1, name) + integers.flatMap { integer(8, $0) } + integer(20, 7))
  }

  private func tensor(_ name: String, dimensions: [Int], type: Int, raw: [UInt8]) -> [UInt8] {
    dimensions.flatMap { integer(1, $0) } + integer(2, type) + string(8, name) + message(9, raw)
  }

  private func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  private func integer(_ field: Int, _ value: Int) -> [UInt8] { varint(field << 3) + varint(value) }
  private func string(_ field: Int, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }
  private func message(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(bytes.count) + bytes
  }

  private func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    repeat {
      let low = UInt8(rest & 0x7f)
      rest >>= 7
      bytes.append(rest == 0 ? low : low | 0x80)
    } while rest != 0
    return bytes
  }
}
