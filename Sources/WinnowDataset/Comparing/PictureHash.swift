import Glibc
import WinnowCore

/// 64-bit perceptual hashes of a picture and of crops of it.
///
/// A bit is the sign of one low frequency (type II cosine transform) of the luma, so neither size, quality nor
/// brightness changes many. A crop does change them; therefore the hash of a crop is compared with the hashes of the
/// other picture's *views*, which are crops of it made on purpose. Which views there are was found on 1,000 photos
/// (docs/decisions/0026): crops of up to 5% at any sides then differ in 5 bits of 64 at the median and 8 in 98 of 100.
struct PictureHash: Hashable, Sendable {
  /// Of the whole picture, then of each other view.
  var views: [UInt64]

  var whole: UInt64 { views[0] }

  static let boxes: [CropBox] = [
    .whole, .all(0.025), .all(0.05), .all(0.1),
    CropBox(left: 0.05), CropBox(top: 0.05), CropBox(right: 0.05), CropBox(bottom: 0.05),
    CropBox(left: 0.05, top: 0.05), CropBox(top: 0.05, right: 0.05),
    CropBox(left: 0.05, bottom: 0.05), CropBox(right: 0.05, bottom: 0.05),
  ]
}

/// Makes hashes; holds the tables for it.
struct PictureHasher: Sendable {
  /// Frequencies 0 to 8 in each direction; the other lanes stay zero.
  private typealias Frequencies = SIMD16<Float>
  /// The luma is averaged to 32 × 32 cells first, fine enough for these frequencies.
  private static let side = Miniature.side / 2
  private static let highest = 8

  /// From 0 to 1, what a view takes of one direction.
  private struct Interval: Hashable {
    var from: Float
    var to: Float
  }

  /// An interval's cosines, one row a column of the picture.
  private let cosines: [[Frequencies]]
  /// Which interval each view uses, across and down.
  private let across: [Int]
  private let down: [Int]
  /// The 64 lowest frequencies without the constant one: (across, down).
  private let bits: [(Int, Int)]

  init() {
    var intervals: [Interval] = []
    func index(_ interval: Interval) -> Int {
      if let index = intervals.firstIndex(of: interval) { return index }
      intervals.append(interval)
      return intervals.count - 1
    }
    across = PictureHash.boxes.map { index(Interval(from: $0.left, to: 1 - $0.right)) }
    down = PictureHash.boxes.map { index(Interval(from: $0.top, to: 1 - $0.bottom)) }
    cosines = intervals.map(Self.cosines)
    let all = (0...Self.highest).flatMap { u in (0...Self.highest).map { v in (u, v) } }.dropFirst()
    bits = Array(
      all.sorted { ($0.0 * $0.0 + $0.1 * $0.1, $0.0, $0.1) < ($1.0 * $1.0 + $1.1 * $1.1, $1.0, $1.1) }.prefix(64))
  }

  /// Cosines over an interval that may begin and end within a cell; without a constant part, so that the mean of the
  /// picture leaks into no bit.
  private static func cosines(of interval: Interval) -> [Frequencies] {
    let width = interval.to - interval.from
    var rows = [Frequencies](repeating: .zero, count: side)
    var weights = [Float](repeating: 0, count: side)
    for cell in 0..<side {
      let start = max(Float(cell) / Float(side), interval.from)
      let end = min(Float(cell + 1) / Float(side), interval.to)
      guard end > start else { continue }
      weights[cell] = (end - start) / width
      let middle = ((start + end) / 2 - interval.from) / width
      for frequency in 0...highest {
        rows[cell][frequency] = weights[cell] * Float(cos(Double(Float(frequency) * middle) * .pi))
      }
    }
    var mean = rows.reduce(.zero, +)
    mean[0] = 0
    for cell in 0..<side { rows[cell] -= mean * weights[cell] }
    return rows
  }

  func hash(_ picture: Miniature) -> PictureHash {
    let luma = picture.halvedLuma
    let transformed = cosines.map { cosines in transform(luma, cosines) }
    return PictureHash(views: zip(across, down).map { hash(transformed[$0], cosines[$1]) })
  }

  /// Each row's frequencies.
  private func transform(_ luma: [Float], _ cosines: [Frequencies]) -> [Frequencies] {
    [Frequencies](unsafeUninitializedCapacity: Self.side) { rows, count in
      luma.withUnsafeBufferPointer { luma in
        cosines.withUnsafeBufferPointer { cosines in
          for row in 0..<Self.side {
            var sum = Frequencies.zero
            for column in 0..<Self.side { sum += luma[row * Self.side + column] * cosines[column] }
            rows.initializeElement(at: row, to: sum)
          }
        }
      }
      count = Self.side
    }
  }

  private func hash(_ rows: [Frequencies], _ cosines: [Frequencies]) -> UInt64 {
    let sums = [Frequencies](unsafeUninitializedCapacity: Self.highest + 1) { sums, count in
      rows.withUnsafeBufferPointer { rows in
        cosines.withUnsafeBufferPointer { cosines in
          for v in 0...Self.highest {
            var sum = Frequencies.zero
            for row in 0..<Self.side { sum += rows[row] * cosines[row][v] }
            sums.initializeElement(at: v, to: sum)
          }
        }
      }
      count = Self.highest + 1
    }
    var hash: UInt64 = 0
    for (bit, (u, v)) in bits.enumerated() where sums[v][u] > Self.silence { hash |= 1 << UInt64(bit) }
    return hash
  }

  /// Grey levels that rounding alone can make: a plain picture has the hash 0 rather than a random one.
  private static let silence: Float = 0.05
}

extension PictureHash {
  /// Eight bytes a view.
  var bytes: [UInt8] { views.flatMap { view in withUnsafeBytes(of: view.littleEndian, Array.init) } }

  /// - Parameter bytes: as `bytes` gives them, from `start` on.
  init(bytes: [UInt8], at start: Int) {
    views = bytes.withUnsafeBytes { bytes in
      Self.boxes.indices.map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + $0 * 8, as: UInt64.self))
      }
    }
  }
}
