/// Classes whose labels have slashes form a tree: `animal/cat` lies below `animal`.
public enum ClassTree {
  /// The deepest node above classes that is sure enough: what is known of the classes below it adds up, and is never more
  /// than the truth, since only the best ten are known. Among nodes of one depth the likeliest.
  ///
  /// - Returns: nil where no node is, as where no label has a slash.
  public static func deepestNode(of top: [ClassScore], _ threshold: Double) -> (label: String, probability: Double)? {
    var nodes: [String: Double] = [:]
    for score in top {
      var label = score.label[...]
      while let slash = label.lastIndex(of: "/") {
        label = label[..<slash]
        nodes[String(label), default: 0] += score.probability
      }
    }
    func depth(_ label: String) -> Int { label.count { $0 == "/" } }
    // By label last of all, so that the answer never depends on the order of a dictionary.
    let best = nodes.filter { $0.value >= threshold }
      .max { (depth($0.key), $0.value, $1.key) < (depth($1.key), $1.value, $0.key) }
    return best.map { ($0.key, min($0.value, 1)) }
  }
}
