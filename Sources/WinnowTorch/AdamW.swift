internal import CWinnowTorch
public import WinnowCore

/// AdamW (Loshchilov & Hutter 2019) for one group of parameters, with its state.
public struct AdamW {
  public static let beta1 = 0.9
  public static let beta2 = 0.999
  static let epsilon = 1e-8

  public let parameters: [TorchTensor]
  /// Running means of the gradients and of their squares, a tensor a parameter.
  public let means: [TorchTensor]
  public let squares: [TorchTensor]
  private let steps: [TorchTensor]
  /// Of what the weights lose of themselves with each step, times the rate.
  public let decay: Double

  /// - Parameter stepCount: steps that were made before, where a training goes on.
  public init(_ parameters: [TorchTensor], decay: Double, stepCount: Int = 0) throws(WinnowError) {
    self.parameters = parameters
    self.decay = decay
    func zeros() throws(WinnowError) -> [TorchTensor] {
      try parameters.map { (parameter) throws(WinnowError) in
        let copy = try parameter.clone()
        return try copy.combine(WTORCH_SUBTRACT, copy)
      }
    }
    means = try zeros()
    squares = try zeros()
    steps = try parameters.map { (parameter) throws(WinnowError) in
      try TorchTensor([Float(stepCount)], shape: [], in: parameter.library)
    }
  }

  /// One step with the gradients there are.
  public func step(rate: Double) throws(WinnowError) {
    guard let library = parameters.first?.library else { return }
    var settings = wtorch_adamw(
      rate: rate, beta1: Self.beta1, beta2: Self.beta2, epsilon: Self.epsilon, decay: decay)
    try library.check(
      library.functions.adamw_in_place(
        parameters.map(\.raw), means.map(\.raw), squares.map(\.raw), steps.map(\.raw), parameters.count, &settings))
  }
}

extension [TorchTensor] {
  /// Forgets the gradients.
  public func clearGradients() throws(WinnowError) {
    guard let library = first?.library else { return }
    try library.check(library.functions.clear_gradients(map(\.raw), count))
  }

  /// Scales the gradients down so that their common norm is at most `limit`.
  public func clipGradients(to limit: Double) throws(WinnowError) {
    guard let library = first?.library else { return }
    try library.check(library.functions.clip_gradients(map(\.raw), count, limit))
  }

  /// Moves each tensor by `share` of the way to its source.
  public func blend(with sources: [TorchTensor], share: Double) throws(WinnowError) {
    guard let library = first?.library else { return }
    try library.check(library.functions.blend_in_place(map(\.raw), sources.map(\.raw), count, share))
  }
}
