public import WinnowCore

extension Graph {
  /// The same network with what its exporter left behind taken away.
  ///
  /// Identity, Constant and, since graphs are served and not trained here, Dropout nodes are gone; whatever depends
  /// on constants and shapes alone is computed; a computed shape whose only unknown is the batch has become a
  /// constant with one open entry; what no output needs is gone. Names of inputs and outputs stay. A graph with
  /// bodies of its own (If, Loop) is returned as it is. Throws `inconsistentGraph` where shapes contradict.
  public func simplified() throws(WinnowError) -> Graph {
    guard !hasSubgraphs else { return self }
    var graph = self
    for pass in Simplification.allCases { graph = try pass.apply(to: graph) }
    return graph
  }
}

/// The steps of a simplification, in their order. Each gives a graph that computes the same.
enum Simplification: CaseIterable {
  case constantNodes
  case passThroughs
  case constantFolding
  case reshapeTargets
  case deadValues

  func apply(to graph: Graph) throws(WinnowError) -> Graph {
    switch self {
    case .constantNodes: ConstantNodes.removed(from: graph)
    case .passThroughs: PassThroughs.removed(from: graph)
    case .constantFolding: try ConstantFolding.folded(graph)
    case .reshapeTargets: try ReshapeTargets.fixed(in: graph)
    case .deadValues: DeadValues.removed(from: graph)
    }
  }
}
