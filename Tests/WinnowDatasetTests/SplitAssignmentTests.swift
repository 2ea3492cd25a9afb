import Testing

@testable import WinnowDataset

@Suite("Dealing groups out to parts")
struct SplitAssignmentTests {
  private static let sixTwoTwo = [0.6, 0.2, 0.2]

  /// Groups of pictures in a few classes, most of them of one picture, made up from a seed.
  private static func made(seed: UInt64, classes: Int, groupsPerClass: Int, largest: Int) -> [SplitAssignment.Group] {
    var groups: [SplitAssignment.Group] = []
    for label in 0..<classes {
      for number in 0..<groupsPerClass {
        let dice = SplitAssignment.hash(Array("\(label)/\(number)".utf8), seed)
        let size = dice % 5 == 0 ? 1 + Int(dice >> 16 % UInt64(largest)) : 1
        groups.append(.init(key: Array("\(label)/\(number)".utf8), counts: [label: size]))
      }
    }
    return groups
  }

  /// Pictures of each class in each part.
  private static func counts(_ groups: [SplitAssignment.Group], _ parts: [Int], _ shares: Int) -> [Int: [Int]] {
    var counts: [Int: [Int]] = [:]
    for (group, part) in zip(groups, parts) {
      for (label, count) in group.counts {
        counts[label, default: Array(repeating: 0, count: shares)][part] += count
      }
    }
    return counts
  }

  @Test(
    "keeps each class within one picture, or half its largest group, of its share",
    arguments: 0..<UInt64(8), [(12, 2), (40, 4), (200, 12), (1000, 30)])
  func stratified(seed: UInt64, size: (groups: Int, largest: Int)) {
    for shares in [Self.sixTwoTwo, [0.8, 0.1, 0.1], [0.7, 0.3]] {
      let groups = Self.made(seed: seed, classes: 4, groupsPerClass: size.groups, largest: size.largest)
      let assignment = SplitAssignment(groups, shares: shares, seed: seed)
      #expect(assignment.parts.count == groups.count)
      for (label, counts) in Self.counts(groups, assignment.parts, shares.count) {
        let total = counts.reduce(0, +)
        let largest = groups.compactMap { $0.counts[label] }.max() ?? 0
        for (part, count) in counts.enumerated() {
          let wanted = shares[part] * Double(total)
          #expect(abs(Double(count) - wanted) <= max(1, Double(largest) / 2), "class \(label): \(counts) of \(total)")
        }
      }
    }
  }

  @Test("gives every part something of every class that has enough groups", arguments: 0..<UInt64(20))
  func everywhere(seed: UInt64) {
    for count in 3...9 {
      let groups = (0..<count).map { SplitAssignment.Group(key: [UInt8($0)], counts: [0: 1]) }
      for shares in [Self.sixTwoTwo, [0.9, 0.05, 0.05]] {
        let counts = Self.counts(groups, SplitAssignment(groups, shares: shares, seed: seed).parts, 3)[0] ?? []
        #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
      }
    }
  }

  @Test("gives the same parts whatever the order of the groups, and other ones with another seed")
  func reproducible() {
    let groups = Self.made(seed: 1, classes: 3, groupsPerClass: 100, largest: 6)
    func parts(_ order: [Int], seed: UInt64) -> [Int: Int] {
      let assignment = SplitAssignment(order.map { groups[$0] }, shares: Self.sixTwoTwo, seed: seed)
      return Dictionary(uniqueKeysWithValues: zip(order, assignment.parts))
    }
    let order = Array(groups.indices)
    let first = parts(order, seed: 7)
    #expect(parts(order.reversed(), seed: 7) == first)
    #expect(parts(order.sorted { ($0 % 7, $0) < ($1 % 7, $1) }, seed: 7) == first)
    #expect(parts(order, seed: 8) != first)
  }

  @Test("places groups of several classes so that all of them keep their shares")
  func acrossClasses() {
    var groups = Self.made(seed: 5, classes: 3, groupsPerClass: 60, largest: 1)
    for number in 0..<10 { groups.append(.init(key: Array("x\(number)".utf8), counts: [0: 1, 1: 1])) }
    let assignment = SplitAssignment(groups, shares: Self.sixTwoTwo, seed: 5)
    for (label, counts) in Self.counts(groups, assignment.parts, 3) {
      let total = Double(counts.reduce(0, +))
      for (part, count) in counts.enumerated() {
        #expect(abs(Double(count) - Self.sixTwoTwo[part] * total) <= 1, "class \(label): \(counts)")
      }
    }
  }

  @Test("uses chance for which pictures a part gets: no run of neighbours, whatever their names")
  func spread() {
    let groups = (0..<1000).map {
      SplitAssignment.Group(key: Array("rose_\(100_000 + $0).jpg".utf8), counts: [0: 1])
    }
    let parts = SplitAssignment(groups, shares: [0.5, 0.5], seed: 0).parts
    let changes = zip(parts, parts.dropFirst()).count { $0 != $1 }
    // 499.5 expected, standard deviation 15.8.
    #expect((420...580).contains(changes))
  }

  @Test("of twenty thousand groups takes no time worth mentioning for each", .timeLimit(.minutes(1)))
  func many() {
    let groups = Self.made(seed: 2, classes: 10, groupsPerClass: 2_000, largest: 40)
    #expect(SplitAssignment(groups, shares: Self.sixTwoTwo, seed: 2).parts.count == 20_000)
  }
}
