import WinnowCore

extension NetworkLayers {
  /// The smallest network of Liu et al. 2022: channels and blocks of each stage.
  private static let convNeXtStages = [(96, 3), (192, 3), (384, 9), (768, 3)]

  mutating func convNeXtTiny(classes: Int) throws(WinnowError) {
    var channels = 3
    var value = input
    for (stage, (width, count)) in Self.convNeXtStages.enumerated() {
      // The first stage is entered by patches of four pixels, each later one by patches of two.
      let name = "features.\(2 * stage)"
      if stage == 0 {
        value = try conv(value, "\(name).0", from: 3, to: width, size: 4, stride: 4, pads: 0, hasBias: true)
        value = try channelNorm(value, "\(name).1", width)
      } else {
        value = try channelNorm(value, "\(name).0", channels)
        value = try conv(value, "\(name).1", from: channels, to: width, size: 2, stride: 2, pads: 0, hasBias: true)
      }
      channels = width
      for index in 0..<count { value = try block(value, "features.\(2 * stage + 1).\(index)", channels) }
    }
    let feature = try channelNorm(channelMeans(value), "classifier.0", channels)
    output(try linear(flatten(feature), "classifier.2", from: channels, to: classes))
  }

  private mutating func block(_ input: Value, _ name: String, _ channels: Int) throws(WinnowError) -> Value {
    var value = try conv(
      input, "\(name).block.0", from: channels, to: channels, size: 7, groups: channels, hasBias: true)
    value = transpose(value, Self.channelsLast)
    value = try layerNorm(value, "\(name).block.2", channels)
    value = gelu(try perPixel(value, "\(name).block.3", from: channels, to: 4 * channels))
    value = try perPixel(value, "\(name).block.5", from: 4 * channels, to: channels)
    value = transpose(value, Self.channelsFirst)
    return add(input, try scaled(value, "\(name).layer_scale", shape: [channels, 1, 1]))
  }

  private static let channelsLast = [0, 2, 3, 1]
  private static let channelsFirst = [0, 3, 1, 2]

  /// Normalises over the channels of each pixel.
  private mutating func channelNorm(_ input: Value, _ name: String, _ channels: Int) throws(WinnowError) -> Value {
    let value = try layerNorm(transpose(input, Self.channelsLast), name, channels)
    return transpose(value, Self.channelsFirst)
  }
}
