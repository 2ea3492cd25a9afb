public import WinnowCore

/// A network in ONNX's terms: values flow from `inputs` through `nodes`, in order, to `outputs`.
///
/// It is a value: a change makes another graph. `Graph(onnx:)` reads one, `GraphBuilder` makes one, `onnxBytes()`
/// writes it; what else can be asked or done stands in extensions, one file each.
public struct Graph: Hashable, Sendable {
  public var name: String
  /// The version of ONNX's operators that `nodes` follow: 17, but for a graph that has been read with operators
  /// unknown here, which keeps the version of its file.
  public var opset: Int
  /// The versions of other operator domains that `nodes` use.
  public var otherOpsets: [String: Int]
  public var inputs: [GraphValue]
  public var outputs: [GraphValue]
  /// In an order in which every value is made before it is used.
  public var nodes: [Node]
  /// Constants by name.
  public var initialisers: [String: Tensor]
  /// Free notes of the file, by key.
  public var metadata: [String: String]

  public init(
    name: String = "", opset: Int = Graph.writtenOpset, otherOpsets: [String: Int] = [:], inputs: [GraphValue],
    outputs: [GraphValue], nodes: [Node], initialisers: [String: Tensor] = [:], metadata: [String: String] = [:]
  ) {
    self.name = name
    self.opset = opset
    self.otherOpsets = otherOpsets
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.initialisers = initialisers
    self.metadata = metadata
  }

  /// The version of ONNX's operators that is written.
  public static let writtenOpset = 17
  /// The versions that are read.
  public static let readOpsets = 13...21
}

extension Graph {
  /// Throws `inconsistentGraph` unless every value is made exactly once and before it is used.
  public func checkNames() throws(WinnowError) {
    var known = Set(initialisers.keys)
    for input in inputs where !known.insert(input.name).inserted {
      throw Self.inconsistent("the input \"\(input.name)\" stands twice")
    }
    for node in nodes {
      for input in node.inputs where !input.isEmpty && !known.contains(input) {
        throw Self.inconsistent("node \"\(node.label)\" (\(node.op)) reads \"\(input)\", which nothing before it makes")
      }
      for output in node.outputs where !output.isEmpty && !known.insert(output).inserted {
        throw Self.inconsistent("\"\(output)\" is made twice, the second time by node \"\(node.label)\" (\(node.op))")
      }
    }
    for output in outputs where !known.contains(output.name) {
      throw Self.inconsistent("nothing makes the output \"\(output.name)\"")
    }
  }

  /// Whether a node carries a graph of its own (If, Loop, Scan). Such a body may read any value by name, so the
  /// graph around it must not be rearranged.
  var hasSubgraphs: Bool {
    nodes.contains { $0.attributes.values.contains { if case .opaque = $0 { true } else { false } } }
  }

  /// The index of the node that makes each value.
  var producers: [String: Int] {
    var result: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { result[output] = index }
    }
    return result
  }

  static func inconsistent(_ message: String) -> WinnowError {
    WinnowError(
      .inconsistentGraph, "the model contradicts itself: \(message)",
      remedy: "check the model with the tool that exported it, and export it again")
  }
}
