import WinnowBundle
import WinnowCore
import WinnowGraph
import WinnowTorch

/// A network that is being taught, and beside it the running average of its weights, which judges better than the
/// weights themselves (Polyak and Juditsky 1992).
final class LearningNetwork {
  let network: TorchNetwork
  let averaged: TorchNetwork
  private let recipe: FineTuningRecipe
  private let library: TorchLibrary
  private let groups: [Group]
  private let moving: [(own: TorchTensor, average: TorchTensor)]
  private let learnt: [TorchTensor]
  private let classWeights: TorchTensor?
  private let classCount: Int
  private let input: InputSpec
  private let output: String

  /// Parameters with one rate.
  private struct Group {
    var optimiser: AdamW
    /// Of the head's rate.
    var share: Double
  }

  /// Bands of the body, by depth, with a rate of their own each; chosen.
  private static let bands = 4

  /// - Parameters:
  ///   - graph: with the head that is to be taught, whose logits are the output `output`.
  ///   - stepCount: steps that were made before, where a training goes on.
  init(
    _ graph: Graph, input: InputSpec, output: String, classCounts: [Int], recipe: FineTuningRecipe,
    numbers: TorchTensor.Numbers, stepCount: Int, in library: TorchLibrary
  ) throws(WinnowError) {
    (self.input, self.output, self.recipe, self.library) = (input, output, recipe, library)
    classCount = classCounts.count
    network = try TorchNetwork(graph, numbers: numbers, in: library)
    // What is judged is what will be served, to the last digit.
    averaged = try TorchNetwork(graph, numbers: .float32, in: library)
    classWeights = try recipe.classWeights(classCounts).map { (weights) throws(WinnowError) in
      try TorchTensor(weights, shape: [weights.count], in: library)
    }
    moving = zip(network.parameters, averaged.parameters).filter { !$0.0.isConstant }.map {
      (own: $0.0.tensor, average: $0.1.tensor)
    }
    let parameters = network.parameters.filter(\.isLearnt)
    learnt = parameters.map(\.tensor)
    let headDepth = parameters.map(\.depth).max() ?? 1
    var members: [[TorchTensor]] = Array(repeating: [], count: 2 * (Self.bands + 1))
    for parameter in parameters {
      let band =
        parameter.depth >= headDepth ? Self.bands : min(Self.bands - 1, Int(parameter.depth * Double(Self.bands)))
      members[2 * band + (parameter.decays ? 1 : 0)].append(parameter.tensor)
    }
    var groups: [Group] = []
    for (index, tensors) in members.enumerated() where !tensors.isEmpty {
      let (band, decays) = (index / 2, index % 2 == 1)
      let way = Double(band) / Double(Self.bands - 1)
      let share = band == Self.bands ? 1 : recipe.firstShare + (recipe.bodyShare - recipe.firstShare) * way
      groups.append(
        Group(
          optimiser: try AdamW(tensors, decay: decays ? recipe.decay : 0, stepCount: stepCount), share: share))
    }
    self.groups = groups
  }

  /// One step on a batch.
  ///
  /// - Parameters:
  ///   - pixels: `[labels.count, side, side, 3]`.
  ///   - progress: share of all steps that is done, 0 to 1.
  ///   - step: how many were made before.
  /// - Returns: the mean loss, and how many pictures it had right.
  func step(
    _ pixels: [UInt8], labels: [Int], progress: Double, step: Int
  ) throws(WinnowError) -> (loss: Double, right: Int) {
    let logits = try self.logits(pixels, count: labels.count, side: recipe.side, of: network, training: true).logits
    let base = Float(recipe.smoothing) / Float(classCount)
    var targets = [Float](repeating: base, count: labels.count * classCount)
    for (row, label) in labels.enumerated() { targets[row * classCount + label] += 1 - Float(recipe.smoothing) }
    let loss = try logits.crossEntropy(
      try TorchTensor(targets, shape: [labels.count, classCount], in: library), weights: classWeights)
    try learnt.clearGradients()
    try loss.backward()
    try learnt.clipGradients(to: 5)
    let rate = recipe.rate(at: progress)
    for group in groups { try group.optimiser.step(rate: rate * group.share) }
    try learnt.clearGradients()
    // The first steps count little: they are far from where the weights end.
    let share = max(1 / Double(step + 2), 0.02)
    try moving.map(\.average).blend(with: moving.map(\.own), share: share)
    let answers = try logits.floats()
    let right = labels.enumerated().count { row, label in
      let scores = answers[row * classCount..<(row + 1) * classCount]
      return scores.allSatisfy { $0 <= scores[scores.startIndex + label] }
    }
    return (Double(try loss.floats()[0]), right)
  }

  /// The averaged network's answers to centre crops, and the feature where `named` says which output that is.
  func answers(
    _ pixels: [UInt8], count: Int, feature named: String?
  ) throws(WinnowError) -> (logits: [Float], features: [Float]) {
    try library.withoutGradients { () throws(WinnowError) in
      let found = try logits(pixels, count: count, side: input.crop, of: averaged, training: false)
      return (
        try found.logits.floats(),
        try named.flatMap { found.all[$0] }.map { (tensor) throws(WinnowError) in
          try tensor.floats()
        } ?? []
      )
    }
  }

  private func logits(
    _ pixels: [UInt8], count: Int, side: Int, of network: TorchNetwork, training: Bool
  ) throws(WinnowError) -> (logits: TorchTensor, all: [String: TorchTensor]) {
    let bytes = try pixels.withUnsafeBufferPointer { pixels throws(WinnowError) in
      try TorchTensor(UnsafeRawBufferPointer(pixels), as: .uint8, shape: [count, side, side, 3], in: library)
    }
    let batch = try bytes.normalisedPixels(mean: input.mean, deviation: input.std, as: network.numbers)
    let outputs = try network.outputs(of: batch, training: training)
    guard let logits = outputs[output] else {
      throw WinnowError(.notTrainable, "the network has no output \"\(output)\"")
    }
    return (logits, outputs)
  }

  // MARK: - What a training that goes on needs

  /// Every tensor that a step changes, by a name that says whose it is.
  var state: [(name: String, tensor: TorchTensor)] {
    var state = network.parameters.filter { !$0.isConstant }.map { (name: "own/\($0.name)", tensor: $0.tensor) }
    state += averagedWeights.map { (name: "averaged/\($0.name)", tensor: $0.tensor) }
    for (index, group) in groups.enumerated() {
      for (place, tensor) in group.optimiser.means.enumerated() { state.append(("mean/\(index)/\(place)", tensor)) }
      for (place, tensor) in group.optimiser.squares.enumerated() { state.append(("square/\(index)/\(place)", tensor)) }
    }
    return state
  }

  var averagedWeights: [(name: String, tensor: TorchTensor)] {
    averaged.parameters.filter { !$0.isConstant }.map { (name: $0.name, tensor: $0.tensor) }
  }
}
