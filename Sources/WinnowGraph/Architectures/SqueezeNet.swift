import WinnowCore

extension NetworkLayers {
  /// Version 1.1 of Iandola et al. 2016. Its head is a convolution, whose map is pooled.
  mutating func squeezeNet11(classes: Int) throws(WinnowError) {
    var value = relu(try conv(input, "features.0", from: 3, to: 64, size: 3, stride: 2, pads: 0, hasBias: true))
    var channels = 64
    // Number among torchvision's layers, squeezed channels, channels of each half; a pool comes before the marked ones.
    for (number, squeezed, half, isPooled) in [
      (3, 16, 64, true), (4, 16, 64, false), (6, 32, 128, true), (7, 32, 128, false), (9, 48, 192, true),
      (10, 48, 192, false), (11, 64, 256, false), (12, 64, 256, false),
    ] {
      if isPooled { value = maxPool(value, size: 3, stride: 2, roundsUp: true) }
      value = try fire(value, "features.\(number)", from: channels, squeezed: squeezed, half: half)
      channels = 2 * half
    }
    value = relu(try conv(value, "classifier.1", from: channels, to: classes, hasBias: true))
    output(pooled(value))
  }

  private mutating func fire(
    _ input: Value, _ name: String, from: Int, squeezed: Int, half: Int
  ) throws(WinnowError) -> Value {
    let value = relu(try conv(input, "\(name).squeeze", from: from, to: squeezed, hasBias: true))
    return concat(
      relu(try conv(value, "\(name).expand1x1", from: squeezed, to: half, hasBias: true)),
      relu(try conv(value, "\(name).expand3x3", from: squeezed, to: half, size: 3, hasBias: true)))
  }
}
