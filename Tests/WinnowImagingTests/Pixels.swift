import WinnowCore
import WinnowImaging

/// A decoded picture as a value that tests can keep and compare.
struct Pixels: Equatable {
  let width: Int
  let height: Int
  /// RGB, row by row.
  var bytes: [UInt8]

  subscript(x: Int, y: Int) -> [UInt8] {
    Array(bytes[(y * width + x) * 3..<(y * width + x) * 3 + 3])
  }

  /// The mean of the absolute differences of all channels; nil where sizes differ.
  func meanDifference(to other: Pixels) -> Double? {
    guard width == other.width, height == other.height else { return nil }
    let sum = zip(bytes, other.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(bytes.count)
  }

  /// The largest difference of any channel; nil where sizes differ.
  func largestDifference(to other: Pixels) -> Int? {
    guard width == other.width, height == other.height else { return nil }
    return zip(bytes, other.bytes).map { abs(Int($0) - Int($1)) }.max()
  }
}

/// Decodes an array.
func decode(
  _ bytes: [UInt8], minimumShorterSide: Int? = nil, limits: DecodeLimits = DecodeLimits()
) throws -> (pixels: Pixels, info: PictureInfo) {
  try bytes.withUnsafeBytes { bytes in
    let picture = try ImageDecoder(limits: limits).decode(bytes, minimumShorterSide: minimumShorterSide)
    let copy = picture.withPixels { Array($0) }
    return (Pixels(width: picture.width, height: picture.height, bytes: copy), picture.info)
  }
}

/// The refusal that decoding ends with; nil if it does not.
func refusal(
  _ bytes: [UInt8], minimumShorterSide: Int? = nil, limits: DecodeLimits = DecodeLimits()
) -> Refusal? {
  do {
    _ = try decode(bytes, minimumShorterSide: minimumShorterSide, limits: limits)
    return nil
  } catch {
    return error as? Refusal
  }
}

/// Resizes and crops.
func apply(_ transform: EvaluationTransform, to bytes: [UInt8]) throws -> [UInt8] {
  try bytes.withUnsafeBytes { bytes in
    let picture = try ImageDecoder().decode(bytes)
    // Not zero beforehand, so that a byte left out shows.
    var output = [UInt8](repeating: 77, count: transform.byteCount)
    try output.withUnsafeMutableBufferPointer { (output) throws(Refusal) in try transform.apply(picture, into: output) }
    return output
  }
}
