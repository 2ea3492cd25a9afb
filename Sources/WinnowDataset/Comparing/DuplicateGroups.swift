/// Which of the things 0, 1, 2 … belong together, however indirectly.
public struct DuplicateGroups: Sendable {
  /// Each points to a smaller one of its group; the smallest to itself.
  private var parents: [UInt32]

  /// - Parameter count: fewer than 2³² things, each a group of its own.
  public init(count: Int) { parents = (0..<UInt32(count)).map { $0 } }

  public mutating func join(_ first: Int, _ second: Int) {
    let (first, second) = (smallest(of: first), smallest(of: second))
    parents[max(first, second)] = UInt32(min(first, second))
  }

  /// The smallest of the group that `member` is in.
  public mutating func smallest(of member: Int) -> Int {
    var member = member
    while Int(parents[member]) != member {
      parents[member] = parents[Int(parents[member])]
      member = Int(parents[member])
    }
    return member
  }

  /// For each thing the smallest of its group.
  public mutating func all() -> [Int] {
    var all: [Int] = []
    all.reserveCapacity(parents.count)
    for member in parents.indices { all.append(smallest(of: member)) }
    return all
  }
}
