import CWinnowImage
import Glibc
public import WinnowCore

/// Bytes of a JPEG that was made here. It owns its memory.
public struct EncodedJPEG: ~Copyable {
  private let memory: UnsafeMutablePointer<UInt8>
  public let count: Int

  fileprivate init(_ memory: UnsafeMutablePointer<UInt8>, count: Int) {
    self.memory = memory
    self.count = count
  }

  deinit { free(memory) }

  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: memory, count: count))
  }
}

extension DecodedPicture {
  /// Of a conversion; chosen.
  private static var quality: Int32 { 95 }
  /// Of a thumbnail: the first that makes it small enough. Only noise needs another than the first; chosen.
  private static var thumbnailQualities: [Int32] { [80, 50, 25, 10] }

  /// The whole picture as a baseline JPEG of quality 95, with the colours of each pixel (4:4:4).
  ///
  /// - Throws: `.tooLarge` for more than 65,535 pixels a side, `.outOfMemory`.
  public borrowing func encodedAsJPEG() throws(Refusal) -> EncodedJPEG {
    guard width <= 65_535, height <= 65_535 else {
      throw Refusal(.tooLarge, "a JPEG holds at most 65,535 pixels a side")
    }
    let (width, height) = (UInt32(width), UInt32(height))
    return try withPixels { pixels throws(Refusal) in
      try Self.encode(pixels.baseAddress, width, height, quality: Self.quality, fine: true)
    }
  }

  /// A JPEG of quality 80 whose longer side is at most `side` pixels; coarser where it would have more bytes than
  /// `PictureLook.largestThumbnail`, and empty where even that does not help.
  ///
  /// - Throws: `.outOfMemory`.
  public borrowing func thumbnail(side: Int) throws(Refusal) -> [UInt8] {
    let small = try SmallPicture(of: self, side: side)
    for quality in Self.thumbnailQualities {
      let jpeg = try Self.encode(
        small.pixels, UInt32(small.width), UInt32(small.height), quality: quality, fine: false)
      if jpeg.count <= PictureLook.largestThumbnail { return jpeg.withBytes { Array($0) } }
    }
    return []
  }

  private static func encode(
    _ pixels: UnsafePointer<UInt8>?, _ width: UInt32, _ height: UInt32, quality: Int32, fine: Bool
  ) throws(Refusal) -> EncodedJPEG {
    var memory: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard cwinnow_image_encode_jpeg(pixels, width, height, quality, fine, &memory, &count), let memory else {
      throw Refusal(.outOfMemory, "no memory to write the picture as JPEG")
    }
    return EncodedJPEG(memory, count: count)
  }
}
