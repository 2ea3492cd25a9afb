extension Graph {
  /// The constant behind each value that is nothing but weights: itself, or weights that are dequantised, converted
  /// or arranged anew.
  var weightSources: [String: WeightSource] {
    var sources: [String: WeightSource] = [:]
    for (name, tensor) in initialisers { sources[name] = WeightSource(name: name, tensor: tensor) }
    for node in nodes {
      guard let output = node.outputs.first else { continue }
      switch node.knownOperator {
      case .constant: sources[output] = node.constantTensor.map { WeightSource(name: output, tensor: $0) }
      case .dequantizeLinear, .identity, .cast, .transpose, .reshape, .squeeze, .unsqueeze, .expand, .gather:
        if let input = node.input(0), let source = sources[input] { sources[output] = source }
      default: break
      }
    }
    return sources
  }
}

/// A constant, and the name that tells it from others.
struct WeightSource {
  let name: String
  let tensor: Tensor

  /// Integers of 32 and more bits are shapes and indices; those of 8 bits are quantised weights.
  var canBeLearnt: Bool { tensor.elementType.isFloat || tensor.elementType.byteCount == 1 }
}

extension Node {
  /// The constants at those inputs at which weights are learnt. Running statistics of a BatchNormalization are
  /// measured, not learnt; torch counts them as buffers, and so they do not count as parameters.
  func parameters(_ sources: [String: WeightSource]) -> [WeightSource] {
    let learnt: [WeightSource]
    switch knownOperator {
    case .conv, .gemm, .matMul, .batchNormalization, .layerNormalization:
      learnt = (1...2).compactMap { input($0).flatMap { sources[$0] } }
    case .pRelu: learnt = [input(1).flatMap { sources[$0] }].compactMap(\.self)
    case .add, .mul, .concat, .expand:
      // A single number is a setting, such as the 0.5 in a spelt-out Gelu.
      learnt = inputs.compactMap { sources[$0] }.filter { $0.tensor.count > 1 }
    default: learnt = []
    }
    return learnt.filter(\.canBeLearnt)
  }
}
