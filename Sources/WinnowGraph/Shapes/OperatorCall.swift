import WinnowCore

/// A node together with what is known of its inputs: all that an operator's rule sees.
struct OperatorCall {
  let node: Node
  private let facts: [ValueFacts?]

  init(_ node: Node, _ facts: [ValueFacts?]) {
    self.node = node
    self.facts = facts
  }

  /// Type of the input at `index`; nil if it is left out or not known.
  func type(_ index: Int) -> TensorType? { index < facts.count ? facts[index]?.type : nil }

  /// Shape of the input at `index`; nil if it is left out or not known.
  func shape(_ index: Int) -> [Dimension]? { type(index)?.shape }

  /// The content of a short integer input, see `ValueFacts.integers`.
  func integers(_ index: Int) -> IntegerList? { index < facts.count ? facts[index]?.integers : nil }

  func constant(_ index: Int) -> Tensor? { index < facts.count ? facts[index]?.constant : nil }

  /// A list that is an attribute in some operator sets and an input in others; nil if it is absent or not known.
  func integers(attribute: String, orInput index: Int) -> [Int]? {
    node.ints(attribute) ?? integers(index)?.fixed
  }

  /// The axis counted from the front.
  func axis(_ axis: Int, rank: Int) throws(WinnowError) -> Int {
    guard let result = normalisedAxis(axis, rank: rank) else {
      throw contradiction("it works along axis \(axis) of a value with \(rank) dimensions")
    }
    return result
  }

  /// The shape that two values have together by ONNX's (NumPy's) broadcasting.
  func broadcast(_ left: [Dimension], _ right: [Dimension]) throws(WinnowError) -> [Dimension] {
    let rank = max(left.count, right.count)
    var result: [Dimension] = []
    for index in 0..<rank {
      let a = index < rank - left.count ? .fixed(1) : left[index - (rank - left.count)]
      let b = index < rank - right.count ? .fixed(1) : right[index - (rank - right.count)]
      switch (a, b) {
      case (.fixed(1), let other), (let other, .fixed(1)): result.append(other)
      case (.free, .fixed(let size)), (.fixed(let size), .free): result.append(.fixed(size))
      case (let a, let b) where a == b: result.append(a)
      case (let a, let b) where a.mayEqual(b): result.append(.unknown)
      default: throw contradiction("its inputs \(describe(left)) and \(describe(right)) do not fit together")
      }
    }
    return result
  }

  func contradiction(_ what: String) -> WinnowError {
    Graph.inconsistent("node \"\(node.label)\" (\(node.op)): \(what)")
  }

  func describe(_ shape: [Dimension]) -> String {
    "[\(shape.map(\.description).joined(separator: ", "))]"
  }
}
