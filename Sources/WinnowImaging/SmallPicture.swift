import CWinnowImage
import WinnowCore

/// A picture scaled down so that its longer side is at most a given length; one that is small enough as it is.
///
/// RGB, 8 bits a channel, rows tightly packed, with the spare byte behind them that the resampler wants.
struct SmallPicture {
  let width: Int
  let height: Int
  let pixels: [UInt8]

  /// - Throws: `.outOfMemory`.
  init(of picture: borrowing DecodedPicture, side: Int) throws(Refusal) {
    let (fullWidth, fullHeight) = (picture.width, picture.height)
    let longer = max(fullWidth, fullHeight)
    let width = longer <= side ? fullWidth : max(1, fullWidth * side / longer)
    let height = longer <= side ? fullHeight : max(1, fullHeight * side / longer)
    var isDone = true
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3 + 1) { output, count in
      output[width * height * 3] = 0
      picture.withPixels { source in
        isDone = cwinnow_image_resize_window(
          source.baseAddress, UInt32(fullWidth), UInt32(fullHeight), UInt64(width), UInt64(height), 0, 0,
          UInt32(width), UInt32(height), output.baseAddress, width * 3)
      }
      count = isDone ? output.count : 0
    }
    guard isDone else { throw Refusal(.outOfMemory, "no memory to resize the picture") }
    (self.width, self.height) = (width, height)
  }
}
