public import WinnowCore

/// What a file says about its picture, apart from the pixels.
public struct PictureInfo: Hashable, Sendable {
  public let format: PictureFormat
  /// Declared full size in pixels, upright; of a RAW that of its preview.
  public let width: Int
  public let height: Int
  /// The EXIF orientation that was applied, 1 to 8; 1 where the file has none or its container turned the picture.
  public let appliedOrientation: Int
  /// When the picture was taken.
  public let captureTime: CaptureTime?
  public let storage: PictureStorage
  /// EXIF maker and model without the maker said twice: `"Canon EOS R5"`.
  public let camera: String?
}
