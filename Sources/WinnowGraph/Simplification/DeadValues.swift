/// Takes out nodes and initialisers that no output of the graph needs.
enum DeadValues {
  static func removed(from graph: Graph) -> Graph {
    var needed = Set(graph.outputs.map(\.name))
    var result = graph
    result.nodes = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      result.nodes.append(node)
    }
    result.nodes.reverse()
    result.initialisers = graph.initialisers.filter { needed.contains($0.key) }
    return result
  }
}
