import CWinnowImage
import Glibc
public import WinnowCore

/// Turns the bytes of a picture into upright sRGB pixels, within limits.
///
/// Decoders are re-entrant: any number of threads may decode at once.
///
/// What comes out: 16 bits a channel are scaled to 8; alpha is dropped, not blended, as Pillow's `convert("RGB")`
/// does; CMYK goes through its embedded profile, or without one by Pillow's formula; any other embedded profile but sRGB
/// is converted to sRGB with the perceptual intent, and a broken profile is ignored. EXIF orientation is applied, except
/// in HEIF, whose own transformations are. Of an animation the first frame is taken, of a JPEG with several pictures
/// (MPO) the first, of a RAW the preview in it.
public struct ImageDecoder: Sendable {
  public let limits: DecodeLimits

  public init(limits: DecodeLimits = DecodeLimits()) {
    self.limits = limits
  }

  /// Loads whatever the libraries load on first use. After it no decoding opens a file, so that a process can forbid
  /// itself to.
  public static func prepare() {
    cwinnow_image_prepare()
  }

  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - minimumShorterSide: a JPEG, or a RAW's preview, may be decoded at the smallest of 1/8, 1/4, 1/2 and full size whose shorter side is
  ///     still at least this; nil for full size. Other formats always come at full size.
  /// - Throws: every kind of refusal that is about contents: all but `.unreadable` and `.poison`.
  public func decode(
    _ bytes: UnsafeRawBufferPointer, minimumShorterSide: Int? = nil
  ) throws(Refusal) -> DecodedPicture {
    guard bytes.count <= limits.maxBytes else {
      throw Refusal(.tooLarge, "the file has \(bytes.count) bytes, \(limits.maxBytes) allowed")
    }
    let format = try PictureFormat.sniff(bytes)
    var raster = cwinnow_image_raster()
    defer { cwinnow_image_release(&raster) }
    var cLimits = cwinnow_image_limits(
      max_pixels: UInt64(max(limits.maxPixels, 0)), max_memory: UInt64(max(limits.maxMemory, 0)),
      deadline: Self.deadline(after: limits.maxSeconds))
    let status = Self.decode(bytes, as: format, minimumShorterSide: minimumShorterSide, &cLimits, into: &raster)
    if format == .raw, status == .decoded || status == .unsupported,
      RawExtent.endsEarly(bytes, isRecognised: status == .decoded)
    {
      throw Refusal(.truncated, "the RAW data end early")
    }
    try Self.check(status, raster)

    var exif = ExifBlock(UnsafeRawBufferPointer(start: raster.exif, count: raster.exif_count))
    if format == .raw {
      let known = raster.raw_orientation > 0 ? Int(raster.raw_orientation) : nil
      exif = ExifBlock(raw: bytes, preview: exif, orientation: known)
    }
    let orientation = raster.upright ? 1 : exif.orientation ?? 1
    try Self.check(cwinnow_image_orient(&raster, UInt32(orientation), &cLimits), raster)
    guard let pixels = raster.pixels else { throw Refusal(.corrupt, "the picture has no pixels") }
    let info = PictureInfo(
      format: format, width: Int(raster.full_width), height: Int(raster.full_height), appliedOrientation: orientation,
      captureTime: exif.captureTime, storage: Self.storage(raster.storage, orientation: orientation),
      camera: exif.camera)
    return DecodedPicture(taking: &raster, pixels: pixels, info: info)
  }

  private static func storage(_ raw: cwinnow_image_storage, orientation: Int) -> PictureStorage {
    let colour: PictureStorage.Colour =
      switch raw.colour {
      case CWINNOW_IMAGE_STORES_GREY: .grey
      case CWINNOW_IMAGE_STORES_CMYK: .cmyk
      case CWINNOW_IMAGE_STORES_PALETTE: .palette
      default: .rgb
      }
    return PictureStorage(
      colour: colour, bitsPerSample: raw.bits == 0 ? 8 : Int(raw.bits), hasAlpha: raw.alpha,
      hasForeignProfile: raw.converted, orientation: (1...8).contains(orientation) ? orientation : 1,
      isSequence: raw.sequence)
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, as format: PictureFormat, minimumShorterSide: Int?,
    _ limits: inout cwinnow_image_limits, into raster: inout cwinnow_image_raster
  ) -> cwinnow_image_status {
    let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    switch format {
    case .jpeg:
      let minimum = UInt32(clamping: minimumShorterSide ?? 0)
      return cwinnow_image_decode_jpeg(start, bytes.count, minimum, &limits, &raster)
    case .png: return cwinnow_image_decode_png(start, bytes.count, &limits, &raster)
    case .webp: return cwinnow_image_decode_webp(start, bytes.count, &limits, &raster)
    case .gif: return cwinnow_image_decode_gif(start, bytes.count, &limits, &raster)
    case .heif, .avif: return cwinnow_image_decode_heif(start, bytes.count, &limits, &raster)
    case .raw:
      let minimum = UInt32(clamping: minimumShorterSide ?? 0)
      return cwinnow_image_decode_raw(start, bytes.count, minimum, &limits, &raster)
    }
  }

  private static func check(_ status: cwinnow_image_status, _ raster: cwinnow_image_raster) throws(Refusal) {
    let kind: Refusal.Kind
    switch status {
    case .decoded: return
    case .truncated: kind = .truncated
    case .corrupt: kind = .corrupt
    case .tooLarge: kind = .tooLarge
    case .timedOut: kind = .timedOut
    case .outOfMemory: kind = .outOfMemory
    case .unsupported: kind = .unsupportedFormat
    }
    let detail = withUnsafeBytes(of: raster.detail) { String(decoding: $0.prefix(while: { $0 != 0 }), as: UTF8.self) }
    throw Refusal(kind, detail)
  }

  private static func deadline(after seconds: Double) -> UInt64 {
    let nanoseconds = max(seconds, 0) * 1e9
    guard nanoseconds < 1e18 else { return .max }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec) + UInt64(nanoseconds)
  }
}
