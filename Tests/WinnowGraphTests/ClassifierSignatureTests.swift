import Testing
import WinnowCore
import WinnowGraph

struct ClassifierSignatureTests {
  private func error(_ make: () throws(WinnowError) -> Graph) throws -> WinnowError? {
    let graph = try make()
    return #expect(throws: WinnowError.self) { try graph.classifierSignature() }
  }

  private func headless(
    _ shapes: [[Dimension]], elementType: ElementType = .float32, outputs: Int = 1
  ) throws(WinnowError) -> Graph {
    var builder = GraphBuilder(name: "test")
    let inputs = shapes.enumerated().map { builder.input("input\($0)", $1, elementType: elementType) }
    for index in 0..<outputs { builder.output("out\(index)", builder.node("Flatten", [inputs[0]])) }
    return try builder.build()
  }

  @Test("a classifier says what it takes and gives")
  func plain() throws {
    let signature = try SmallNetworks.classifier().classifierSignature()
    #expect(signature.input == "picture")
    #expect(signature.layout == .nchw)
    #expect(signature.batch == .free)
    #expect(signature.channels == 3)
    #expect(signature.height == 16)
    #expect(signature.width == 16)
    #expect(signature.output == "scores")
    #expect(signature.classCount == 5)
    #expect(signature.scores == .logits)
  }

  @Test("free sizes and a fixed batch are told")
  func sizes() throws {
    let signature = try SmallNetworks.classifier(batch: .fixed(4), height: .free("h"), width: .free("w"))
      .classifierSignature()
    #expect(signature.batch == .fixed(4))
    #expect(signature.height == nil)
    #expect(signature.width == nil)
    #expect(signature.classCount == 5)
  }

  @Test(
    "the end of the graph says what the scores are",
    arguments: [
      ("Softmax", ClassifierSignature.Scores.probabilities), ("LogSoftmax", .logProbabilities),
      ("Sigmoid", .independentProbabilities),
    ])
  func scores(ending: String, expected: ClassifierSignature.Scores) throws {
    #expect(try SmallNetworks.classifier(endsIn: ending).classifierSignature().scores == expected)
  }

