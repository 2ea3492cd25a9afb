import WinnowCore

/// The one input of a picture classifier.
struct PictureInput {
  let name: String
  let layout: ClassifierSignature.Layout
  let batch: ClassifierSignature.Batch
  let channels: Int
  let height: Int?
  let width: Int?

  init(_ graph: Graph) throws(WinnowError) {
    guard let input = graph.inputs.first else {
      throw WinnowError(.noPictureInput, "the model has no input", remedy: "export the model with its input")
    }
    guard graph.inputs.count == 1 else {
      let names = graph.inputs.map { "\"\($0.name)\" \($0.type)" }.joined(separator: ", ")
      throw WinnowError(
        .secondInput, "the model has \(graph.inputs.count) inputs: \(names)",
        remedy: "export a model whose only input is the picture, with everything else as a constant")
    }
    guard input.type.elementType == .float32 else {
      throw Self.noPicture(input, remedy: "export it with a float32 input")
    }
    guard let shape = input.type.shape, shape.count == 4 else {
      throw Self.noPicture(input, remedy: "export it with an input [N, 3, height, width] or [N, height, width, 3]")
    }
    guard let (layout, channels) = Self.layout(shape, of: input.name, in: graph) else {
      throw Self.noPicture(input, remedy: "export it for pictures with 3 colours or 1 grey channel")
    }
    name = input.name
    self.layout = layout
    self.channels = channels
    batch = shape[0].fixedValue.map { .fixed($0) } ?? .free
    let spatial = layout == .nchw ? shape[2...3] : shape[1...2]
    height = spatial.first?.fixedValue
    width = spatial.last?.fixedValue
  }

  /// Where the colours are. If the file leaves their number free, a convolution that reads the input says it.
  private static func layout(
    _ shape: [Dimension], of name: String, in graph: Graph
  ) -> (ClassifierSignature.Layout, Int)? {
    if let channels = shape[1].fixedValue, [1, 3].contains(channels) { return (.nchw, channels) }
    if let channels = shape[3].fixedValue, [1, 3].contains(channels) { return (.nhwc, channels) }
    guard shape[1].fixedValue == nil,
      let first = graph.nodes.first(where: { $0.isOperator("Conv") && $0.inputs.first == name }),
      let weights = first.input(1).flatMap({ graph.initialisers[$0]?.shape }), weights.count == 4
    else { return nil }
    let (channels, overflow) = weights[1].multipliedReportingOverflow(by: first.int("group") ?? 1)
    return !overflow && [1, 3].contains(channels) ? (.nchw, channels) : nil
  }

  private static func noPicture(_ input: GraphValue, remedy: String) -> WinnowError {
    WinnowError(
      .noPictureInput, "the input \"\(input.name)\" takes \(input.type), which is no picture", remedy: remedy)
  }
}
