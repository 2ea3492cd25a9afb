import Testing
import WinnowBundle
import WinnowCore
import WinnowInference

@Suite("Compiled models")
struct CompiledModelTests {
  private let models: TestModels

  init() throws { models = try TestModels() }

  private func picture(_ seed: UInt64, _ network: TinyNetwork) -> [UInt8] {
    GoldenPicture(seed: seed).pixels(side: network.side)
  }

  /// Runs `count` pictures together.
  private func run(_ model: CompiledModel, _ network: TinyNetwork, count: Int) throws -> [[Float]] {
    let request = try model.makeRequest()
    for index in 0..<count { request.pixels(at: index).copyBytes(from: picture(UInt64(index), network)) }
    var rows: [[Float]] = []
    try request.run(count) { rows.append(Array($1)) }
    return rows
  }

  private func expect(_ rows: [[Float]], from network: TinyNetwork, input: InputSpec = InputSpec()) {
    for (index, row) in rows.enumerated() {
      let expected = network.logits(of: picture(UInt64(index), network), mean: input.mean, std: input.std)
      #expect(row.count == expected.count)
      for (one, other) in zip(row, expected) { #expect(abs(one - other) < 1e-4, "picture \(index)") }
    }
  }

  @Test("pixels are normalised as the bundle says", arguments: [false, true])
  func normalisation(isNHWC: Bool) throws {
    var network = TinyNetwork()
    network.isNHWC = isNHWC
    expect(try run(try models.compile(network), network, count: 3), from: network)
    var input = TestModels.input(network)
    input.mean = [0, 0.25, 0.5]
    input.std = [1, 0.5, 1.0 / 255]
    expect(try run(try models.compile(network, input: input), network, count: 2), from: network, input: input)
  }

  @Test("a network that wants blue first gets it")
  func blueFirst() throws {
    var network = TinyNetwork()
    var input = TestModels.input(network)
    input.colour = .bgr
    let rows = try run(try models.compile(network, input: input), network, count: 1)
    network.weights = network.weights.map { $0.reversed() }
    expect(rows, from: network)
  }

  @Test("a picture's answer does not depend on the batch it runs in")
  func batches() throws {
    let network = TinyNetwork()
    let model = try models.compile(network)
    #expect(model.largestBatch == 8 && !model.isBatchFixed)
    for count in 1...8 { expect(try run(model, network, count: count), from: network) }
  }

  @Test("a fixed batch that is only declared is set free, one that is baked in is kept")
  func fixedBatch() throws {
    var network = TinyNetwork()
    network.batch = .fixed(3)
    let free = try models.compile(network)
    #expect(!free.isBatchFixed)
    expect(try run(free, network, count: 8), from: network)
    network.batch = .bakedIn(3)
    let fixed = try models.compile(network)
    #expect(fixed.isBatchFixed && fixed.largestBatch == 3)
    for count in 1...3 { expect(try run(fixed, network, count: count), from: network) }
  }

  @Test("probabilities become logits again")
  func probabilities() throws {
    var network = TinyNetwork()
    network.hasSoftmax = true
    let model = try models.compile(network, output: OutputSpec(values: .probabilities))
    let rows = try run(model, network, count: 2)
    for (index, row) in rows.enumerated() {
      let expected = network.logits(
        of: picture(UInt64(index), network), mean: InputSpec.imageNetMean, std: InputSpec.imageNetStd)
      #expect(GoldenCheck.difference(row, from: expected) < 1e-4)
    }
  }

  @Test("an output can be named")
  func namedOutput() throws {
    let network = TinyNetwork()
    expect(
      try run(try models.compile(network, output: OutputSpec(tensor: "scores")), network, count: 1), from: network)
    #expect(throws: WinnowError.self) { try models.compile(network, output: OutputSpec(tensor: "nothing")) }
  }

  @Test("the pooled feature of each picture is there where the bundle names one")
  func feature() throws {
    var network = TinyNetwork()
    network.hasFeature = true
    let request = try models.compile(network, output: OutputSpec(tensor: "scores", feature: "flat")).makeRequest()
    for index in 0..<3 { request.pixels(at: index).copyBytes(from: picture(UInt64(index), network)) }
    var features: [[Float]] = []
    try request.run(3) { index, _ throws(WinnowError) in features.append(try request.feature(at: index)) }
    for (index, feature) in features.enumerated() {
      var means = network
      means.weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
      means.bias = [0, 0, 0]
      let expected = means.logits(
        of: picture(UInt64(index), network), mean: InputSpec.imageNetMean, std: InputSpec.imageNetStd)
      #expect(feature.count == 3 && zip(feature, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "picture \(index)")
    }
    let bare = try models.compile(network, output: OutputSpec(tensor: "scores")).makeRequest()
    try bare.run(1) { _, _ in }
    #expect(try bare.feature(at: 0).isEmpty)
  }

  @Test("what is no picture classifier as the bundle says is refused with a reason")
  func unfit() throws {
    let network = TinyNetwork()
    let labels = #expect(throws: WinnowError.self) { try models.compile(network, classes: 4) }
    #expect(labels?.code == .unfitModel)
    #expect(labels?.message.contains("4 classes") == true)
    var second = network
    second.hasSecondInput = true
    let inputs = #expect(throws: WinnowError.self) { try models.compile(second) }
    #expect(inputs?.message.contains("2 inputs") == true)
    var wrong = TestModels.input(network)
    wrong.layout = .nhwc
    #expect(throws: WinnowError.self) { try models.compile(network, input: wrong) }
  }

  @Test("a broken file is an error, not a crash")
  func broken() throws {
    let whole = TinyNetwork().onnx()
    for bytes in [[], [0], Array("nonsense".utf8), Array(whole.prefix(whole.count / 2))] as [[UInt8]] {
      let draft = try models.library.makeDraft()
      try draft.write(bytes, to: ModelBundle.modelFile)
      try draft.write(
        BundleManifest(name: "broken", created: Timestamp(seconds: 1), classes: TestModels.classes(5)))
      let bundle = try LoadedBundle(try ModelBundle(draft: draft.path))
      #expect(throws: WinnowError.self) {
        try CompiledModel(bundle, settings: EngineSettings(precision: .fp32, threads: 1))
      }
    }
  }

