import WinnowCore
import WinnowDataset
import WinnowFiles

/// Features of one length, a row each, in single precision: the first ones in memory, the others in a temporary file, so
/// that a hundred thousand pictures cost no more memory than ten thousand. One owner, one thread.
final class FeatureMatrix {
  /// Bytes of the rows that stay in memory: some 50,000 of 1,280 numbers; chosen.
  static let memory = 256 << 20
  /// Rows that are worked on together: large enough for the products, small enough for the caches; chosen.
  static let blockRows = 1024

  let width: Int
  private(set) var count = 0
  private var kept: [Float] = []
  private let keptRows: Int
  private let rest: RecordSpill

  /// - Parameter width: numbers of a row, at least 1.
  init(width: Int, memory: Int = FeatureMatrix.memory) {
    self.width = width
    // Whole blocks, so that none lies in both places.
    keptRows = max(1, memory / (4 * width * Self.blockRows)) * Self.blockRows
    rest = RecordSpill(recordSize: 4 * width)
  }

  /// - Parameter row: `width` numbers.
  func append(_ row: [Float]) {
    if count < keptRows {
      kept += row
    } else {
      rest.append(row.withUnsafeBytes { Array($0) })
    }
    count += 1
  }

  /// Hands over the rows, block by block: the first row's number, and `[rows, width]`.
  ///
  /// - Throws: what the file system says of the temporary file; what `body` throws.
  func forEachBlock(_ body: (Int, UnsafeBufferPointer<Float>) throws(WinnowError) -> Void) throws(WinnowError) {
    for first in stride(from: 0, to: count, by: Self.blockRows) {
      let rows = min(Self.blockRows, count - first)
      if first < keptRows {
        try kept.withUnsafeBufferPointer { kept throws(WinnowError) in
          try body(first, UnsafeBufferPointer(rebasing: kept[first * width..<(first + rows) * width]))
        }
      } else {
        let values = try read(first - keptRows, rows)
        try values.withUnsafeBufferPointer { values throws(WinnowError) in try body(first, values) }
      }
    }
  }

  private func read(_ first: Int, _ rows: Int) throws(WinnowError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows * width)
    while values.count < rows * width {
      let done = values.count / width
      guard let bytes = rest.read(first + done, rows - done), !bytes.isEmpty else {
        throw rest.fault?.about("the temporary file with features")
          ?? WinnowError(.systemCall, "the temporary file with features ends early")
      }
      bytes.withUnsafeBytes { values.append(contentsOf: $0.bindMemory(to: Float.self)) }
    }
    return values
  }
}
