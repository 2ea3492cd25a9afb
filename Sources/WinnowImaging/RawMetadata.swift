extension ExifBlock {
  /// What a RAW says of its picture.
  ///
  /// - Parameters:
  ///   - preview: of the JPEG in it. How a preview lies it knows best itself, where it says so.
  ///   - orientation: by LibRaw, 1 to 8.
  init(raw file: UnsafeRawBufferPointer, preview: ExifBlock, orientation: Int?) {
    // Most RAW files are EXIF blocks themselves.
    var own = ExifBlock(file)
    if let (main, photo) = Self.canonBlocks(in: file) { own = ExifBlock(main: main, photo: photo) }
    self = own
    self.orientation = preview.orientation ?? orientation
    captureTime = own.captureTime ?? preview.captureTime
    camera = own.camera ?? preview.camera
  }

  /// The two directories of a CR3, each a TIFF structure in a box of its own.
  private static func canonBlocks(in file: UnsafeRawBufferPointer) -> (TIFFBlock, TIFFBlock)? {
    let canon: [UInt8] = [
      0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48,
    ]
    func block(_ name: String, in boxes: [MediaBox]) -> TIFFBlock? {
      boxes.first { $0.name == name }.flatMap { TIFFBlock(UnsafeRawBufferPointer(rebasing: file[$0.content])) }
    }
    guard file.count >= 12, file[4..<12].elementsEqual("ftypcrx ".utf8),
      let movie = MediaBox.all(in: 0..<file.count, of: file).first(where: { $0.name == "moov" }),
      let own = MediaBox.all(in: movie.content, of: file).first(where: {
        $0.name == "uuid" && file[$0.content].starts(with: canon)
      })
    else { return nil }
    let boxes = MediaBox.all(in: own.content.dropFirst(canon.count), of: file)
    guard let main = block("CMT1", in: boxes), let photo = block("CMT2", in: boxes) else { return nil }
    return (main, photo)
  }
}
