/// Finds pictures whose features are near each other, by their codes. One owner, one thread.
///
/// A picture costs 20 bytes of memory, and 64 of a temporary file.
final class FeatureIndex {
  /// So many features are kept until there is a mean to take off them.
  private static let sampleSize = 512
  /// Of 512 bits; 110 are an angle of 39°, twice what was seen of copies.
  static let farthest = 110
  /// Of the 64 bits of a word of codes that are as far from each other: three deviations more than their share.
  private static let farthestInWord = 23

  private var sample: [(id: UInt32, feature: [Float])] = []
  private var coder: FeatureCode?
  private var ids: [UInt32] = []
  /// The first two words of each code.
  private var words: [[UInt64]] = [[], []]
  private let codes = RecordSpill(recordSize: FeatureCode.byteCount)

  func add(_ feature: [Float], id: Int) {
    guard let coder else {
      sample.append((UInt32(id), feature))
      if sample.count == Self.sampleSize { endSample() }
      return
    }
    append(coder, feature, UInt32(id))
  }

  private func endSample() {
    guard coder == nil, !sample.isEmpty else { return }
    let made = FeatureCode(sample: sample.map(\.feature))
    coder = made
    for (id, feature) in sample { append(made, feature, id) }
    sample = []
  }

  private func append(_ coder: FeatureCode, _ feature: [Float], _ id: UInt32) {
    guard let code = coder.code(feature) else { return }
    ids.append(id)
    for word in words.indices { words[word].append(code[word]) }
    codes.append(code.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) })
  }

  /// Tells of pairs of ids whose codes are near: some of them twice, at most `limit` for each id and word.
  func candidates(atMost limit: Int, _ found: (Int, Int) -> Void) {
    endSample()
    for word in words {
      let tables = HashTables(word)
      for (position, bits) in word.enumerated() {
        var near: [Int: Int] = [:]
        tables.near(bits, atMost: Self.farthestInWord) { index, _ in
          guard index > position, near[index] == nil else { return }
          near[index] = distance(position, index)
        }
        let nearest = near.filter { $0.value <= Self.farthest }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for (index, _) in nearest.prefix(limit) { found(Int(ids[position]), Int(ids[index])) }
      }
    }
  }

  /// Bits of the whole codes that differ, 0 to 512; all where they cannot be read.
  private func distance(_ first: Int, _ second: Int) -> Int {
    guard let one = codes.read(first), let other = codes.read(second) else { return FeatureCode.byteCount * 8 }
    return zip(one, other).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
  }
}
