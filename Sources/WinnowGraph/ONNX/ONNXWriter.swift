extension Graph {
  /// The graph as an ONNX model. Weights are copied once.
  public func onnxBytes() -> [UInt8] {
    ONNXWriter.model(self).bytes()
  }
}

/// Writes the messages of onnx.proto. The order is always the same, so equal graphs give equal bytes.
enum ONNXWriter {
  /// The file format's own version that goes with operator set 17; newer sets need newer ones.
  private static func irVersion(opset: Int) -> Int {
    switch opset {
    case ...17: 8
    case 18: 8
    case 19, 20: 9
    default: 10
    }
  }

  static func model(_ graph: Graph) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.write(1, irVersion(opset: graph.opset))
    message.write(2, "winnow")
    message.write(7, self.graph(graph))
    message.write(8, operatorSet("", graph.opset))
    for (domain, version) in graph.otherOpsets.sorted(by: { $0.key < $1.key }) {
      message.write(8, operatorSet(domain, version))
    }
    for (key, value) in graph.metadata.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufWriter()
      entry.write(1, key)
      entry.write(2, value)
      message.write(14, entry)
    }
    return message
  }

  private static func graph(_ graph: Graph) -> ProtobufWriter {
    var message = ProtobufWriter()
    for node in graph.nodes { message.write(1, self.node(node)) }
    // ONNX's checker wants a name.
    message.write(2, graph.name.isEmpty ? "network" : graph.name)
    for name in graph.initialiserOrder {
      if let tensor = graph.initialisers[name] { message.write(5, self.tensor(tensor, name: name)) }
    }
    for input in graph.inputs { message.write(11, value(input)) }
    for output in graph.outputs { message.write(12, value(output)) }
    return message
  }

  private static func node(_ node: Node) -> ProtobufWriter {
    var message = ProtobufWriter()
    for input in node.inputs { message.write(1, input) }
    for output in node.outputs { message.write(2, output) }
    if !node.name.isEmpty { message.write(3, node.name) }
    message.write(4, node.op)
    for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
      if case .opaque(let bytes) = attribute {
        message.write(5, bytes)
      } else {
        message.write(5, self.attribute(attribute, name: name))
      }
    }
    if !node.domain.isEmpty { message.write(7, node.domain) }
    return message
  }

  private static func attribute(_ attribute: Attribute, name: String) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.write(1, name)
    switch attribute {
    case .float(let value):
      message.write(2, value)
      message.write(20, 1)
    case .int(let value):
      message.write(3, value)
      message.write(20, 2)
    case .string(let value):
      message.write(4, value)
      message.write(20, 3)
    case .tensor(let value):
      message.write(5, tensor(value, name: ""))
      message.write(20, 4)
    case .floats(let values):
      message.write(7, packed: values)
      message.write(20, 6)
    case .ints(let values):
      message.write(8, packed: values)
      message.write(20, 7)
    case .strings(let values):
      for value in values { message.write(9, value) }
      message.write(20, 8)
    case .opaque: break
    }
    return message
  }

  private static func tensor(_ tensor: Tensor, name: String) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.write(1, packed: tensor.shape)
    message.write(2, tensor.elementType.rawValue)
    if !name.isEmpty { message.write(8, name) }
    message.write(9, tensor.bytes)
    return message
  }

  private static func value(_ value: GraphValue) -> ProtobufWriter {
    var tensor = ProtobufWriter()
    tensor.write(1, value.type.elementType.rawValue)
    if let dimensions = value.type.shape {
      var shape = ProtobufWriter()
      for dimension in dimensions {
        var message = ProtobufWriter()
        switch dimension {
        case .fixed(let size): message.write(1, size)
        case .batch: message.write(2, dimension.description)
        case .free(let name): if !name.isEmpty { message.write(2, name) }
        }
        shape.write(1, message)
      }
      tensor.write(2, shape)
    }
    var type = ProtobufWriter()
    type.write(1, tensor)
    var message = ProtobufWriter()
    message.write(1, value.name)
    message.write(2, type)
    return message
  }

  private static func operatorSet(_ domain: String, _ version: Int) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.write(1, domain)
    message.write(2, version)
    return message
  }
}

extension Graph {
  /// The names of the initialisers in the order of their first use, then those nobody uses by name.
  var initialiserOrder: [String] {
    var order: [String] = []
    var seen: Set<String> = []
    for node in nodes {
      for input in node.inputs where initialisers[input] != nil && seen.insert(input).inserted { order.append(input) }
    }
    return order + initialisers.keys.filter { !seen.contains($0) }.sorted()
  }
}
