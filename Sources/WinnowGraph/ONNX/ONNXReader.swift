public import WinnowCore

extension Graph {
  /// Reads an ONNX model of operator set 13 to 21 and brings it to 17 where all its operators are known.
  ///
  /// Weights are not copied: they share the storage of `bytes`. The first dimension of an input or output is taken
  /// for the batch where the file leaves it free. Throws `brokenModel`, `externalData`, `unsupportedOpset`,
  /// `unsupportedModel` or `inconsistentGraph`.
  public init(onnx bytes: [UInt8]) throws(WinnowError) {
    var reader = ONNXReader()
    let read = try reader.model(bytes[...])
    try read.checkNames()
    self = OpsetConversion.convertedToWrittenOpset(read)
  }
}

/// Reads the messages of onnx.proto (ONNX 1.17) that matter to a network; other fields are skipped.
struct ONNXReader {
  /// How many nodes, names, attributes and dimensions a model may have. A few bytes of a file make each, and each
  /// takes some hundred in memory. A Swin transformer straight from its exporter has about 60,000; chosen, not measured.
  private var remainingParts = 1_000_000

  mutating func model(_ bytes: ArraySlice<UInt8>) throws(WinnowError) -> Graph {
    var reader = ProtobufReader(bytes, subject: "the model")
    var graph: Graph?
    var opset: Int?
    var otherOpsets: [String: Int] = [:]
    var metadata: [String: String] = [:]
    while let field = try reader.next() {
      switch field.number {
      case 7: graph = try self.graph(field.message("the graph"))
      case 8:
        let (domain, version) = try operatorSet(field.message("an operator set"))
        if domain.isEmpty { opset = version } else { otherOpsets[domain] = version }
      case 14:
        let (key, value) = try entry(field.message("the metadata"))
        metadata[key] = value
      case 25:
        throw WinnowError(
          .unsupportedModel, "the model brings functions of its own",
          remedy: "export it without model-local functions, for instance with the exporter's inlining switched on")
      default: break
      }
    }
    guard var graph else { throw .brokenModel("the model", "it has no graph") }
    guard let opset else { throw .brokenModel("the model", "it names no operator set of ONNX's own") }
    guard Graph.readOpsets.contains(opset) else {
      throw WinnowError(
        .unsupportedOpset, "the model uses operator set \(opset); 13 to 21 can be read",
        remedy: opset < 13
          ? "export it again with operator set 17, or upgrade it with onnx.version_converter"
          : "export it again with operator set 17")
    }
    graph.opset = opset
    graph.otherOpsets = otherOpsets
    graph.metadata = metadata
    return graph
  }

  private mutating func graph(_ message: ProtobufReader) throws(WinnowError) -> Graph {
    var reader = message
    var graph = Graph(inputs: [], outputs: [], nodes: [])
    while let field = try reader.next() {
      switch field.number {
      case 1: graph.nodes.append(try node(field.message("node \(graph.nodes.count)")))
      case 2: graph.name = try field.string()
      case 5:
        let (name, tensor) = try self.tensor(field.message("initialiser \(graph.initialisers.count)"))
        guard graph.initialisers.updateValue(tensor, forKey: name) == nil else {
          throw Graph.inconsistent("the initialiser \"\(name)\" stands twice")
        }
      case 11: graph.inputs.append(try value(field.message("input \(graph.inputs.count)")))
      case 12: graph.outputs.append(try value(field.message("output \(graph.outputs.count)")))
      case 15:
        throw WinnowError(
          .unsupportedModel, "the model has sparse weights", remedy: "export it again with dense weights")
      default: break
      }
    }
    // Files of IR version 3 list initialisers among the inputs too.
    graph.inputs.removeAll { graph.initialisers[$0.name] != nil }
    return graph
  }