  @Test("batch sizes are powers of two, at most the model's")
  func batchSizes() throws {
    let model = try models.compile(TinyNetwork())
    #expect((0...9).map { InferenceRequest.batchSize(for: $0, of: model) } == [0, 1, 2, 2, 4, 4, 4, 4, 8, 8])
    var network = TinyNetwork()
    network.batch = .bakedIn(3)
    let fixed = try models.compile(network)
    #expect((0...4).map { InferenceRequest.batchSize(for: $0, of: fixed) } == [0, 1, 2, 3, 3])
  }

  @Test("the self-check passes on the model it was made with and fails on another")
  func selfCheck() throws {
    let good = try LoadedBundle(try ModelBundle(at: try models.publish(TinyNetwork())))
    let model = try CompiledModel(good, settings: EngineSettings(precision: .fp32, threads: 2))
    try SelfCheck.run(good, with: try model.makeRequest())
    var other = TinyNetwork()
    other.weights[2] = [0.3, 0.2, 0.9]
    let otherModel = try models.compile(other)
    let request = try otherModel.makeRequest()
    let error = #expect(throws: WinnowError.self) { try SelfCheck.run(good, with: request) }
    #expect(error?.code == .goldenMismatch)
  }

  @Test(
    "real networks give the logits of the Python pipeline, alone and in batches",
    .enabled(if: Shared.hasModels), arguments: ["mobilenet_v2", "squeezenet1_1"])
  func python(name: String) throws {
    let bundle = try LoadedBundle(try ModelBundle(at: try Shared.publish(name, into: models)))
    let golden = try Shared.golden(name).photos.filter { $0.input_tensor != nil }
    for precision in [Precision.fp32, .bf16] {
      let model = try CompiledModel(bundle, settings: EngineSettings(precision: precision, threads: 2, largestBatch: 8))
      try SelfCheck.run(bundle, with: try model.makeRequest())
      let request = try model.makeRequest()
      for batch in [1, 4] {
        for start in stride(from: 0, to: golden.count, by: batch) {
          let photos = golden[start..<min(start + batch, golden.count)]
          for (index, photo) in photos.enumerated() {
            let pixels = try Self.pixels(ofTensor: try Shared.bytes("models/golden/\(photo.input_tensor ?? "")"))
            request.pixels(at: index).copyBytes(from: pixels)
          }
          try request.run(photos.count) { index, logits in
            let expected = golden[start + index].logits
            let difference = GoldenCheck.difference(Array(logits), from: expected)
            #expect(difference < (precision == .fp32 ? 1e-5 : 0.15), "\(precision), batch \(batch)")
          }
        }
      }
    }
  }

  /// The 8-bit pixels that a normalised NCHW tensor (.npy, float32) was made from.
  private static func pixels(ofTensor file: [UInt8]) throws -> [UInt8] {
    let values = 3 * 224 * 224
    let floats = file.suffix(values * 4).withUnsafeBytes { bytes in
      (0..<values).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
    let (mean, std) = (InputSpec.imageNetMean, InputSpec.imageNetStd)
    return (0..<values).map { index in
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: 3)
      return UInt8(((floats[channel * 224 * 224 + pixel] * std[channel] + mean[channel]) * 255).rounded())
    }
  }
}
