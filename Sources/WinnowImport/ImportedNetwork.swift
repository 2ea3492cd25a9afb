import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowGraph

/// What a bundle needs to know of a network that somebody hands over, and the network in the form that is served:
/// simplified, free batch, the pooled feature as a second output.
struct ImportedNetwork {
  /// The output with the pooled feature, where there is one.
  static let featureName = "feature"
  /// The crop for networks that take any size; ImageNet's.
  static let usualCrop = 224

  let graph: Graph
  let input: InputSpec
  let output: OutputSpec
  /// Learnt numbers of the file as it came.
  let parameters: Int

  /// - Parameter read: The network as the file holds it.
  /// - Throws: What `WinnowGraph` says about a file that is broken or no classifier; `.invalidInput` for sizes that
  ///   cannot be; `.labelMismatch`.
  init(_ read: Graph, classes: ClassList, for request: ModelImportRequest) throws(WinnowError) {
    parameters = read.parameterCount
    var graph = try read.simplified()
    let signature = try Self.signature(of: graph)
    try Self.check(classes, against: signature)
    input = try Self.input(of: signature, for: request)
    // What feeds further outputs alone would be computed for nobody.
    graph.outputs.removeAll { $0.name != signature.output }
    graph = try graph.takingColour(signature)
    if signature.height == nil || signature.width == nil {
      graph = try graph.withPictureSize(height: input.crop, width: input.crop)
    }
    graph = try Self.withFreeBatch(try graph.simplified())
    let withFeature = try graph.addingFeatureOutput(named: Self.featureName)
    self.graph = withFeature ?? graph
    output = OutputSpec(
      values: Self.values(signature.scores), tensor: signature.output,
      feature: withFeature == nil ? nil : Self.featureName)
  }

  /// Behind an operator that is not known no shape is known, so that is what has to be said then.
  private static func signature(of graph: Graph) throws(WinnowError) -> ClassifierSignature {
    do {
      return try graph.classifierSignature()
    } catch {
      if error.code == .noClassOutput { try graph.requireKnownOperators() }
      throw error
    }
  }

  private static func check(_ classes: ClassList, against signature: ClassifierSignature) throws(WinnowError) {
    guard classes.count == signature.classCount else {
      throw WinnowError(
        .labelMismatch,
        "there are \(classes.count) labels, but the network's output \"\(signature.output)\" has "
          + "\(signature.classCount) values",
        remedy: "give one label a line for each value, in the order of the output")
    }
  }

  private static func input(
    of signature: ClassifierSignature, for request: ModelImportRequest
  ) throws(WinnowError) -> InputSpec {
    let size = (signature.width ?? signature.height, signature.height ?? signature.width)
    guard size.0 == size.1 else {
      throw WinnowError(
        .noPictureInput,
        "the network takes pictures of \(size.0 ?? 0) × \(size.1 ?? 0) pixels; only squares are cut out of pictures",
        remedy: "export it for a square")
    }
    if let side = size.0, let crop = request.crop, crop != side {
      throw WinnowError(
        .invalidInput, "the crop is \(crop) pixels, but the network takes \(side) × \(side)",
        remedy: "leave the crop out, or give \(side)")
    }
    let crop = size.0 ?? request.crop ?? usualCrop
    let input = InputSpec(
      layout: signature.layout == .nchw ? .nchw : .nhwc,
      resize: request.resize ?? usualResize(for: crop), crop: crop,
      mean: request.mean?.map(Float.init) ?? InputSpec.imageNetMean,
      std: request.std?.map(Float.init) ?? InputSpec.imageNetStd)
    try input.validate()
    return input
  }

  /// The proportion of ImageNet's evaluation: 256 for 224.
  private static func usualResize(for crop: Int) -> Int {
    // A crop beyond that, which is refused, must not overflow here.
    crop > InputSpec.largestSide ? InputSpec.largestSide : min((crop * 512 / 224 + 1) / 2, InputSpec.largestSide)
  }

  private static func values(_ scores: ClassifierSignature.Scores) -> OutputSpec.Values {
    switch scores {
    // The softmax of logarithms of shares gives the shares again.
    case .logits, .logProbabilities: .logits
    case .probabilities, .independentProbabilities: .probabilities
    }
  }

  /// A network whose batch cannot be freed is served as it is; `ModelWarnings` says so.
  private static func withFreeBatch(_ graph: Graph) throws(WinnowError) -> Graph {
    do {
      return try graph.withFreeBatch()
    } catch {
      guard error.code == .fixedBatch || error.code == .unknownOperator else { throw error }
      return graph
    }
  }
}

extension WinnowError.Code {
  /// There are more or fewer labels than the network has outputs.
  static let labelMismatch = Self("label_mismatch")
}
