import CWinnowImage
import Glibc

/// The pixels of one picture, upright and in sRGB.
///
/// It owns its memory alone and never changes it.
///
/// `@unchecked Sendable`: the pointer is private, reached by nobody else, written only before `init` returns and freed
/// in `deinit`; the type cannot be copied.
public struct DecodedPicture: ~Copyable, @unchecked Sendable {
  /// Of the decoded pixels, in pixels; smaller than `info` says after scaled decoding.
  public let width: Int
  public let height: Int
  /// What the file says about the picture.
  public let info: PictureInfo

  private let memory: UnsafeMutablePointer<UInt8>

  /// Takes over the raster's pixels.
  init(taking raster: inout cwinnow_image_raster, pixels: UnsafeMutablePointer<UInt8>, info: PictureInfo) {
    width = Int(raster.width)
    height = Int(raster.height)
    memory = pixels
    raster.pixels = nil
    self.info = info
  }

  deinit { free(memory) }

  /// Lends the pixels: RGB, 8 bits a channel, `width * 3` bytes a row, top row first, no padding.
  public func withPixels<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: memory, count: width * height * 3))
  }
}
