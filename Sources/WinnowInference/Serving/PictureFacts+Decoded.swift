import WinnowCore
import WinnowImaging

extension PictureFacts {
  init(_ picture: borrowing DecodedPicture, digest: ContentDigest, byteCount: Int) {
    let info = picture.info
    self.init(
      digest: digest, byteCount: Int64(byteCount), format: info.format.rawValue, width: info.width,
      height: info.height, perceptualHash: PerceptualHash(picture).bits, captureTime: info.captureTime?.timestamp,
      camera: info.camera.map(Self.shortened))
  }

  /// The protocol allows 256 bytes.
  private static func shortened(_ camera: String) -> String {
    camera.utf8.count <= 256 ? camera : String(decoding: camera.utf8.prefix(253), as: UTF8.self)
  }
}
