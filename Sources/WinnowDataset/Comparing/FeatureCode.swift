/// Makes 64 bytes of a model's feature: a product code of 64 parts with 256 centroids each.
///
/// The feature, less the mean, is turned at random; each part is eight of its coordinates, and the centroids are the
/// corners of a cube, so the code is the coordinates' signs. Of 512 bits so many differ as the angle between two features is
/// of a half turn, give or take 2%. Nothing has to be learnt but the mean.
struct FeatureCode {
  static let byteCount = 64
  private static let bitCount = byteCount * 8

  private let mean: [Float]
  /// A power of two that holds feature and code.
  private let size: Int
  private let signs: [[Float]]

  /// - Parameter sample: features of one length, at least one.
  init(sample: [[Float]]) {
    let length = sample.first?.count ?? 0
    var mean = [Float](repeating: 0, count: length)
    for feature in sample {
      for index in 0..<min(length, feature.count) { mean[index] += feature[index] / Float(sample.count) }
    }
    // One alone has no mean that would leave anything of it.
    self.mean = sample.count > 1 ? mean : mean.map { _ in 0 }
    var size = Self.bitCount
    while size < length { size *= 2 }
    self.size = size
    var state: UInt64 = 0x5DEE_CE66_D1CE_4E5B
    signs = (0..<2).map { _ in
      (0..<size).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state >> 63 == 0 ? 1 : -1
      }
    }
  }

  /// Eight words of 64 bits; nil for a feature of another length.
  func code(_ feature: [Float]) -> [UInt64]? {
    guard feature.count == mean.count else { return nil }
    var turned = zip(feature, mean).map { $0 - $1 } + [Float](repeating: 0, count: size - mean.count)
    for signs in signs {
      for index in turned.indices { turned[index] *= signs[index] }
      Self.hadamard(&turned)
    }
    return (0..<Self.bitCount / 64).map { word in
      (0..<64).reduce(UInt64(0)) { $0 | (turned[word * 64 + $1] > 0 ? 1 << UInt64($1) : 0) }
    }
  }

  /// The Walsh-Hadamard transform, which with random signs before it turns a vector about as well as any matrix would.
  private static func hadamard(_ values: inout [Float]) {
    values.withUnsafeMutableBufferPointer { values in
      var half = 1
      while half < values.count {
        for start in stride(from: 0, to: values.count, by: 2 * half) {
          for index in start..<start + half {
            let (one, other) = (values[index], values[index + half])
            values[index] = one + other
            values[index + half] = one - other
          }
        }
        half *= 2
      }
    }
  }
}
