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
    try jpeg.withBytes { bytes throws(Refusal) in try output.write(bytes, at: 0) }
    return (look, jpeg.count)
  }
}
