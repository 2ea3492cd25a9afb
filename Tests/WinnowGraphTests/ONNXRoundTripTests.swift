import Testing
import WinnowCore

@testable import WinnowGraph

struct ONNXRoundTripTests {
  @Test("a graph that was written is read back equal")
  func roundTrip() throws {
    var graph = try SmallNetworks.classifier(endsIn: "Softmax")
    graph.metadata = ["author": "somebody", "note": ""]
    graph.nodes[0].attributes["floats"] = .floats([0.5, -1])
    graph.nodes[0].attributes["strings"] = .strings(["a", ""])
    graph.nodes[0].attributes["text"] = .string("NOTSET")
    graph.nodes[0].attributes["number"] = .float(2.5)
    graph.nodes[0].attributes["none"] = .ints([])
    graph.nodes[0].attributes["value"] = .tensor(try Tensor([1, 2], shape: [2]))
    let read = try Graph(onnx: graph.onnxBytes())
    #expect(read == graph)
    #expect(read.onnxBytes() == graph.onnxBytes())
  }

  @Test("free dimensions keep their names")
  func freeDimensions() throws {
    let graph = try SmallNetworks.classifier(height: .free("height"), width: .unknown)
    let read = try Graph(onnx: graph.onnxBytes())
    #expect(read.inputs[0].type.shape == [.batch, .fixed(3), .free("height"), .unknown])
  }

  @Test("numbers in typed fields are read like raw ones", arguments: ElementType.allCases)
  func typedFields(type: ElementType) throws {
    var tensor = ProtobufWriter()
    tensor.write(1, packed: [2])
    tensor.write(2, type.rawValue)
    tensor.write(8, "constant")
    switch type {
    case .float32: tensor.write(4, packed: [Float(1), 2])
    case .double: tensor.write(10, littleEndianBytes([1.0, 2.0].map(\.bitPattern))[...])
    case .int64: tensor.write(7, packed: [1, 2])
    case .uint64, .uint32: tensor.write(11, packed: [1, 2])
    case .float16: tensor.write(5, packed: [0x3c00, 0x4000])
    case .bfloat16: tensor.write(5, packed: [0x3f80, 0x4000])
    default: tensor.write(5, packed: [1, 2])
    }
    let graph = try Graph(onnx: Self.model(initialiser: tensor))
    let constant = try #require(graph.initialisers["constant"])
    #expect(constant.elementType == type)
    #expect(constant.floats ?? constant.integers?.map { Float($0) } == [1, 2])
  }

  @Test("floats that were not packed are read")
  func unpackedFloats() throws {
    var tensor = ProtobufWriter()
    tensor.write(1, 3)
    tensor.write(2, ElementType.float32.rawValue)
    for value in [Float(1), 2, 3] { tensor.write(4, value) }
    tensor.write(8, "constant")
    let graph = try Graph(onnx: Self.model(initialiser: tensor))
    #expect(graph.initialisers["constant"]?.floats == [1, 2, 3])
  }

  @Test("fields that are not known are skipped")
  func unknownFields() throws {
    var extra = ProtobufWriter()
    extra.write(99, "from a later version")
    extra.write(100, 5)
    extra.write(101, Float(1))
    let graph = try SmallNetworks.classifier()
    #expect(try Graph(onnx: graph.onnxBytes() + extra.bytes()) == graph)
  }

  @Test("a node with a body of its own is given back byte for byte")
  func subgraphs() throws {
    var body = ProtobufWriter()
    body.write(1, "then_branch")
    body.write(6, ProtobufWriter())
    body.write(20, 5)
    var graph = try SmallNetworks.classifier()
    graph.nodes[1].op = "If"
    graph.nodes[1].attributes["then_branch"] = .opaque(body.bytes()[...])
    let read = try Graph(onnx: graph.onnxBytes())
    #expect(read == graph)
    #expect(read.unsupportedOperators() == ["If"])
    #expect(try read.simplified() == read)
  }

  @Test("initialisers that stand among the inputs are no inputs")
  func initialiserInputs() throws {
    var graph = try SmallNetworks.classifier()
    let expected = graph
    for (name, tensor) in graph.initialisers.sorted(by: { $0.key < $1.key }) {
      graph.inputs.append(GraphValue(name, tensor.type))
    }
    #expect(try Graph(onnx: graph.onnxBytes()) == expected)
  }

  @Test("the public models are read and written without a change", .enabled(if: SharedModels.arePresent))
  func publicModels() throws {
    for name in ["mobilenet_v2", "squeezenet1_1"] {
      let graph = try Graph(onnx: SharedModels.bytes(name))
      #expect(graph.opset == 17)
      #expect(graph.unsupportedOperators().isEmpty)
      let again = try Graph(onnx: graph.onnxBytes())
      #expect(again == graph)
    }
  }

  /// A model that gives back one initialiser.
  static func model(initialiser: ProtobufWriter) -> [UInt8] {
    var graph = ProtobufWriter()
    graph.write(5, initialiser)
    var operatorSet = ProtobufWriter()
    operatorSet.write(2, 17)
    var model = ProtobufWriter()
    model.write(7, graph)
    model.write(8, operatorSet)
    return model.bytes()
  }
}
