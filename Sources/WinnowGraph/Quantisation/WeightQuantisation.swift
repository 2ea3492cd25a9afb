import WinnowCore

/// Weights in int8: symmetric, -127 to 127, with a scale for each output channel.
struct WeightQuantisation {
  /// int8, shaped as the weights.
  let values: Tensor
  /// float32, one for each channel.
  let scales: Tensor
  /// int8 zeros, one for each channel.
  let zeroPoints: Tensor
  private let axis: Int

  /// - Parameters:
  ///   - weights: float32.
  ///   - axis: Of the output channels.
  /// - Throws: `.inconsistentGraph` for weights that are no numbers.
  init(_ weights: Tensor, axis: Int) throws(WinnowError) {
    let channels = weights.shape[axis]
    let inner = weights.shape[(axis + 1)...].reduce(1, *)
    guard let floats = weights.floats, floats.allSatisfy(\.isFinite) else {
      throw Graph.inconsistent("weights of shape \(weights.shape) are not all numbers")
    }
    self.axis = axis
    var largest = [Float](repeating: 0, count: channels)
    for (index, value) in floats.enumerated() {
      let channel = index / inner % channels
      largest[channel] = max(largest[channel], abs(value))
    }
    let scales = largest.map { $0 / 127 >= .leastNormalMagnitude ? $0 / 127 : 1 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(floats.count)
    for (index, value) in floats.enumerated() {
      let step = (value / scales[index / inner % channels]).rounded(.toNearestOrEven)
      bytes.append(UInt8(bitPattern: Int8(min(127, max(-127, step)))))
    }
    values = try Tensor(.int8, shape: weights.shape, bytes: bytes[...])
    self.scales = try Tensor(scales, shape: [channels])
    zeroPoints = try Tensor(.int8, shape: [channels], bytes: [UInt8](repeating: 0, count: channels)[...])
  }

  /// How much more each output channel gives on average with these weights than with those that they stand for.
  ///
  /// - Parameters:
  ///   - means: Of the input's channels. At the edges of a padded map they are somewhat too large.
  ///   - groups: Of a convolution.
  /// - Returns: nil where the means do not fit the weights.
  func meanShift(from weights: Tensor, means: [Float], groups: Int) -> [Float]? {
    guard let steps = values.integers, let scales = scales.floats, let floats = weights.floats, groups > 0 else {
      return nil
    }
    let (outputs, inputs) = (weights.shape[axis], weights.shape[1 - axis])
    let window = weights.shape.dropFirst(2).reduce(1, *)
    guard means.count == inputs * groups, outputs.isMultiple(of: groups) else { return nil }
    var shift = [Double](repeating: 0, count: outputs)
    for index in floats.indices {
      let (row, column) = (index / window / weights.shape[1], index / window % weights.shape[1])
      let (output, input) = axis == 0 ? (row, column) : (column, row)
      let mean = means[output / (outputs / groups) * inputs + input]
      shift[output] += Double(Float(steps[index]) * scales[output] - floats[index]) * Double(mean)
    }
    return shift.map { Float($0) }
  }
}
