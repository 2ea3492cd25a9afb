/// The few fields of an EXIF block that Winnow uses (CIPA DC-008, "Exif 2.32").
///
/// Every field is optional and stands alone: what is broken counts as absent. Reading looks at each entry of two
/// directories once, so a hostile block costs no more than its length.
struct ExifBlock {
  /// 1 to 8.
  var orientation: Int?
  var captureTime: CaptureTime?
  var camera: String?

  /// - Parameter bytes: from the byte-order mark on.
  init(_ bytes: UnsafeRawBufferPointer) {
    guard let block = TIFFBlock(bytes) else { return }
    let main = block.firstDirectory
    let photo = main[.exifDirectory].flatMap(block.integer).map(block.directory) ?? [:]
    read(main: main, of: block, photo: photo, of: block)
  }

  /// Of two structures, whose first directories are the main one and the one for EXIF.
  init(main: TIFFBlock, photo: TIFFBlock) {
    read(main: main.firstDirectory, of: main, photo: photo.firstDirectory, of: photo)
  }

  private mutating func read(
    main: [TIFFBlock.Tag: TIFFBlock.Entry], of mainBlock: TIFFBlock, photo: [TIFFBlock.Tag: TIFFBlock.Entry],
    of photoBlock: TIFFBlock
  ) {
    if let value = main[.orientation].flatMap(mainBlock.integer), (1...8).contains(value) { orientation = value }
    func mainText(_ tag: TIFFBlock.Tag) -> String? { main[tag].flatMap(mainBlock.text) }
    func photoText(_ tag: TIFFBlock.Tag) -> String? { photo[tag].flatMap(photoBlock.text) }
    for (time, subsecond, offset) in [
      (photoText(.dateTimeOriginal), photoText(.subsecondOriginal), photoText(.offsetOriginal)),
      (photoText(.dateTimeDigitised), photoText(.subsecondDigitised), photoText(.offsetDigitised)),
      (mainText(.dateTime), photoText(.subsecond), photoText(.offset)),
    ] where captureTime == nil {
      captureTime = time.flatMap { CaptureTime(text: $0, subsecond: subsecond, offset: offset) }
    }
    camera = Self.camera(maker: mainText(.maker), model: mainText(.model))
  }

  private static func camera(maker: String?, model: String?) -> String? {
    guard let model else { return maker }
    guard let maker, !model.lowercased().hasPrefix(maker.lowercased()) else { return model }
    return "\(maker) \(model)"
  }
}

extension TIFFBlock.Tag {
  fileprivate static let maker: Self = 0x010f
  fileprivate static let model: Self = 0x0110
  fileprivate static let orientation: Self = 0x0112
  fileprivate static let dateTime: Self = 0x0132
  fileprivate static let exifDirectory: Self = 0x8769
  fileprivate static let dateTimeOriginal: Self = 0x9003
  fileprivate static let dateTimeDigitised: Self = 0x9004
  fileprivate static let offset: Self = 0x9010
  fileprivate static let offsetOriginal: Self = 0x9011
  fileprivate static let offsetDigitised: Self = 0x9012
  fileprivate static let subsecond: Self = 0x9290
  fileprivate static let subsecondOriginal: Self = 0x9291
  fileprivate static let subsecondDigitised: Self = 0x9292
}
