/// What reading a picture once tells about it.
public struct PictureFacts: Hashable, Sendable {
  /// Of the bytes that were decoded.
  public var digest: ContentDigest
  /// How many bytes that were.
  public var byteCount: Int64
  /// `jpeg`, `png`, `webp`, `heif`, `avif`, `gif` or `raw`.
  public var format: String
  /// Full size in pixels, upright; of a RAW that of its preview.
  public var width: Int
  public var height: Int
  /// 64-bit perceptual hash of the upright picture; near duplicates differ in few bits.
  public var perceptualHash: UInt64
  /// EXIF DateTimeOriginal; taken as UTC where the file names no offset.
  public var captureTime: Timestamp?
  /// EXIF maker and model, trimmed: `"Canon EOS R5"`.
  public var camera: String?

  public init(
    digest: ContentDigest, byteCount: Int64, format: String, width: Int, height: Int, perceptualHash: UInt64,
    captureTime: Timestamp? = nil, camera: String? = nil
  ) {
    self.digest = digest
    self.byteCount = byteCount
    self.format = format
    self.width = width
    self.height = height
    self.perceptualHash = perceptualHash
    self.captureTime = captureTime
    self.camera = camera
  }
}
