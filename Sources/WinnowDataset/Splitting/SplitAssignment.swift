/// Which part each group of pictures goes to. Pure: the same groups, ratios and seed give the same parts.
///
/// Every class gets its share of each part as well as whole groups allow. Largest groups come first, each to the part
/// that its classes lack most in; then groups are moved and exchanged within a class as long as that brings the parts
/// nearer to their shares. What is equal is decided by a hash of the seed and the group's key.
public struct SplitAssignment {
  /// Pictures that stay together, in few bytes, since most groups are one picture.
  public struct Group {
    /// Of the path of its first picture, so that the order of the input does not matter.
    fileprivate let name: UInt64
    private let first: (label: Int32, count: Int32)
    /// Beside the first class, where the same picture lies in two.
    private let others: [Int: Int]

    public init(key: [UInt8], counts: [Int: Int]) {
      name = SplitAssignment.fold(key)
      var others = counts
      let label = counts.keys.min() ?? 0
      first = (Int32(label), Int32(others.removeValue(forKey: label) ?? 0))
      self.others = others
    }

    /// How many pictures of which class.
    var counts: [Int: Int] {
      var counts = others
      counts[Int(first.label)] = Int(first.count)
      return counts
    }

    var size: Int { others.values.reduce(Int(first.count), +) }
    /// The class, where there is one alone.
    var onlyClass: Int? { others.isEmpty ? Int(first.label) : nil }
  }

  /// The part of each group, as an index of `shares`.
  public private(set) var parts: [Int]

  private let groups: [Group]
  private let hashes: [UInt64]
  private let shares: [Double]
  /// How many pictures each part lacks of a class; negative where it has too many.
  private var lacks: [Int: [Double]] = [:]
  /// How many groups with a picture of a class each part has.
  private var presence: [Int: [Int]] = [:]

  /// - Parameter shares: of each part, summing to 1.
  public init(_ groups: [Group], shares: [Double], seed: UInt64) {
    self.groups = groups
    self.shares = shares
    hashes = groups.map { Self.spread($0.name, seed) }
    parts = Array(repeating: 0, count: groups.count)
    for group in groups {
      for (label, count) in group.counts {
        for part in shares.indices {
          lacks[label, default: Array(repeating: 0, count: shares.count)][part] += shares[part] * Double(count)
        }
      }
    }
    for label in lacks.keys { presence[label] = Array(repeating: 0, count: shares.count) }
    deal()
    let movable = Dictionary(grouping: groups.indices.filter { groups[$0].onlyClass != nil }) {
      groups[$0].onlyClass ?? 0
    }
    for (label, members) in movable {
      let ordered = members.sorted { hashes[$0] < hashes[$1] }
      fillEmptyParts(of: label, ordered)
      balance(label, ordered)
    }
  }

  private mutating func put(_ group: Int, into part: Int, _ sign: Int = 1) {
    for (label, count) in groups[group].counts {
      lacks[label]?[part] -= Double(sign * count)
      presence[label]?[part] += sign
    }
    if sign > 0 { parts[group] = part }
  }

  private mutating func move(_ group: Int, to part: Int) {
    put(group, into: parts[group], -1)
    put(group, into: part)
  }

  /// Groups of several classes first, as they can only be placed while there is room everywhere.
  private mutating func deal() {
    let sizes = groups.map(\.size)
    let order = groups.indices.sorted { left, right in
      let (first, second) = (groups[left], groups[right])
      if (first.onlyClass == nil) != (second.onlyClass == nil) { return first.onlyClass == nil }
      if sizes[left] != sizes[right] { return sizes[left] > sizes[right] }
      return hashes[left] < hashes[right]
    }
    for group in order {
      // What is gained in the sum of squares by putting the group there.
      let gains = shares.indices.map { part in
        groups[group].counts.reduce(0.0) { $0 + Double($1.value) * (lacks[$1.key]?[part] ?? 0) }
      }
      put(group, into: Self.best(gains, hashes[group]))
    }
  }

  /// The index of the largest number; among equal ones the hash decides.
  private static func best(_ gains: [Double], _ hash: UInt64) -> Int {
    let most = gains.max() ?? 0
    let candidates = gains.indices.filter { gains[$0] > most - 1e-9 }
    return candidates[Int(hash >> 8 % UInt64(candidates.count))]
  }

  /// A part without any picture of the class gets the smallest group of the part that has most to spare.
  private mutating func fillEmptyParts(of label: Int, _ members: [Int]) {
    for part in shares.indices where presence[label]?[part] == 0 {
      let spare = members.filter { (presence[label]?[parts[$0]] ?? 0) > 1 }
      let chosen = spare.min { left, right in
        let (first, second) = (groups[left].size, groups[right].size)
        if first != second { return first < second }
        return (lacks[label]?[parts[left]] ?? 0) < (lacks[label]?[parts[right]] ?? 0)
      }
      if let chosen { move(chosen, to: part) }
    }
  }

  /// Moves groups, or exchanges two, while that brings two parts nearer to their shares. Groups of one size are all the
  /// same here, so this looks at sizes, of which there are few.
  private mutating func balance(_ label: Int, _ members: [Int]) {
    var bySize: [[Int: [Int]]] = Array(repeating: [:], count: shares.count)
    for group in members.reversed() { bySize[parts[group]][groups[group].size, default: []].append(group) }
    // Each step makes the sum of squares smaller, so it ends; the limit is for rounding.
    for _ in 0..<(10 * members.count + 100) {
      guard let step = bestStep(label, bySize) else { return }
      for (size, from, to) in [(step.out, step.from, step.to), (step.back, step.to, step.from)] where size > 0 {
        guard let group = bySize[from][size]?.popLast() else { continue }
        if bySize[from][size]?.isEmpty == true { bySize[from][size] = nil }
        move(group, to: to)
        // At the far end: what was just moved is not the next to go back.
        bySize[to][size, default: []].insert(group, at: 0)
      }
    }
  }

  private struct Step {
    var from: Int
    var to: Int
    /// Size of the group that goes, and of the one that comes back for it, 0 for none.
    var out: Int
    var back: Int
  }

  private func bestStep(_ label: Int, _ bySize: [[Int: [Int]]]) -> Step? {
    guard let lack = lacks[label], let present = presence[label] else { return nil }
    var best: (step: Step, gain: Double)?
    for from in shares.indices {
      for to in shares.indices where lack[to] > lack[from] + 1e-9 {
        let room = lack[to] - lack[from]
        for out in bySize[from].keys.sorted() {
          for back in [0] + bySize[to].keys.sorted() where back < out {
            if back == 0, present[from] < 2 { continue }
            let net = Double(out - back)
            let gain = 2 * net * (room - net)
            if gain > 1e-9, gain > (best?.gain ?? 0) + 1e-9 {
              best = (Step(from: from, to: to, out: out, back: back), gain)
            }
          }
        }
      }
    }
    return best?.step
  }

  /// FNV-1a.
  fileprivate static func fold(_ key: [UInt8]) -> UInt64 {
    key.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// SplitMix64's step and finish, which spread number and seed over all bits.
  private static func spread(_ name: UInt64, _ seed: UInt64) -> UInt64 {
    var hash = name &+ (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }

  static func hash(_ key: [UInt8], _ seed: UInt64) -> UInt64 { spread(fold(key), seed) }
}
