import WinnowCore

extension NetworkLayers {
  /// Tan and Le 2019, table 1: expansion, filter size, channels, repetitions, first stride.
  private static let efficientStages = [
    (1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2), (6, 5, 112, 3, 1), (6, 5, 192, 4, 2),
    (6, 3, 320, 1, 1),
  ]

  mutating func efficientNetB0(classes: Int) throws(WinnowError) {
    var channels = 32
    var value = try convNormSwish(input, "features.0", from: 3, to: channels, size: 3, stride: 2)
    for (stage, (expansion, size, width, count, stride)) in Self.efficientStages.enumerated() {
      for index in 0..<count {
        value = try mobileBlock(
          value, "features.\(stage + 1).\(index).block", from: channels, to: width, expansion: expansion, size: size,
          stride: index == 0 ? stride : 1)
        channels = width
      }
    }
    value = try convNormSwish(value, "features.8", from: channels, to: 1280)
    output(try linear(pooled(value), "classifier.1", from: 1280, to: classes))
  }

  private mutating func mobileBlock(
    _ input: Value, _ name: String, from: Int, to: Int, expansion: Int, size: Int, stride: Int
  ) throws(WinnowError) -> Value {
    let inner = from * expansion
    var value = input
    var number = 0
    if expansion > 1 {
      value = try convNormSwish(value, "\(name).0", from: from, to: inner)
      number = 1
    }
    value = try convNormSwish(
      value, "\(name).\(number)", from: inner, to: inner, size: size, stride: stride, groups: inner)
    value = try squeezed(value, "\(name).\(number + 1)", channels: inner, squeezed: max(1, from / 4))
    value = try conv(value, "\(name).\(number + 2).0", from: inner, to: to)
    value = try norm(value, "\(name).\(number + 2).1", to)
    return stride == 1 && from == to ? add(input, value) : value
  }

  /// Weighs each channel by what all of the map shows (Hu et al. 2017).
  private mutating func squeezed(
    _ input: Value, _ name: String, channels: Int, squeezed: Int
  ) throws(WinnowError) -> Value {
    let inner = swish(
      try conv(channelMeans(input), "\(name).fc1", from: channels, to: squeezed, hasBias: true))
    let weight = sigmoid(try conv(inner, "\(name).fc2", from: squeezed, to: channels, hasBias: true))
    return multiply(input, weight)
  }

  private mutating func convNormSwish(
    _ input: Value, _ name: String, from: Int, to: Int, size: Int = 1, stride: Int = 1, groups: Int = 1
  ) throws(WinnowError) -> Value {
    let value = try conv(input, "\(name).0", from: from, to: to, size: size, stride: stride, groups: groups)
    return swish(try norm(value, "\(name).1", to))
  }
}
