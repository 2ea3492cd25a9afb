/// Takes out nodes that give back their input: Identity, and Dropout outside training.
enum PassThroughs {
  static func removed(from graph: Graph) -> Graph {
    var result = graph
    /// What to read instead of a value whose node is gone.
    var replacement: [String: String] = [:]
    let outputs = Set(graph.outputs.map(\.name))
    let used = Set(graph.nodes.flatMap(\.inputs)).union(outputs)
    result.nodes = []
    for var node in graph.nodes {
      node.inputs = node.inputs.map { replacement[$0] ?? $0 }
      if passesThrough(node, in: graph, used), let input = node.input(0), let output = node.outputs.first {
        if !outputs.contains(output) {
          replacement[output] = input
          continue
        }
        if rename(input, to: output, in: &result, protected: outputs) {
          replacement = replacement.mapValues { $0 == input ? output : $0 }
          replacement[input] = output
          continue
        }
      }
      result.nodes.append(node)
    }
    return result
  }

  private static func passesThrough(_ node: Node, in graph: Graph, _ used: Set<String>) -> Bool {
    switch node.knownOperator {
    case .identity: true
    case .dropout:
      // A mask that is read, or a training mode that is or may be on, needs the node.
      node.outputs.dropFirst().allSatisfy { !used.contains($0) }
        && (node.input(2) == nil || node.input(2).flatMap { graph.initialisers[$0] }?.integers == [0])
    default: false
    }
  }

  /// An output of the graph keeps its name: the node that makes the value takes it over. False if none of the nodes
  /// so far makes it, or if it is an output itself.
  private static func rename(_ value: String, to name: String, in graph: inout Graph, protected: Set<String>) -> Bool {
    guard !protected.contains(value),
      let producer = graph.nodes.lastIndex(where: { $0.outputs.contains(value) })
    else { return false }
    for index in producer..<graph.nodes.count {
      graph.nodes[index].outputs = graph.nodes[index].outputs.map { $0 == value ? name : $0 }
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == value ? name : $0 }
    }
    return true
  }
}
