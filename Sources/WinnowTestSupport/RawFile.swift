/// A file with the structure of a camera's RAW, as far as LibRaw 0.20 looks at it to find the preview: sensor data of
/// zeros, and a JPEG. Made by hand, since no camera's files may lie here.
public struct RawFile {
  public enum Form: String, CaseIterable, Sendable { case cr2, cr3, nef, arw, dng, raf, orf, rw2 }

  public var form: Form
  public var preview: [UInt8]
  /// EXIF's, 1 to 8.
  public var orientation = 1
  /// By the camera's clock.
  public var taken = "2024:02:29 23:59:58"
  /// Behind the decimal point of `taken`.
  public var fraction = "25"
  /// Pixels of the sensor, an even number from 32 on.
  public var side = 64

  public init(_ form: Form, preview: [UInt8]) {
    self.form = form
    self.preview = preview
  }

  public var camera: String {
    switch form {
    case .cr2: "Canon EOS 5D Mark III"
    case .cr3: "Canon EOS R6"
    case .nef: "NIKON CORPORATION NIKON D850"
    case .arw: "SONY ILCE-7M3"
    case .dng: "Winnow Test"
    case .raf: "FUJIFILM X-T3"
    case .orf: "OLYMPUS IMAGING CORP. E-M1"
    case .rw2: "Panasonic DMC-GH4"
    }
  }

  public var bytes: [UInt8] {
    switch form {
    case .cr2: cr2
    case .cr3: CR3(self).bytes
    case .nef: nef
    case .arw: arw
    case .dng: dng
    case .raf: raf
    case .orf: orf
    case .rw2: rw2
    }
  }

  private typealias Directory = TIFFWriter.Directory

  private var sensor: [UInt8] { [UInt8](repeating: 0, count: side * side * 2) }

  private var exif: Directory { [(0x9003, .text(taken)), (0x9291, .text(fraction))] }

  /// What stands in the first directory of all.
  private func main(_ maker: String, _ model: String) -> Directory {
    [
      (0x010f, .text(maker)), (0x0110, .text(model)), (0x0112, .short(orientation)), (0x8769, .directory(exif)),
    ]
  }

  /// A directory for sensor data with a colour filter.
  private func mosaic(_ data: [UInt8], compression: Int = 1, bits: Int = 16) -> Directory {
    [
      (0x00fe, .long(0)), (0x0100, .long(side)), (0x0101, .long(side)), (0x0102, .short(bits)),
      (0x0103, .short(compression)), (0x0106, .short(32803)), (0x0111, .data(data)), (0x0115, .short(1)),
      (0x0116, .long(side)), (0x0117, .long(data.count)), (0x828d, .shorts([2, 2])), (0x828e, .bytes([0, 1, 1, 2])),
    ]
  }

  /// A directory for a JPEG, as those for thumbnails are.
  private var thumbnail: Directory {
    [
      (0x00fe, .long(1)), (0x0103, .short(6)), (0x0201, .data(preview)), (0x0202, .long(preview.count)),
    ]
  }

  /// By their tags, as the standard wants it. Where that would put the sensor data in the middle, directories stay as they
  /// are: in a camera's files these come last, which shows while such a file grows.
  private func sorted(_ directory: Directory) -> Directory { directory.sorted { $0.tag < $1.tag } }

  private var dng: [UInt8] {
    let own: Directory = [
      (0x00fe, .long(1)), (0x0100, .long(32)), (0x0101, .long(32)), (0x0102, .shorts([8, 8, 8])), (0x0103, .short(7)),
      (0x0106, .short(6)), (0x0111, .data(preview)), (0x0115, .short(3)), (0x0117, .long(preview.count)),
      (0xc612, .bytes([1, 4, 0, 0])), (0xc614, .text("Winnow Test")), (0x014a, .directory(mosaic(sensor))),
    ]
    return TIFFWriter().bytes([main("Winnow", "Test") + own])
  }

  private var nef: [UInt8] {
    let small = [UInt8](repeating: 99, count: 8 * 6 * 3)
    let own: Directory = [
      (0x00fe, .long(1)), (0x0100, .long(8)), (0x0101, .long(6)), (0x0102, .shorts([8, 8, 8])), (0x0103, .short(1)),
      (0x0106, .short(2)), (0x0111, .data(small)), (0x0115, .short(3)), (0x0117, .long(small.count)),
      (0x014a, .directories([thumbnail, mosaic(sensor)])),
    ]
    return TIFFWriter(isBigEndian: true).bytes([main("NIKON CORPORATION", "NIKON D850") + own])
  }

