import Glibc
import WinnowCore
import WinnowImaging

/// What a closer look takes from a decoded picture.
struct PictureInspection {
  let wishes: LookWishes
  /// Where the conversion goes.
  let output: PictureDescriptor?

  /// The shorter side that a JPEG has to keep when it is decoded at a smaller scale; nil for full size. 256 is what the
  /// signature's 64 cells a side and the measures want at least; chosen.
  var minimumShorterSide: Int? { wishes.conversion ? nil : 256 }

  /// - Returns: the look, without scores, and how many bytes of JPEG were written.
  func look(
    at picture: borrowing DecodedPicture, _ facts: PictureFacts
  ) throws(Refusal) -> (look: PictureLook, converted: Int?) {
    var look = PictureLook(
      facts: facts, storage: picture.info.storage, measures: try PictureMeasures(picture),
      signature: PictureSignature(picture))
    if let side = wishes.thumbnailSide { look.thumbnail = try picture.thumbnail(side: side) }
    guard let output else { return (look, nil) }
    let jpeg = try picture.encodedAsJPEG()
    try jpeg.withBytes { bytes throws(Refusal) in try Self.write(bytes, to: output) }
    return (look, jpeg.count)
  }

  private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to output: PictureDescriptor) throws(Refusal) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        output.raw, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw Refusal(.tooLarge, "the picture as JPEG has \(bytes.count) bytes, more than there is room for")
      }
      written += count
    }
  }
}
