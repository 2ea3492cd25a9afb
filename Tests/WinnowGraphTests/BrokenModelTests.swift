import Testing
import WinnowCore

@testable import WinnowGraph

struct BrokenModelTests {
  @Test(
    "a file that is no ONNX model is refused with a remedy",
    arguments: [
      [], Array("not a model".utf8), [0xff, 0xd8, 0xff, 0xe0], Array("PK\u{3}\u{4}".utf8), [0x3a, 0x00],
      [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xff, count: 4096), [0x08, 0x08],
    ] as [[UInt8]])
  func noModel(bytes: [UInt8]) {
    let error = #expect(throws: WinnowError.self) { try Graph(onnx: bytes) }
    #expect(error?.code == .brokenModel)
    #expect(error?.remedy != nil)
  }

  @Test("a model cut off anywhere is an error or a whole model, never a crash")
  func truncated() throws {
    let bytes = try SmallNetworks.classifier(endsIn: "Softmax").onnxBytes()
    for length in 0..<bytes.count {
      let error = #expect(throws: WinnowError.self, "cut to \(length) bytes") {
        try Graph(onnx: Array(bytes[..<length]))
      }
      #expect(error?.code == .brokenModel)
    }
  }

  @Test("a model with changed bytes never crashes what reads it", arguments: 0..<40)
  func mutated(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var graph = try SmallNetworks.varied(batch: seed.isMultiple(of: 2) ? .batch : .fixed(1))
    graph.opset = seed.isMultiple(of: 3) ? 17 : 20
    let original = graph.onnxBytes()
    for _ in 0..<50 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = .random(in: 0...255, using: &generator)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: place)
        default: bytes.insert(.random(in: 0...255, using: &generator), at: place)
        }
      }
      Self.useEverything(bytes)
    }
  }

  @Test("a public model with changed bytes in its structure never crashes", .enabled(if: SharedModels.arePresent))
  func mutatedPublicModel() throws {
    // The nodes stand at the start of the file, the weights behind.
    var generator = SeededGenerator(seed: 1)
    let original = try SharedModels.bytes("squeezenet1_1")
    for _ in 0..<200 {
      var bytes = original
      for _ in 0..<3 {
        bytes[.random(in: 0..<12_000, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      Self.useEverything(bytes)
    }
  }

  /// All that an import does with a model. Only errors of our own may come out of it.
  private static func useEverything(_ bytes: [UInt8]) {
    guard let graph = try? Graph(onnx: bytes) else { return }
    let simplified = (try? graph.simplified()) ?? graph
    _ = try? simplified.classifierSignature()
    _ = try? simplified.withFreeBatch()
    _ = try? simplified.addingFeatureOutput(named: "feature")
    _ = try? simplified.summary()
    _ = simplified.parameterCount
    _ = simplified.onnxBytes()
  }

  @Test("weights in other files are named, with the way to one file")
  func externalData() {
    var entry = ProtobufWriter()
    entry.write(1, "location")
    entry.write(2, "model.onnx.data")
    var tensor = ProtobufWriter()
    tensor.write(1, packed: [1000, 1280])
    tensor.write(2, 1)
    tensor.write(8, "head.weight")
    tensor.write(13, entry)
    tensor.write(14, 1)
    let error = #expect(throws: WinnowError.self) { try Graph(onnx: ONNXRoundTripTests.model(initialiser: tensor)) }
    #expect(error?.code == .externalData)
    #expect(error?.message.contains("head.weight") == true)
    #expect(error?.message.contains("model.onnx.data") == true)
    #expect(error?.remedy != nil)
  }

  @Test("an operator set that is too old or too new is named", arguments: [9, 12, 22, 0, -1])
  func opset(version: Int) throws {
    var graph = try SmallNetworks.classifier()
    graph.opset = version
    let error = #expect(throws: WinnowError.self) { try Graph(onnx: graph.onnxBytes()) }
    #expect(error?.code == .unsupportedOpset)
    #expect(error?.message.contains("\(version)") == true)
  }

  @Test("a tensor whose bytes do not fit its shape is refused")
  func wrongSize() {
    var tensor = ProtobufWriter()
    tensor.write(1, packed: [1000, 1280])
    tensor.write(2, 1)
    tensor.write(8, "head.weight")
    tensor.write(9, [UInt8](repeating: 0, count: 64)[...])
    let error = #expect(throws: WinnowError.self) { try Graph(onnx: ONNXRoundTripTests.model(initialiser: tensor)) }
    #expect(error?.code == .brokenModel)
    #expect(error?.message.contains("head.weight") == true)
  }

  @Test("texts, sparse weights and functions are refused as such")
  func unsupportedParts() throws {
    var text = ProtobufWriter()
    text.write(1, packed: [1])
    text.write(2, 8)
    text.write(8, "words")
    var sparse = ProtobufWriter()
    sparse.write(15, ProtobufWriter())
    var withSparse = ProtobufWriter()
    withSparse.write(7, sparse)
    var withFunction = ProtobufWriter()
    withFunction.write(25, ProtobufWriter())
    for bytes in [ONNXRoundTripTests.model(initialiser: text), withSparse.bytes(), withFunction.bytes()] {
      let error = #expect(throws: WinnowError.self) { try Graph(onnx: bytes) }
      #expect(error?.code == .unsupportedModel)
    }
  }

  @Test("a graph whose names contradict each other is refused")
  func names() throws {
    let graph = try SmallNetworks.classifier()
    var missing = graph
    missing.nodes.remove(at: 1)
    var twice = graph
    twice.nodes.append(graph.nodes[1])
    var unordered = graph
    unordered.nodes.swapAt(0, 1)
    var noOutput = graph
    noOutput.outputs[0].name = "nothing"
    var twoInputs = graph
    twoInputs.inputs.append(graph.inputs[0])
    for broken in [missing, twice, unordered, noOutput, twoInputs] {
      let error = #expect(throws: WinnowError.self) { try Graph(onnx: broken.onnxBytes()) }
      #expect(error?.code == .inconsistentGraph)
    }
  }
}
