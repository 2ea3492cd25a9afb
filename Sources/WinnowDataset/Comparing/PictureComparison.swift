import WinnowCore

/// Whether two pictures show the same, by their miniatures: one must fit into the other, cut by at most 15% at a side
/// and changed in brightness and contrast alone.
///
/// The limits were chosen on 1,000 photos and 15 changed copies of each (docs/decisions/0026).
struct PictureComparison {
  /// How well one picture fits the other after the best crop, gain and offset.
  struct Fit {
    /// Normalised cross-correlation of luma, -1 to 1.
    var correlation: Float
    /// What the gain leaves of the colour differences, as a share of them; 0 where there are none.
    var colour: Float
  }

  /// Beyond this a crop is another picture.
  static let deepestCrop: Float = 0.15
  /// From here on a fit cannot change the answer by getting better.
  private static let goodCorrelation: Float = 0.985
  /// What is compared: coarser than what is kept, so that a crop by parts of a cell loses nothing.
  private static let side = 32

  /// Whether a crop of `outer` shows the same as `inner`.
  ///
  /// - Parameters:
  ///   - box: the crop that their hashes hint at.
  ///   - distance: bits in which those hashes differ, 0 to 64; few of them stand for much brightening, which clips.
  func isSame(_ outer: Miniature, _ inner: Miniature, from box: CropBox, distance: Int) -> Bool {
    if outer.isAlmostEqual(to: inner) { return true }
    guard let fit = fit(outer, to: inner, from: box) else { return false }
    return fit.colour <= 0.7 && (fit.correlation >= 0.95 || fit.correlation >= 0.9 && distance <= 4)
  }

  /// Fits crops of `outer` to `inner`, beginning with `box`; nil where that looks hopeless at once.
  func fit(_ outer: Miniature, to inner: Miniature, from box: CropBox) -> Fit? {
    let source = outer.luma
    let target = cropped(inner.luma, Miniature.side, .whole, to: Self.side)
    var best = box
    var bestCorrelation = correlation(cropped(source, Miniature.side, best, to: Self.side), target)
    guard bestCorrelation > 0.6 else { return nil }
    var step: Float = 0.04
    while step > 0.002, bestCorrelation < Self.goodCorrelation {
      var isBetter = false
      for side in 0..<4 {
        for direction in [step, -step] {
          var move = SIMD4<Float>.zero
          move[side] = direction
          let box = best.moved(move, atMost: Self.deepestCrop)
          guard box != best else { continue }
          let correlation = correlation(cropped(source, Miniature.side, box, to: Self.side), target)
          if correlation > bestCorrelation + 0.00005 {
            (best, bestCorrelation, isBetter) = (box, correlation, true)
          }
        }
      }
      if !isBetter { step /= 2 }
    }
    let moments = Moments(cropped(source, Miniature.side, best, to: Self.side), target)
    let gain = moments.firstVariance > 0.01 ? moments.covariance / moments.firstVariance : 1
    return Fit(correlation: bestCorrelation, colour: colourDifference(outer, inner, best, gain))
  }

  /// Of red and blue less green, which more light changes by the gain alone.
  private func colourDifference(_ outer: Miniature, _ inner: Miniature, _ box: CropBox, _ gain: Float) -> Float {
    let side = Miniature.colourSide
    let from = (0..<3).map { cropped(outer.channel($0), side, box, to: side) }
    let to = (0..<3).map(inner.channel)
    var (sum, strength): (Float, Float) = (0, 0)
    for cell in 0..<side * side {
      for channel in [0, 2] {
        let first = from[channel][cell] - from[1][cell]
        let second = to[channel][cell] - to[1][cell]
        let difference = gain * first - second
        sum += difference * difference
        strength += max(gain * gain * first * first, second * second)
      }
    }
    // Fewer than 8 levels of colour are none.
    return (sum / max(strength, Float(2 * side * side) * 64)).squareRoot()
  }

  private func correlation(_ first: [Float], _ second: [Float]) -> Float {
    let moments = Moments(first, second)
    let scale = (moments.firstVariance * moments.secondVariance).squareRoot()
    return scale > 0.01 ? moments.covariance / scale : 0
  }

  /// `grid` of `from` × `from` cells less what `box` cuts off, averaged to `to` × `to` cells.
  private func cropped(_ grid: [Float], _ from: Int, _ box: CropBox, to: Int) -> [Float] {
    let across = Self.spans(box.left, box.right, from, to)
    let down = Self.spans(box.top, box.bottom, from, to)
    return [Float](unsafeUninitializedCapacity: to * to) { result, count in
      grid.withUnsafeBufferPointer { grid in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: from) { line in
          for (row, span) in down.enumerated() {
            for x in 0..<from {
              var sum = grid[span.first * from + x] * span.firstWeight + grid[span.last * from + x] * span.lastWeight
              if span.last - span.first > 1 {
                for y in span.first + 1..<span.last { sum += grid[y * from + x] * span.weight }
              }
              line[x] = sum
            }
            for (column, span) in across.enumerated() {
              var sum = line[span.first] * span.firstWeight + line[span.last] * span.lastWeight
              if span.last - span.first > 1 {
                for x in span.first + 1..<span.last { sum += line[x] * span.weight }
              }
              result[row * to + column] = sum
            }
          }
        }
      }
      count = to * to
    }
  }

  /// Which cells of a finer grid make one of a coarser, and their weights, together 1.
  private struct Span {
    var first: Int
    var last: Int
    var firstWeight: Float
    var lastWeight: Float
    var weight: Float
  }

  private static func spans(_ low: Float, _ high: Float, _ from: Int, _ to: Int) -> [Span] {
    let size = (1 - low - high) * Float(from) / Float(to)
    return (0..<to).map { cell in
      let start = low * Float(from) + Float(cell) * size
      let end = min(start + size, Float(from))
      let first = min(Int(start), from - 1)
      let last = min(Int(end), from - 1)
      if first == last { return Span(first: first, last: last, firstWeight: 1, lastWeight: 0, weight: 0) }
      return Span(
        first: first, last: last, firstWeight: (Float(first + 1) - start) / size,
        lastWeight: (end - Float(last)) / size, weight: 1 / size)
    }
  }
}

/// Means, variances and covariance of two grids of equal size.
private struct Moments {
  var firstMean: Float
  var secondMean: Float
  var firstVariance: Float
  var secondVariance: Float
  var covariance: Float

  init(_ first: [Float], _ second: [Float]) {
    typealias Lanes = SIMD8<Float>
    // Less a middle grey, so that the squares keep their digits.
    let grey = Lanes(repeating: 128)
    var (a, b, aa, bb, ab) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    first.withUnsafeBytes { first in
      second.withUnsafeBytes { second in
        for start in stride(from: 0, to: min(first.count, second.count), by: MemoryLayout<Lanes>.size) {
          let x = first.loadUnaligned(fromByteOffset: start, as: Lanes.self) - grey
          let y = second.loadUnaligned(fromByteOffset: start, as: Lanes.self) - grey
          a += x
          b += y
          aa += x * x
          bb += y * y
          ab += x * y
        }
      }
    }
    let count = Float(first.count)
    let (meanA, meanB) = (a.sum() / count, b.sum() / count)
    firstMean = meanA + 128
    secondMean = meanB + 128
    firstVariance = max(0, aa.sum() / count - meanA * meanA)
    secondVariance = max(0, bb.sum() / count - meanB * meanB)
    covariance = ab.sum() / count - meanA * meanB
  }
}
