/// An order of classes in which those that are taken for one another are neighbours, so that a heat map shows blocks.
public enum ClassOrder {
  /// Begins with the class that is confused most and goes on with the one that is confused most with the last ones.
  public static func byConfusion(_ matrix: ConfusionMatrix) -> [Int] {
    var left = Array(0..<matrix.classCount)
    func closeness(_ a: Int, _ b: Int) -> Int { matrix[a, b] + matrix[b, a] }
    guard
      let first = left.max(by: { a, b in
        let (one, other) = (
          left.reduce(0) { $0 + ($1 == a ? 0 : closeness(a, $1)) },
          left.reduce(0) { $0 + ($1 == b ? 0 : closeness(b, $1)) }
        )
        return one != other ? one < other : a > b
      })
    else { return [] }
    var order = [first]
    left.removeAll { $0 == first }
    while !left.isEmpty {
      let recent = order.suffix(3).reversed()
      // The last one counts most.
      func score(_ label: Int) -> Int {
        zip(recent, [4, 2, 1]).reduce(0) { $0 + closeness($1.0, label) * $1.1 }
      }
      let scores = left.map(score)
      let best = left.indices.max { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : left[$0] > left[$1] } ?? 0
      order.append(left.remove(at: best))
    }
    return order
  }
}
