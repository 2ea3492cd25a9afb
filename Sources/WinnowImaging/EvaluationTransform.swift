import CWinnowImage
public import WinnowCore

/// Resize and centre crop as torchvision's evaluation transforms do them on a PIL picture, bit for bit:
/// `Resize(resize)`, bilinear and antialiased, then `CenterCrop(crop)`.
///
/// Only the pixels of the crop are computed, so a picture of 8,000 x 1 costs no more than any other.
public struct EvaluationTransform: Hashable, Sendable {
  /// Length of the shorter side after resizing, in pixels.
  public let resize: Int
  /// Side of the square that is cut out of the middle, in pixels.
  public let crop: Int

  /// - Precondition: both between 1 and 16,384.
  public init(resize: Int, crop: Int) {
    precondition((1...16_384).contains(resize) && (1...16_384).contains(crop))
    self.resize = resize
    self.crop = crop
  }

  /// How many bytes `apply` writes: RGB, 8 bits a channel, `[crop, crop, 3]`.
  public var byteCount: Int { crop * crop * 3 }

  /// - Parameter output: `byteCount` bytes, written wholly. Where the resized picture is smaller than the crop, it is
  ///   surrounded by zeros.
  /// - Throws: `.outOfMemory`.
  public func apply(_ picture: borrowing DecodedPicture, into output: UnsafeMutableBufferPointer<UInt8>) throws(Refusal)
  {
    precondition(output.count == byteCount)
    guard let start = output.baseAddress else { return }
    let size = resizedSize(width: picture.width, height: picture.height)
    let columns = CropSpan(length: size.width, crop: crop)
    let rows = CropSpan(length: size.height, crop: crop)
    if columns.padding > 0 || rows.padding > 0 || columns.count < crop || rows.count < crop {
      output.update(repeating: 0)
    }
    let (width, height) = (picture.width, picture.height)
    let isDone = picture.withPixels { pixels in
      cwinnow_image_resize_window(
        pixels.baseAddress, UInt32(width), UInt32(height), UInt64(size.width), UInt64(size.height),
        UInt64(columns.start), UInt64(rows.start), UInt32(columns.count), UInt32(rows.count),
        start + (rows.padding * crop + columns.padding) * 3, crop * 3)
    }
    guard isDone else { throw Refusal(.outOfMemory, "no memory to resize the picture") }
  }

  /// Torchvision's rule: the shorter side becomes `resize`, the longer one is cut to a whole number.
  func resizedSize(width: Int, height: Int) -> (width: Int, height: Int) {
    let longer = Int(Double(resize * max(width, height)) / Double(min(width, height)))
    return width <= height ? (resize, longer) : (longer, resize)
  }
}

/// What one side of a centre crop takes from a resized side (torchvision's `center_crop`).
struct CropSpan: Equatable {
  /// The first pixel taken.
  let start: Int
  let count: Int
  /// Zeros before it in the output.
  let padding: Int

  init(length: Int, crop: Int) {
    if length < crop {
      (start, count, padding) = (0, length, (crop - length) / 2)
    } else {
      // Python's round(): a half goes to the even neighbour.
      start = Int((Double(length - crop) / 2).rounded(.toNearestOrEven))
      (count, padding) = (crop, 0)
    }
  }
}