  private var cr2: [UInt8] {
    let raw = losslessJPEG
    let own: Directory = [
      (0x0100, .short(32)), (0x0101, .short(32)), (0x0102, .shorts([8, 8, 8])), (0x0103, .short(6)),
      (0x0111, .data(preview)), (0x0117, .long(preview.count)),
    ]
    let last: Directory = [(0x0103, .short(6)), (0x0111, .data(raw)), (0x0117, .long(raw.count))]
    return TIFFWriter(preamble: Array("CR".utf8) + [2, 0, 0, 0, 0, 0])
      .bytes([sorted(main("Canon", "Canon EOS 5D Mark III") + own), last])
  }

  /// The head of a lossless JPEG of two components, and sensor data behind it.
  private var losslessJPEG: [UInt8] {
    let size = Self.big(side, 2) + Self.big(side / 2, 2)
    return [0xff, 0xd8, 0xff, 0xc4, 0, 20, 0, 0, 1] + [UInt8](repeating: 0, count: 14) + [0]
      + [0xff, 0xc3, 0, 14, 14] + size + [2, 1, 0x11, 0, 2, 0x11, 0]
      + [0xff, 0xda, 0, 10, 2, 1, 0, 2, 0, 1, 0, 0] + sensor + [0xff, 0xd9]
  }

  private var arw: [UInt8] {
    let data = Array(sensor.prefix(side * side))
    let own: Directory = [(0x014a, .directory(mosaic(data, compression: 32767, bits: 14)))]
    return TIFFWriter().bytes([thumbnail + main("SONY", "ILCE-7M3") + own])
  }

  /// The preview stands in the maker's note, whose places count from its start.
  private var orf: [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func entry(_ tag: Int, _ type: Int, _ value: Int) -> [UInt8] {
      little(tag, 2) + little(type, 2) + little(1, 4) + little(value, 4)
    }
    let note =
      Array("OLYMPUS".utf8) + [0] + Array("II".utf8) + [3, 0] + little(1, 2) + entry(0x2020, 13, 30) + little(0, 4)
      + little(3, 2) + entry(0x0100, 4, 1) + entry(0x0101, 4, 72) + entry(0x0102, 4, preview.count) + little(0, 4)
      + preview
    let withNote = exif + [(0x927c, .bytes(note))]
    let own: Directory = [
      (0x0100, .long(side)), (0x0101, .long(side)), (0x0102, .short(16)), (0x0103, .short(1)), (0x0106, .short(1)),
      (0x0111, .data(sensor)), (0x0115, .short(1)), (0x0116, .long(side)), (0x0117, .long(sensor.count)),
    ]
    let main =
      main("OLYMPUS IMAGING CORP.", "E-M1").filter { $0.tag != 0x8769 } + [(0x8769, .directory(sorted(withNote)))]
    return TIFFWriter(magic: 0x4f52).bytes([sorted(main + own)])
  }

  private var rw2: [UInt8] {
    let own: Directory = [
      (0x0001, .bytes(Array("0310".utf8))), (0x0002, .short(side)), (0x0003, .short(side)), (0x0004, .short(0)),
      (0x0005, .short(0)), (0x0006, .short(side)), (0x0007, .short(side)), (0x000a, .short(12)),
      (0x000b, .short(34316)), (0x002e, .bytes(preview)), (0x0111, .long(0xffff_ffff)), (0x0117, .long(sensor.count)),
      (0x0118, .data(sensor)),
    ]
    return TIFFWriter(magic: 0x55, preamble: [UInt8](repeating: 0, count: 16))
      .bytes([sorted(main("Panasonic", "DMC-GH4") + own)])
  }

  static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// The preview bears the EXIF block.
  private var raf: [UInt8] {
    let big = Self.big
    let block = Array("Exif".utf8) + [0, 0] + TIFFWriter().bytes([main("FUJIFILM", "X-T3")])
    let picture = Array(preview[..<2]) + [0xff, 0xe1] + big(block.count + 2, 2) + block + preview[2...]
    func padded(_ text: String, _ count: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }
    let sizes = [(0x100, big(side, 2) + big(side, 2)), (0x121, big(side, 2) + big(side, 2))]
    let records = big(sizes.count, 4) + sizes.flatMap { big($0.0, 2) + big($0.1.count, 2) + $0.1 }
    let layout: Directory = [
      (0xf001, .long(side)), (0xf002, .long(side)), (0xf003, .long(14)), (0xf007, .data(sensor)),
      (0xf008, .long(sensor.count)),
    ]
    let data = TIFFWriter().bytes([[(0xf000, .directory(layout))]])
    let places = [picture, records, data].reduce(into: [(160, 0)]) { places, part in
      let start = (places[places.count - 1].0 + places[places.count - 1].1 + 15) / 16 * 16
      places.append((start, part.count))
    }.dropFirst()
    var file = padded("FUJIFILMCCD-RAW 0201FF383501", 28) + padded("X-T3", 32) + padded("0100", 24)
    file += places.flatMap { big($0.0, 4) + big($0.1, 4) }
    for (place, part) in zip(places, [picture, records, data]) {
      file += [UInt8](repeating: 0, count: place.0 - file.count) + part
    }
    return file
  }
}
