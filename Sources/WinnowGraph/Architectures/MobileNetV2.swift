import WinnowCore

extension NetworkLayers {
  /// Sandler et al. 2018, table 2: expansion, channels, repetitions, first stride.
  private static let stages = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]

  mutating func mobileNetV2(classes: Int) throws(WinnowError) {
    var channels = 32
    var value = try convNormRelu6(input, "features.0", from: 3, to: channels, size: 3, stride: 2)
    var number = 1
    for (expansion, width, count, stride) in Self.stages {
      for index in 0..<count {
        value = try invertedResidual(
          value, "features.\(number).conv", from: channels, to: width, expansion: expansion,
          stride: index == 0 ? stride : 1)
        (channels, number) = (width, number + 1)
      }
    }
    value = try convNormRelu6(value, "features.\(number)", from: channels, to: 1280)
    output(try linear(pooled(value), "classifier.1", from: 1280, to: classes))
  }

  private mutating func invertedResidual(
    _ input: Value, _ name: String, from: Int, to: Int, expansion: Int, stride: Int
  ) throws(WinnowError) -> Value {
    let inner = from * expansion
    var value = input
    var number = 0
    if expansion > 1 {
      value = try convNormRelu6(value, "\(name).0", from: from, to: inner)
      number = 1
    }
    value = try convNormRelu6(
      value, "\(name).\(number)", from: inner, to: inner, size: 3, stride: stride, groups: inner)
    value = try conv(value, "\(name).\(number + 1)", from: inner, to: to)
    value = try norm(value, "\(name).\(number + 2)", to)
    return stride == 1 && from == to ? add(input, value) : value
  }

  private mutating func convNormRelu6(
    _ input: Value, _ name: String, from: Int, to: Int, size: Int = 1, stride: Int = 1, groups: Int = 1
  ) throws(WinnowError) -> Value {
    let value = try conv(input, "\(name).0", from: from, to: to, size: size, stride: stride, groups: groups)
    return relu6(try norm(value, "\(name).1", to))
  }
}
