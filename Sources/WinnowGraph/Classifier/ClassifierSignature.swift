public import WinnowCore

/// What a picture classifier takes and gives.
public struct ClassifierSignature: Hashable, Sendable {
  /// The order of a picture's dimensions; N is the batch, C the colours.
  public enum Layout: String, Hashable, Sendable {
    case nchw = "NCHW"
    case nhwc = "NHWC"
  }

  public enum Batch: Hashable, Sendable {
    case free
    case fixed(Int)
  }

  /// What the numbers for the classes are.
  public enum Scores: String, Hashable, Sendable {
    case logits
    /// The graph ends in Softmax.
    case probabilities
    /// The graph ends in LogSoftmax.
    case logProbabilities
    /// The graph ends in Sigmoid: each class on its own.
    case independentProbabilities
  }

  /// Name of the float32 input of four dimensions.
  public let input: String
  public let layout: Layout
  public let batch: Batch
  /// 1 for grey, 3 for colour.
  public let channels: Int
  /// In pixels; nil if the graph takes any height.
  public let height: Int?
  /// In pixels; nil if the graph takes any width.
  public let width: Int?
  /// Name of the output with a number for each class: `[N, K]`, or with dimensions of size 1 behind or around K.
  public let output: String
  public let classCount: Int
  public let scores: Scores
}

extension Graph {
  /// Checks that this is a picture classifier and says what it takes and gives. Throws `noPictureInput`,
  /// `secondInput`, `noClassOutput` or `inconsistentGraph`.
  ///
  /// - Parameter output: The output with the classes, for a graph that has others of such a shape, as a served graph
  ///   has its feature. Without it, exactly one output must have the shape.
  public func classifierSignature(output: String? = nil) throws(WinnowError) -> ClassifierSignature {
    let picture = try PictureInput(self)
    let (output, classCount) = try classOutput(among: outputs.filter { output == nil || $0.name == output })
    return ClassifierSignature(
      input: picture.name, layout: picture.layout, batch: picture.batch, channels: picture.channels,
      height: picture.height, width: picture.width, output: output, classCount: classCount,
      scores: scores(of: output))
  }

  /// The one float output with a number for each class.
  private func classOutput(among outputs: [GraphValue]) throws(WinnowError) -> (name: String, classCount: Int) {
    let inferred = try inferredTypes()
    let found = outputs.compactMap { output -> (String, Int)? in
      let candidates = [inferred[output.name], output.type].compactMap(\.self)
      guard candidates.allSatisfy(\.elementType.isFloat) else { return nil }
      return candidates.lazy.compactMap { Self.classCount($0.shape) }.first.map { (output.name, $0) }
    }
    guard found.count == 1, let only = found.first else {
      let list = outputs.map { "\"\($0.name)\" \(inferred[$0.name] ?? $0.type)" }.joined(separator: ", ")
      throw WinnowError(
        .noClassOutput,
        found.isEmpty
          ? "no output of the model has one number for each class; it has \(list)"
          : "several outputs of the model could be the classes: \(list)",
        remedy: "export a classifier with one output [N, classes]")
    }
    return only
  }

  /// K of `[N, K]`, `[N, K, 1, 1]` or `[N, 1, 1, K]`.
  private static func classCount(_ shape: [Dimension]?) -> Int? {
    guard let shape, shape.count == 2 || shape.count == 4 else { return nil }
    let sizes = shape.dropFirst().compactMap(\.fixedValue)
    guard sizes.count == shape.count - 1 else { return nil }
    if sizes.count == 1 { return sizes[0] > 0 ? sizes[0] : nil }
    let large = sizes.enumerated().filter { $0.element != 1 }
    guard large.count <= 1, large.first?.offset != 1 else { return nil }
    return large.first.map(\.element) ?? 1
  }

  private func scores(of output: String) -> ClassifierSignature.Scores {
    let producers = producers
    var value = output
    while let node = producers[value].map({ nodes[$0] }), let kind = node.knownOperator {
      switch kind {
      case .softmax: return .probabilities
      case .logSoftmax: return .logProbabilities
      case .sigmoid: return .independentProbabilities
      case .flatten, .reshape, .squeeze, .identity, .cast, .dropout:
        guard let input = node.input(0) else { return .logits }
        value = input
      default: return .logits
      }
    }
    return .logits
  }
}