  private mutating func node(_ message: ProtobufReader) throws(WinnowError) -> Node {
    var reader = message
    var node = Node("", inputs: [], outputs: [])
    try spend()
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try spend()
        node.inputs.append(try field.string())
      case 2:
        try spend()
        node.outputs.append(try field.string())
      case 3: node.name = try field.string()
      case 4: node.op = try field.string()
      case 5:
        let (name, attribute) = try self.attribute(field.message("an attribute of \(message.subject)"))
        node.attributes[name] = attribute
      case 7: node.domain = Self.domain(try field.string())
      default: break
      }
    }
    guard !node.op.isEmpty else { throw .brokenModel(message.subject, "it names no operator") }
    return node
  }

  private mutating func attribute(_ message: ProtobufReader) throws(WinnowError) -> (String, Attribute) {
    try spend()
    var reader = message
    var name = ""
    var declared = 0
    var found: Attribute?
    var ints: [Int] = []
    var floats: ArraySlice<UInt8> = []
    var strings: [String] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 2: found = .float(try field.float())
      case 3: found = .int(try field.integer())
      case 4: found = String(validating: try field.bytes(), as: UTF8.self).map(Attribute.string)
      case 5: found = .tensor(try tensor(field.message("a tensor in \(message.subject)")).1)
      case 7: try field.appendBlocks(width: 4, to: &floats)
      case 8: try field.appendIntegers(to: &ints)
      case 9:
        try spend()
        strings.append(try field.string())
      case 20: declared = try field.integer()
      default: break
      }
    }
    let values = try Tensor(.float32, shape: [floats.count / 4], bytes: floats).floats ?? []
    switch declared {
    case 1: return (name, found ?? .float(0))
    case 2: return (name, found ?? .int(0))
    case 3: return (name, found ?? .opaque(message.remaining))
    case 6: return (name, .floats(values))
    case 7: return (name, .ints(ints))
    case 8: return (name, .strings(strings))
    default:
      if let found { return (name, found) }
      if !ints.isEmpty { return (name, .ints(ints)) }
      if !values.isEmpty { return (name, .floats(values)) }
      return (name, strings.isEmpty ? .opaque(message.remaining) : .strings(strings))
    }
  }

  private mutating func tensor(_ message: ProtobufReader) throws(WinnowError) -> (String, Tensor) {
    try spend()
    var reader = message
    var content = TensorContent()
    while let field = try reader.next() { try content.read(field) }
    return (content.name, try content.tensor(message.subject))
  }

  private mutating func value(_ message: ProtobufReader) throws(WinnowError) -> GraphValue {
    try spend()
    var reader = message
    var name = ""
    var type: TensorType?
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 2: type = try tensorType(field.message("the type of \(message.subject)"), of: name)
      default: break
      }
    }
    guard let type else { throw .brokenModel(message.subject, "it has no type") }
    return GraphValue(name, type)
  }

  private mutating func tensorType(_ message: ProtobufReader, of name: String) throws(WinnowError) -> TensorType {
    var reader = message
    while let field = try reader.next() {
      guard field.number == 1 else {
        throw WinnowError(
          .unsupportedModel, "\"\(name)\" is a sequence, map or optional, not a tensor",
          remedy: "export the model without its post-processing (for scikit-learn: the option zipmap=False)")
      }
      var inner = try field.message(message.subject)
      var code = 0
      var shape: [Dimension]?
      while let part = try inner.next() {
        switch part.number {
        case 1: code = try part.integer()
        case 2: shape = try self.shape(part.message(message.subject))
        default: break
        }
      }
      guard let elementType = ElementType(rawValue: code) else { throw .unsupportedElementType(code, of: name) }
      return TensorType(elementType, shape)
    }
    throw .brokenModel(message.subject, "it is empty")
  }

  private mutating func shape(_ message: ProtobufReader) throws(WinnowError) -> [Dimension] {
    var reader = message
    var dimensions: [Dimension] = []
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      try spend()
      var dimension = try field.message(message.subject)
      var read = Dimension.unknown
      while let part = try dimension.next() {
        switch part.number {
        // Some exporters write 0 or -1 for a dimension they do not know.
        case 1:
          let size = try part.integer()
          read = size > 0 ? .fixed(size) : .unknown
        case 2: read = .free(try part.string())
        default: break
        }
      }
      dimensions.append(read)
    }
    guard case .free(let batch)? = dimensions.first else { return dimensions }
    return dimensions.enumerated().map { index, dimension in
      index == 0 || (!batch.isEmpty && dimension == .free(batch)) ? .batch : dimension
    }
  }

  private func operatorSet(_ message: ProtobufReader) throws(WinnowError) -> (String, Int) {
    var reader = message
    var domain = ""
    var version = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = Self.domain(try field.string())
      case 2: version = try field.integer()
      default: break
      }
    }
    return (domain, version)
  }

  private mutating func entry(_ message: ProtobufReader) throws(WinnowError) -> (String, String) {
    try spend()
    let pair = try StringPair(message)
    return (pair.key, pair.value)
  }

  private mutating func spend() throws(WinnowError) {
    remainingParts -= 1
    guard remainingParts > 0 else {
      throw WinnowError(.unsupportedModel, "the model has millions of nodes", remedy: "check that it is a classifier")
    }
  }

  /// ONNX's own domain has two spellings.
  private static func domain(_ name: String) -> String { name == "ai.onnx" ? "" : name }
}

/// `StringStringEntryProto`.
struct StringPair {
  var key = ""
  var value = ""

  init(_ message: ProtobufReader) throws(WinnowError) {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try field.string()
      case 2: value = try field.string()
      default: break
      }
    }
  }
}

extension WinnowError {
  static func unsupportedElementType(_ code: Int, of name: String) -> Self {
    Self(
      .unsupportedModel, "\"\(name)\" holds numbers or texts of ONNX's type \(code), which is not supported",
      remedy: "export the model in float32")
  }
}
