/// The mean feature of each class's pictures, by which what was never taught can be told.
struct ClassCentres {
  static let fileName = "centres.f32"

  /// `[classCount][width]`.
  private var sums: [Double]
  private var counts: [Int]
  private let width: Int

  init(classCount: Int, width: Int) {
    self.width = width
    sums = [Double](repeating: 0, count: classCount * width)
    counts = [Int](repeating: 0, count: classCount)
  }

  mutating func add(_ feature: UnsafeBufferPointer<Float>, of label: Int) {
    counts[label] += 1
    for index in 0..<width { sums[label * width + index] += Double(feature[index]) }
  }

  /// `[classCount][width]`, float32, little-endian.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sums.count * 4)
    for (index, sum) in sums.enumerated() {
      let mean = Float(sum / Double(max(1, counts[index / width])))
      withUnsafeBytes(of: mean.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
