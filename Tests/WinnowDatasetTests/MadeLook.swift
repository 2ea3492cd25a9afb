import Testing
import WinnowCore
import WinnowDataset
import WinnowFiles

/// Looks for tests, good in every respect that is not named.
enum MadeLook {
  static func of(
    _ signature: PictureSignature, digest: ContentDigest? = nil, size: Int64 = 1_000, format: String = "jpeg",
    width: Int = 640, height: Int = 480
  ) throws -> PictureLook {
    PictureLook(
      facts: PictureFacts(
        digest: try #require(digest ?? ContentDigest(bytes: [UInt8](repeating: 7, count: 32))), byteCount: size,
        format: format, width: width, height: height, perceptualHash: 0),
      storage: PictureStorage(colour: .rgb),
      measures: PictureMeasures(
        brightness: 0.5, contrast: 0.2, darkest: 0.02, lightest: 0.95, entropy: 7.3, sharpness: 900),
      signature: signature, thumbnail: [0xFF, 0xD8, 0xFF])
  }
}
