public import WinnowCore

/// A picture format that this build decodes, told from the first bytes of a file, never from its name.
public enum PictureFormat: String, Hashable, Sendable, CaseIterable {
  case jpeg, png, webp, gif
  /// HEIC and its relatives: HEVC pictures in a HEIF container.
  case heif
  /// AV1 pictures in a HEIF container.
  case avif
  /// RAW, of which the preview is decoded that the camera put into it. A plain TIFF begins in the same way; that it is
  /// none of these shows only when it is decoded, which it is not.
  case raw

  /// - Throws: `.unsupportedFormat` for a picture format that is known but not decoded, `.truncated` for no bytes or so
  ///   few that they may be the start of one that is, `.notAPicture` for the rest.
  public static func sniff(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> PictureFormat {
    guard !bytes.isEmpty else { throw Refusal(.truncated, "the file is empty") }
    let head = Array(bytes.prefix(64))
    if let format = baseMediaFormat(head) { return try format.get() }
    for signature in Signature.all where signature.matches(head) {
      guard let format = signature.format else {
        throw Refusal(.unsupportedFormat, "\(signature.name) pictures are not read by this build")
      }
      return format
    }
    // Two letters say too little: a note that reads "GI" is no picture.
    let isTelling = head.count >= 3 || head[0] >= 0x80
    if isTelling, mayBeBaseMedia(head) || Signature.all.contains(where: { $0.format != nil && $0.mayStartWith(head) }) {
      throw Refusal(.truncated, "the file has only \(bytes.count) bytes, the start of a picture")
    }
    throw Refusal(.notAPicture, "the first bytes are those of no picture format")
  }

  /// ISO base media files name their brands in an `ftyp` box at the start (ISO 14496-12, 4.3; 23008-12, annex B).
  private static func baseMediaFormat(_ head: [UInt8]) -> Result<PictureFormat, Refusal>? {
    guard head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let boxLength = head[0..<4].reduce(0) { $0 << 8 | Int($1) }
    // The major brand, then, behind four bytes of version, the compatible ones.
    var brands = [String(decoding: head[8..<12], as: UTF8.self)]
    for start in stride(from: 16, to: min(boxLength, head.count) - 3, by: 4) {
      brands.append(String(decoding: head[start..<start + 4], as: UTF8.self))
    }
    if brands.contains(where: ["avif", "avis"].contains) { return .success(.avif) }
    if brands.contains(where: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains) {
      return .success(.heif)
    }
    if brands[0] == "crx " { return .success(.raw) }
    return .failure(Refusal(.notAPicture, "a media file of brand \(brands[0].debugDescription), not a picture"))
  }

  private static func mayBeBaseMedia(_ head: [UInt8]) -> Bool {
    guard head.count < 12, head[0] == 0 else { return false }
    return zip(head.dropFirst(4), "ftyp".utf8).allSatisfy(==)
  }
}

/// The bytes that a format starts with.
private struct Signature {
  let name: String
  /// Nil: known, but not decoded.
  let format: PictureFormat?
  /// Nil stands for any byte.
  let pattern: [UInt8?]

  func matches(_ head: [UInt8]) -> Bool {
    head.count >= pattern.count && mayStartWith(head)
  }

  /// Whether as many bytes as both have agree.
  func mayStartWith(_ head: [UInt8]) -> Bool {
    zip(head, pattern).allSatisfy { byte, expected in expected == nil || byte == expected }
  }

  private init(_ name: String, _ format: PictureFormat?, _ pattern: [UInt8?]) {
    self.name = name
    self.format = format
    self.pattern = pattern
  }

  private init(_ name: String, _ format: PictureFormat?, _ text: String) {
    self.init(name, format, text.utf8.map { $0 })
  }

  static let all = [
    Signature("JPEG", .jpeg, [0xff, 0xd8, 0xff]),
    Signature("PNG", .png, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Signature("GIF", .gif, "GIF87a"),
    Signature("GIF", .gif, "GIF89a"),
    Signature("WebP", .webp, Array("RIFF".utf8) + [nil, nil, nil, nil] + Array("WEBP".utf8)),
    // Most RAW formats are TIFF (DNG, NEF, CR2, ARW), or but for these bytes (ORF, RW2).
    Signature("TIFF or RAW", .raw, [0x49, 0x49, 0x2a, 0x00]),
    Signature("TIFF or RAW", .raw, [0x4d, 0x4d, 0x00, 0x2a]),
    Signature("BigTIFF", nil, [0x49, 0x49, 0x2b, 0x00]),
    Signature("BigTIFF", nil, [0x4d, 0x4d, 0x00, 0x2b]),
    Signature("RAW", .raw, "FUJIFILMCCD-RAW"),
    Signature("RAW", .raw, "IIRO"),
    Signature("RAW", .raw, "IIRS"),
    Signature("RAW", .raw, "MMOR"),
    Signature("RAW", .raw, [0x49, 0x49, 0x55, 0x00]),
    Signature("RAW", nil, [0x00, 0x4d, 0x52, 0x4d]),
    Signature("RAW", nil, "FOVb"),
    // Offset of the pixels and length of the header keep plain text that begins with "BM" out.
    Signature("BMP", nil, Array("BM".utf8) + [nil, nil, nil, nil, 0, 0, 0, 0]),
    Signature("JPEG 2000", nil, [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20]),
    Signature("JPEG 2000", nil, [0xff, 0x4f, 0xff, 0x51]),
    Signature("JPEG XL", nil, [0xff, 0x0a]),
    Signature("JPEG XL", nil, [0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20]),
    Signature("JPEG XR", nil, [0x49, 0x49, 0xbc, 0x01]),
    Signature("PSD", nil, "8BPS"),
    Signature("OpenEXR", nil, [0x76, 0x2f, 0x31, 0x01]),
    Signature("Radiance", nil, "#?RADIANCE"),
    Signature("QOI", nil, "qoif"),
    Signature("farbfeld", nil, "farbfeld"),
    Signature("ICO", nil, [0x00, 0x00, 0x01, 0x00, nil, 0x00]),
    Signature("PNM", nil, "P1\n"),
    Signature("PNM", nil, "P2\n"),
    Signature("PNM", nil, "P3\n"),
    Signature("PNM", nil, "P4\n"),
    Signature("PNM", nil, "P5\n"),
    Signature("PNM", nil, "P6\n"),
    Signature("PNM", nil, "P7\n"),
  ]
}
