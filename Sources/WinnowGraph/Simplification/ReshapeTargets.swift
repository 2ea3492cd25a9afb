import WinnowCore

/// Gives every Reshape whose result is known but for the batch a constant shape, with -1 for the batch.
enum ReshapeTargets {
  static func fixed(in graph: Graph) throws(WinnowError) -> Graph {
    let facts = try graph.inferredFacts()
    var result = graph
    var names = graph.valueNames
    for (index, node) in graph.nodes.enumerated() where node.isOperator("Reshape") {
      guard let output = node.outputs.first, let target = node.input(1),
        facts[target]?.constant == nil, let shape = facts[output]?.type?.shape, let entries = entries(of: shape)
      else { continue }
      result.setReshapeTarget(entries, ofNodeAt: index, avoiding: &names)
    }
    return result
  }

  /// The shape as ONNX's Reshape takes it; nil if more than one dimension is open, or one is empty.
  static func entries(of shape: [Dimension]) -> [Int]? {
    let open = shape.filter { $0.fixedValue == nil }
    guard open.count <= 1, open.allSatisfy(\.isBatch), !shape.contains(.fixed(0)) else { return nil }
    return shape.map { $0.fixedValue ?? -1 }
  }
}

extension Graph {
  /// Gives the Reshape at `index` a constant shape of its own, under a name that is not in `names` and joins them.
  mutating func setReshapeTarget(_ entries: [Int], ofNodeAt index: Int, avoiding names: inout Set<String>) {
    let name = Self.unusedName("\(nodes[index].outputs[0])/shape", avoiding: &names)
    initialisers[name] = Tensor(entries)
    nodes[index].inputs = [nodes[index].inputs[0], name]
    nodes[index].attributes["allowzero"] = nil
  }

  /// The names of all values.
  var valueNames: Set<String> {
    Set(initialisers.keys).union(inputs.map(\.name)).union(nodes.flatMap(\.outputs))
  }

  /// `base`, or `base` with a number behind it; it joins `names`.
  static func unusedName(_ base: String, avoiding names: inout Set<String>) -> String {
    var name = base
    var number = 2
    while !names.insert(name).inserted {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }
}