  @Test("a Softmax before a Flatten counts, and so do the shapes [N, K, 1, 1] and [N, 1, 1, K]")
  func fourDimensions() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(1), .fixed(8), .fixed(8)])
    let map = builder.conv(picture, weights: try SmallNetworks.weights([6, 1, 1, 1]))
    let scores = builder.node("Softmax", [builder.globalAveragePool(map)], ["axis": .int(1)])
    var flat = builder
    builder.output("scores", scores)
    let signature = try builder.build().classifierSignature()
    #expect(signature.classCount == 6)
    #expect(signature.channels == 1)
    #expect(signature.scores == .probabilities)
    var last = flat
    flat.output("scores", flat.flatten(scores))
    #expect(try flat.build().classifierSignature().scores == .probabilities)
    last.output("scores", last.transpose(scores, [0, 2, 3, 1]))
    #expect(try last.build().classifierSignature().classCount == 6)
  }

  @Test("colours behind height and width are NHWC")
  func channelsLast() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.fixed(1), .fixed(20), .fixed(30), .fixed(3)])
    let map = builder.conv(builder.transpose(picture, [0, 3, 1, 2]), weights: try SmallNetworks.weights([6, 3, 1, 1]))
    builder.output("scores", builder.flatten(builder.globalAveragePool(map)))
    let signature = try builder.build().classifierSignature()
    #expect(signature.layout == .nhwc)
    #expect(signature.height == 20)
    #expect(signature.width == 30)
    #expect(signature.channels == 3)
  }

  @Test("a free number of colours is taken from the first convolution")
  func freeChannels() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .free("c"), .fixed(20), .fixed(30)])
    let map = builder.conv(picture, weights: try SmallNetworks.weights([6, 3, 1, 1]))
    builder.output("scores", builder.flatten(builder.globalAveragePool(map)))
    #expect(try builder.build().classifierSignature().channels == 3)
  }

  @Test("a second input is named")
  func secondInput() throws {
    let picture: [Dimension] = [.batch, .fixed(3), .fixed(8), .fixed(8)]
    let error = try error { () throws(WinnowError) in try headless([picture, [.batch, .fixed(2)]]) }
    #expect(error?.code == .secondInput)
    #expect(error?.message.contains("\"input1\" float32 [N, 2]") == true)
  }

  @Test(
    "an input that is no picture is named",
    arguments: [
      [.batch, .fixed(784)], [.batch, .fixed(16), .fixed(3), .fixed(8), .fixed(8)],
      [.batch, .fixed(4), .fixed(8), .fixed(8)],
    ] as [[Dimension]])
  func noPicture(shape: [Dimension]) throws {
    let error = try error { () throws(WinnowError) in try headless([shape]) }
    #expect(error?.code == .noPictureInput)
    #expect(error?.message.contains("input0") == true)
  }

  @Test("pictures of whole numbers are refused with the type in the message")
  func otherElementType() throws {
    let picture: [Dimension] = [.batch, .fixed(3), .fixed(8), .fixed(8)]
    let error = try error { () throws(WinnowError) in try headless([picture], elementType: .uint8) }
    #expect(error?.code == .noPictureInput)
    #expect(error?.message.contains("uint8") == true)
  }

  @Test("a model without an input, and one with two outputs of scores, are refused")
  func outputs() throws {
    let picture: [Dimension] = [.batch, .fixed(3), .fixed(8), .fixed(8)]
    #expect(try error { () throws(WinnowError) in try headless([picture], outputs: 2) }?.code == .noClassOutput)
    var noInput = try SmallNetworks.classifier()
    noInput.inputs = []
    #expect(throws: WinnowError.self) { try noInput.classifierSignature() }
  }

  @Test("of two outputs of the same shape the named one is taken")
  func namedOutput() throws {
    let featured = try #require(try SmallNetworks.classifier().addingFeatureOutput(named: "feature"))
    #expect(try featured.classifierSignature(output: "scores").classCount == 5)
    for output in [nil, "nothing"] {
      let error = #expect(throws: WinnowError.self) { try featured.classifierSignature(output: output) }
      #expect(error?.code == .noClassOutput)
    }
  }

  @Test("a map of scores for each place is no output of classes")
  func mapOutput() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    builder.output("map", builder.conv(picture, weights: try SmallNetworks.weights([6, 3, 1, 1])))
    let graph = try builder.build()
    let error = #expect(throws: WinnowError.self) { try graph.classifierSignature() }
    #expect(error?.code == .noClassOutput)
    #expect(error?.message.contains("[N, 6, 8, 8]") == true)
  }

  @Test("of several outputs the one with the classes is taken")
  func featureBeside() throws {
    var builder = GraphBuilder(name: "test")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    let map = builder.conv(picture, weights: try SmallNetworks.weights([6, 3, 1, 1]))
    builder.output("map", map)
    builder.output("scores", builder.flatten(builder.globalAveragePool(map)))
    #expect(try builder.build().classifierSignature().output == "scores")
  }

  @Test("behind an unknown operator the declared shape counts, and the operator is named")
  func unknownOperator() throws {
    var graph = try SmallNetworks.classifier()
    graph.nodes[1].op = "Fancy"
    graph.nodes[2].domain = "com.example"
    #expect(try graph.classifierSignature().classCount == 5)
    #expect(graph.unsupportedOperators() == ["Fancy", "com.example::GlobalAveragePool"])
    let error = #expect(throws: WinnowError.self) { try graph.requireKnownOperators() }
    #expect(error?.code == .unknownOperator)
    #expect(error?.message.contains("Fancy") == true)
  }

  @Test("a free picture size can be fixed, another than the model's cannot")
  func pictureSize() throws {
    let free = try SmallNetworks.classifier(height: .free("h"), width: .unknown)
    #expect(try free.withPictureSize(height: 10, width: 12).classifierSignature().width == 12)
    let fixed = try SmallNetworks.classifier()
    #expect(try fixed.withPictureSize(height: 16, width: 16) == fixed)
    #expect(throws: WinnowError.self) { try fixed.withPictureSize(height: 16, width: 17) }
    #expect(throws: WinnowError.self) { try free.withPictureSize(height: 0, width: 17) }
  }

  @Test("the public models are classifiers of 1,000 classes", .enabled(if: SharedModels.arePresent))
  func publicModels() throws {
    for name in ["mobilenet_v2", "squeezenet1_1"] {
      let signature = try Graph(onnx: SharedModels.bytes(name)).classifierSignature()
      #expect(signature.input == "input")
      #expect(signature.output == "logits")
      #expect(signature.layout == .nchw)
      #expect(signature.batch == .free)
      #expect(signature.height == 224)
      #expect(signature.classCount == 1000)
      #expect(signature.scores == .logits)
    }
  }
}
