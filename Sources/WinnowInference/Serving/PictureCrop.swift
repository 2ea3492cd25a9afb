import WinnowCore
import WinnowImaging

/// Cuts the pixels that were asked for out of a picture and hands them over in a memory file.
struct PictureCrop {
  let wish: CropWish
  let output: PictureDescriptor
  /// Where in the file they begin.
  let offset: Int

  /// The shorter side that a JPEG has to keep when it is decoded at a smaller scale.
  var minimumShorterSide: Int {
    switch wish.region {
    case .centre(let resize): 2 * resize
    case .part(let part): TrainingTransform(part, side: wish.side).minimumShorterSide
    }
  }

  func write(of picture: borrowing DecodedPicture) throws(Refusal) {
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: wish.byteCount)
    defer { pixels.deallocate() }
    switch wish.region {
    case .centre(let resize): try EvaluationTransform(resize: resize, crop: wish.side).apply(picture, into: pixels)
    case .part(let part): try TrainingTransform(part, side: wish.side).apply(picture, into: pixels)
    }
    try output.write(UnsafeBufferPointer(pixels), at: offset)
  }
}
