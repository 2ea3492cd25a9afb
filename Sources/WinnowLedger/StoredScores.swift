internal import WinnowCore

/// The best classes as one BLOB, best first: class index and word number as LEB128, the probability's bits as eight
/// little-endian bytes. Ten classes take about 120 bytes.
enum StoredScores {
  /// One class with its label by number.
  struct Score {
    var index: Int
    var label: Int64
    var probability: Double
  }

  static func encode(_ scores: [Score]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scores.count * 12)
    for score in scores {
      appendVarint(UInt64(bitPattern: Int64(score.index)), to: &bytes)
      appendVarint(UInt64(bitPattern: score.label), to: &bytes)
      LittleEndian.append(score.probability.bitPattern, to: &bytes)
    }
    return bytes
  }

  /// The first `limit` of what `encode` made.
  static func decode(_ bytes: [UInt8], limit: Int = .max) throws -> [Score] {
    var rest = bytes[...]
    var scores: [Score] = []
    while !rest.isEmpty, scores.count < limit {
      let index = Int(Int64(bitPattern: try takeVarint(&rest)))
      let label = Int64(bitPattern: try takeVarint(&rest))
      scores.append(Score(index: index, label: label, probability: Double(bitPattern: try LittleEndian.take(&rest))))
    }
    return scores
  }

  private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  private static func takeVarint(_ bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = bytes.popFirst() else { throw LedgerDamage(description: "a BLOB ends early") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw LedgerDamage(description: "a number in a BLOB is too long")
  }
}
