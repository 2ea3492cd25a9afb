import WinnowBundle
import WinnowCore
import WinnowGraph

/// What to know about a model before relying on it, one sentence each.
enum ModelWarnings {
  /// - Parameters:
  ///   - graph: As it is served.
  ///   - output: As the bundle's manifest says.
  static func about(_ graph: Graph, classes: ClassList, output: OutputSpec) -> [String] {
    var warnings = classes.warnings
    let unknown = graph.unsupportedOperators()
    if !unknown.isEmpty {
      warnings.append(
        "Winnow does not know the operators \(unknown.joined(separator: ", ")): the model can be used, but not "
          + "summarised or trained")
    }
    if let signature = try? graph.classifierSignature(output: output.tensor) {
      if case .fixed(let batch) = signature.batch {
        warnings.append(
          "the network works on exactly \(batch) picture\(batch == 1 ? "" : "s") at a time, which is slower than a free "
            + "batch")
      }
      if signature.scores == .independentProbabilities {
        warnings.append(
          "the network judges each class on its own (Sigmoid): its values are scaled so that they add up to 1")
      }
    }
    warnings.append(
      "imported without training pictures: there is no test for pictures that show none of the classes, so each of them "
        + "gets the class it resembles most")
    return warnings
  }
}
