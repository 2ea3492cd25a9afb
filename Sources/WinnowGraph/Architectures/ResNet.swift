import WinnowCore

/// Which of the networks of He et al. 2015.
struct ResNet: Hashable, Sendable {
  /// Blocks of each stage.
  let depths: [Int]
  /// Three convolutions a block, the middle one with the stride as torchvision has it, or two.
  let isBottleneck: Bool
  /// The variant D of He et al. 2018, as timm has it: three small convolutions at the start, and an average before what
  /// passes by.
  var isVariantD = false

  /// Channels that a block gives for each of its width.
  var expansion: Int { isBottleneck ? 4 : 1 }
}

extension NetworkLayers {
  mutating func resNet(_ shape: ResNet, classes: Int) throws(WinnowError) {
    var value: Value
    if shape.isVariantD {
      value = try conv(input, "conv1.0", from: 3, to: 32, size: 3, stride: 2)
      value = relu(try norm(value, "conv1.1", 32))
      value = relu(try norm(try conv(value, "conv1.3", from: 32, to: 32, size: 3), "conv1.4", 32))
      value = try conv(value, "conv1.6", from: 32, to: 64, size: 3)
    } else {
      value = try conv(input, "conv1", from: 3, to: 64, size: 7, stride: 2)
    }
    value = relu(try norm(value, "bn1", 64))
    value = maxPool(value, size: 3, stride: 2, pads: 1)
    var channels = 64
    for (stage, depth) in shape.depths.enumerated() {
      let width = 64 << stage
      for index in 0..<depth {
        value = try block(
          value, "layer\(stage + 1).\(index)", shape, from: channels, width: width,
          stride: index == 0 && stage > 0 ? 2 : 1)
        channels = width * shape.expansion
      }
    }
    output(try linear(pooled(value), "fc", from: channels, to: classes))
  }

  private mutating func block(
    _ input: Value, _ name: String, _ shape: ResNet, from: Int, width: Int, stride: Int
  ) throws(WinnowError) -> Value {
    let to = width * shape.expansion
    var value = input
    if shape.isBottleneck {
      value = relu(try norm(try conv(value, "\(name).conv1", from: from, to: width), "\(name).bn1", width))
      value = try conv(value, "\(name).conv2", from: width, to: width, size: 3, stride: stride)
      value = relu(try norm(value, "\(name).bn2", width))
      value = try norm(try conv(value, "\(name).conv3", from: width, to: to), "\(name).bn3", to)
    } else {
      value = try conv(value, "\(name).conv1", from: from, to: width, size: 3, stride: stride)
      value = relu(try norm(value, "\(name).bn1", width))
      value = try norm(try conv(value, "\(name).conv2", from: width, to: to, size: 3), "\(name).bn2", to)
    }
    var passed = input
    if stride > 1 || from != to {
      if shape.isVariantD, stride > 1 { passed = halvingAveragePool(passed) }
      let first = shape.isVariantD ? 1 : 0
      passed = try conv(
        passed, "\(name).downsample.\(first)", from: from, to: to, stride: shape.isVariantD ? 1 : stride)
      passed = try norm(passed, "\(name).downsample.\(first + 1)", to)
    }
    return relu(add(value, passed))
  }
}
