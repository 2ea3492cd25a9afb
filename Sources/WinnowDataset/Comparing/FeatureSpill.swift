/// Features of one length in a temporary file, in bfloat16: a million of them cost no memory. One owner, one thread.
final class FeatureSpill {
  /// Numbers of each feature; 0 before the first.
  private(set) var length = 0
  private var records: RecordSpill?

  var count: Int { records?.count ?? 0 }

  /// - Returns: false for a feature of another length than the first, which is not taken.
  func append(_ feature: [Float]) -> Bool {
    guard !feature.isEmpty, records == nil || feature.count == length else { return false }
    if records == nil {
      length = feature.count
      records = RecordSpill(recordSize: 2 * length)
    }
    var record = [UInt8](repeating: 0, count: 2 * length)
    for (index, value) in feature.enumerated() {
      let high = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
      record[2 * index] = UInt8(truncatingIfNeeded: high)
      record[2 * index + 1] = UInt8(truncatingIfNeeded: high >> 8)
    }
    records?.append(record)
    return true
  }

  /// Nil where it cannot be read back.
  func read(_ index: Int) -> [Float]? {
    guard let record = records?.read(index), record.count == 2 * length else { return nil }
    return [Float](unsafeUninitializedCapacity: length) { values, count in
      record.withUnsafeBytes { bytes in
        for index in 0..<length {
          let high = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
          values[index] = Float(bitPattern: UInt32(high) << 16)
        }
      }
      count = length
    }
  }
}
