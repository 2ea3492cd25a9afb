public import WinnowCore
import WinnowFiles

/// Finds pictures that show the same: exact copies, other sizes and qualities, crops by up to a tenth, other brightness.
///
/// Hashes of 64 bits give candidates through an index; where the looks have a feature, its code gives some more. Each
/// candidate is confirmed by laying the two pictures' signatures over each other (`PictureComparison`). Pictures of one
/// burst are the same only as far as they look the same.
///
/// A picture costs about 70 bytes of memory, with a feature about 100, and 4.4 kB of a temporary file.
public struct NearDuplicates: ~Copyable {
  /// Two pictures that show the same, `first` the smaller.
  public struct Pair: Hashable, Sendable {
    public var first: Int
    public var second: Int

    public init(first: Int, second: Int) {
      self.first = first
      self.second = second
    }
  }

  /// More bits make a picture no candidate. At 12 all but 1 in 1,000 of the copies in docs/decisions/0026 are
  /// candidates, and 1 in 10,000 of other pairs.
  static let farthest = 12
  /// Where so many pictures make a hash that is nearly right common, the limit is stricter.
  static let farthestAmongMany = 10
  static let many = 200_000
  /// Pictures of the very same hash that are yet different: no more are told apart from each other.
  static let mostOfOneHash = 32

  /// Drawings and plain pictures can be near to thousands by their hashes; only so many of the nearest are compared, so
  /// that the time stays proportional to the number of pictures.
  static let mostCandidates = 48

  private let hasher = PictureHasher()
  private let comparison = PictureComparison()
  private var wholes: [UInt64] = []
  private let views = RecordSpill(recordSize: PictureHash.boxes.count * 8)
  private let miniatures = RecordSpill(recordSize: Miniature.byteCount)
  private let features = FeatureIndex()

  public init() {}

  /// How many were added.
  public var count: Int { wholes.count }

  /// Adds a picture. Its number is how many were added before.
  public mutating func add(_ look: PictureLook) { add(look.signature, feature: look.feature) }

  /// - Parameter feature: empty where there is none.
  public mutating func add(_ signature: PictureSignature, feature: [Float] = []) {
    let miniature = Miniature(signature)
    let hash = hasher.hash(miniature)
    if !feature.isEmpty { features.add(feature, id: count) }
    wholes.append(hash.whole)
    views.append(hash.bytes)
    miniatures.append(miniature.bytes)
  }

  /// Why some pictures could not be compared, nil where all were: the temporary file could not be read.
  public var problem: WinnowError? {
    (miniatures.fault ?? views.fault)?.about("the temporary file of picture signatures")
  }

  /// Whether two that were added show the same, each compared with the other directly.
  public func areSame(_ first: Int, _ second: Int) -> Bool {
    guard let one = hash(of: first), let other = hash(of: second) else { return false }
    return confirm(first, second, Self.closest(one, other))
  }

  /// For each picture the smallest that it is the same as, if only by way of others.
  public func groups() -> [Int] {
    var groups = DuplicateGroups(count: count)
    for pair in pairs() { groups.join(pair.first, pair.second) }
    return groups.all()
  }

  /// The first of those added that shows the same, nil where none does. Looks at each, 10 ns a picture: for as many as
  /// come one by one.
  public mutating func firstMatch(of look: PictureLook) -> Int? {
    let miniature = Miniature(look.signature)
    let hash = hasher.hash(miniature)
    for start in stride(from: 0, to: count, by: 4096) {
      guard let block = views.read(start, 4096) else { continue }
      let size = PictureHash.boxes.count
      for offset in 0..<block.count / 8 / size {
        let other = PictureHash(bytes: block, at: offset * size * 8)
        let hint = Self.closest(other, hash)
        guard hint.distance <= Self.farthest, let old = self.miniature(of: start + offset) else { continue }
        if comparison.isSame(old, miniature, hint) { return start + offset }
      }
    }
    return nil
  }

