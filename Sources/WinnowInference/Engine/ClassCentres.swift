/// The mean features of a model's classes, by which it tells how like a picture is to what it was taught.
public struct ClassCentres: Sendable {
  /// `[classCount][width]`, each row of length 1.
  private let rows: [Float]
  private let width: Int

  /// - Parameter bytes: `[classCount][width]`, float32, little-endian.
  /// - Returns: nil where they are not that.
  public init?(_ bytes: [UInt8], classCount: Int) {
    let count = bytes.count / 4
    guard classCount > 0, count > 0, bytes.count % 4 == 0, count % classCount == 0 else { return nil }
    width = count / classCount
    var rows = bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    for start in stride(from: 0, to: count, by: width) {
      let length = Self.dot(rows[start..<start + width], rows[start..<start + width]).squareRoot()
      guard length.isFinite else { return nil }
      // A class without pictures has no centre, and nothing is like it.
      if length > 0 { for index in start..<start + width { rows[index] /= length } }
    }
    self.rows = rows
  }

  /// The cosine between a feature and the nearest centre, −1 to 1; nil for a feature of another length or without one.
  public func familiarity(of feature: [Float]) -> Float? {
    guard feature.count == width else { return nil }
    let length = Self.dot(feature[...], feature[...]).squareRoot()
    guard length.isFinite, length > 0 else { return nil }
    var best: Float = -1
    for start in stride(from: 0, to: rows.count, by: width) {
      best = max(best, Self.dot(rows[start..<start + width], feature[...]) / length)
    }
    return best.isFinite ? min(1, max(-1, best)) : nil
  }

  /// Of two rows of the same length, eight numbers at a time.
  private static func dot(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Float {
    left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        let count = left.count / 4
        var sums = SIMD8<Float>()
        var index = 0
        while index + 8 <= count {
          sums +=
            left.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
            * right.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
          index += 8
        }
        var sum = sums.sum()
        while index < count {
          sum +=
            left.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            * right.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
          index += 1
        }
        return sum
      }
    }
  }
}
