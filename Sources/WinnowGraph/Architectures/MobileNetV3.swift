import WinnowCore

/// Which of the two networks of Howard et al. 2019.
struct MobileNetV3: Hashable, Sendable {
  struct Block: Hashable, Sendable {
    let size: Int
    let inner: Int
    let to: Int
    let isSqueezed: Bool
    let isHardSwish: Bool
    let stride: Int

    init(_ size: Int, _ inner: Int, _ to: Int, _ isSqueezed: Bool, _ isHardSwish: Bool, _ stride: Int) {
      (self.size, self.inner, self.to) = (size, inner, to)
      (self.isSqueezed, self.isHardSwish, self.stride) = (isSqueezed, isHardSwish, stride)
    }
  }

  let blocks: [Block]
  /// Width of the head's own layer.
  let hidden: Int

  /// Tables 1 and 2: filter size, inner channels, channels, squeezed, hard swish, stride.
  static let large = MobileNetV3(
    blocks: [
      Block(3, 16, 16, false, false, 1), Block(3, 64, 24, false, false, 2), Block(3, 72, 24, false, false, 1),
      Block(5, 72, 40, true, false, 2), Block(5, 120, 40, true, false, 1), Block(5, 120, 40, true, false, 1),
      Block(3, 240, 80, false, true, 2), Block(3, 200, 80, false, true, 1), Block(3, 184, 80, false, true, 1),
      Block(3, 184, 80, false, true, 1), Block(3, 480, 112, true, true, 1), Block(3, 672, 112, true, true, 1),
      Block(5, 672, 160, true, true, 2), Block(5, 960, 160, true, true, 1), Block(5, 960, 160, true, true, 1),
    ], hidden: 1280)
  static let small = MobileNetV3(
    blocks: [
      Block(3, 16, 16, true, false, 2), Block(3, 72, 24, false, false, 2), Block(3, 88, 24, false, false, 1),
      Block(5, 96, 40, true, true, 2), Block(5, 240, 40, true, true, 1), Block(5, 240, 40, true, true, 1),
      Block(5, 120, 48, true, true, 1), Block(5, 144, 48, true, true, 1), Block(5, 288, 96, true, true, 2),
      Block(5, 576, 96, true, true, 1), Block(5, 576, 96, true, true, 1),
    ], hidden: 1024)
}

extension NetworkLayers {
  /// Torchvision's, for this network alone.
  private static let normEpsilon: Float = 1e-3

  mutating func mobileNetV3(_ shape: MobileNetV3, classes: Int) throws(WinnowError) {
    var channels = 16
    var value = try convNorm(input, "features.0", from: 3, to: channels, size: 3, stride: 2)
    value = hardSwish(value)
    for (index, block) in shape.blocks.enumerated() {
      value = try self.block(value, "features.\(index + 1).block", block, from: channels)
      channels = block.to
    }
    value = hardSwish(
      try convNorm(value, "features.\(shape.blocks.count + 1)", from: channels, to: 6 * channels))
    value = hardSwish(try linear(pooled(value), "classifier.0", from: 6 * channels, to: shape.hidden))
    output(try linear(value, "classifier.3", from: shape.hidden, to: classes))
  }

  private mutating func block(
    _ input: Value, _ name: String, _ block: MobileNetV3.Block, from: Int
  ) throws(WinnowError) -> Value {
    var value = input
    var number = 0
    if block.inner != from {
      value = activated(try convNorm(value, "\(name).0", from: from, to: block.inner), block)
      number = 1
    }
    value = try convNorm(
      value, "\(name).\(number)", from: block.inner, to: block.inner, size: block.size, stride: block.stride,
      groups: block.inner)
    value = activated(value, block)
    if block.isSqueezed {
      number += 1
      value = try squeezed(value, "\(name).\(number)", block.inner)
    }
    value = try convNorm(value, "\(name).\(number + 1)", from: block.inner, to: block.to)
    return block.stride == 1 && from == block.to ? add(input, value) : value
  }

  private mutating func activated(_ value: Value, _ block: MobileNetV3.Block) -> Value {
    block.isHardSwish ? hardSwish(value) : relu(value)
  }

  private mutating func squeezed(_ input: Value, _ name: String, _ channels: Int) throws(WinnowError) -> Value {
    // A quarter, to the next multiple of eight that is not below nine tenths of it.
    var inner = max(8, (channels / 4 + 4) / 8 * 8)
    if 10 * inner < 9 * (channels / 4) { inner += 8 }
    let hidden = relu(try conv(channelMeans(input), "\(name).fc1", from: channels, to: inner, hasBias: true))
    return multiply(input, hardSigmoid(try conv(hidden, "\(name).fc2", from: inner, to: channels, hasBias: true)))
  }

  private mutating func convNorm(
    _ input: Value, _ name: String, from: Int, to: Int, size: Int = 1, stride: Int = 1, groups: Int = 1
  ) throws(WinnowError) -> Value {
    let value = try conv(input, "\(name).0", from: from, to: to, size: size, stride: stride, groups: groups)
    return try norm(value, "\(name).1", to, epsilon: Self.normEpsilon)
  }
}