  /// Pairs that show the same: enough to join each group, not each pair of it; sorted.
  public func pairs() -> [Pair] {
    var search = PairSearch(groups: DuplicateGroups(count: count))
    let kept = joinEqualHashes(&search)
    let tables = HashTables(kept.map { wholes[Int($0)] })
    let limit = count > Self.many ? Self.farthestAmongMany : Self.farthest
    for (position, id) in kept.enumerated() {
      guard let hash = hash(of: Int(id)) else { continue }
      var hints: [Int: Hint] = [:]
      for (view, bits) in hash.views.enumerated() {
        tables.near(bits, atMost: limit) { index, distance in
          guard index != position, distance < hints[index]?.distance ?? .max else { return }
          hints[index] = Hint(distance: distance, view: view, isSwapped: false)
        }
      }
      let nearest = hints.sorted { ($0.value.distance, $0.key) < ($1.value.distance, $1.key) }
      for (index, hint) in nearest.prefix(Self.mostCandidates) {
        search.consider(Int(id), Int(kept[index])) { confirm($0, $1, hint) }
      }
    }
    features.candidates(atMost: Self.mostCandidates) { first, second in
      search.consider(first, second) { areSame($0, $1) }
    }
    return search.pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }

  /// Joins pictures of equal hash, so that ten thousand copies of one are not compared each with each.
  ///
  /// - Returns: one of each kind.
  private func joinEqualHashes(_ search: inout PairSearch) -> [UInt32] {
    let order = (0..<UInt32(count)).sorted { (wholes[Int($0)], $0) < (wholes[Int($1)], $1) }
    var kept: [UInt32] = []
    var kinds: [UInt32] = []
    for (position, id) in order.enumerated() {
      if position == 0 || wholes[Int(order[position - 1])] != wholes[Int(id)] { kinds = [] }
      let hint = Hint(distance: 0, view: 0, isSwapped: false)
      if kinds.contains(where: { search.consider(Int($0), Int(id)) { confirm($0, $1, hint) } }) { continue }
      guard kinds.count < Self.mostOfOneHash else { continue }
      kinds.append(id)
      kept.append(id)
    }
    return kept.sorted()
  }

  private func confirm(_ first: Int, _ second: Int, _ hint: Hint) -> Bool {
    guard let one = miniature(of: first), let other = miniature(of: second) else { return false }
    return comparison.isSame(one, other, hint)
  }

  private func hash(of id: Int) -> PictureHash? { views.read(id).map { PictureHash(bytes: $0, at: 0) } }

  private func miniature(of id: Int) -> Miniature? { miniatures.read(id).map(Miniature.init(bytes:)) }

  private static func closest(_ first: PictureHash, _ second: PictureHash) -> Hint {
    var best = Hint(distance: .max, view: 0, isSwapped: false)
    for view in first.views.indices {
      let distance = (first.views[view] ^ second.whole).nonzeroBitCount
      if distance < best.distance { best = Hint(distance: distance, view: view, isSwapped: false) }
      let swapped = (second.views[view] ^ first.whole).nonzeroBitCount
      if swapped < best.distance { best = Hint(distance: swapped, view: view, isSwapped: true) }
    }
    return best
  }
}

/// How two hashes met.
struct Hint {
  /// Bits that differ, 0 to 64.
  var distance: Int
  /// Which view of the first is like the whole of the second.
  var view: Int
  /// Whether it is the second's view and the first as a whole.
  var isSwapped: Bool
}

extension PictureComparison {
  func isSame(_ first: Miniature, _ second: Miniature, _ hint: Hint) -> Bool {
    let box = PictureHash.boxes[hint.view]
    return hint.isSwapped
      ? isSame(second, first, from: box, distance: hint.distance)
      : isSame(first, second, from: box, distance: hint.distance)
  }
}

/// The pairs found, and what they join.
private struct PairSearch {
  var groups: DuplicateGroups
  var pairs: [NearDuplicates.Pair] = []

  init(groups: DuplicateGroups) { self.groups = groups }

  /// Whether the two belong together, asked of `confirm` only where nothing told so before.
  @discardableResult
  mutating func consider(_ first: Int, _ second: Int, _ confirm: (Int, Int) -> Bool) -> Bool {
    if groups.smallest(of: first) == groups.smallest(of: second) { return true }
    guard confirm(first, second) else { return false }
    groups.join(first, second)
    pairs.append(NearDuplicates.Pair(first: min(first, second), second: max(first, second)))
    return true
  }
}
