/// Turns Constant nodes into initialisers. One that holds texts stays.
enum ConstantNodes {
  static func removed(from graph: Graph) -> Graph {
    var result = graph
    result.nodes.removeAll { node in
      guard let tensor = node.constantTensor, let name = node.outputs.first else { return false }
      result.initialisers[name] = tensor
      return true
    }
    return result
  }
}
