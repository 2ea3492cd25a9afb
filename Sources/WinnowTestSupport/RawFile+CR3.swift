extension RawFile {
  /// The boxes of a CR3 that LibRaw needs.
  struct CR3 {
    private let raw: RawFile

    init(_ raw: RawFile) { self.raw = raw }

    var bytes: [UInt8] {
      let type = box("ftyp", Array("crx ".utf8) + big(1, 4) + Array("crx isom".utf8))
      // Places stand in boxes of one length, so any place tells how long they are.
      let data = type.count + directory(previewAt: 0, sensorAt: 0).count + 8
      return type + directory(previewAt: data, sensorAt: data + raw.preview.count)
        + box("mdat", raw.preview + sensor)
    }

    private var sensor: [UInt8] { [UInt8](repeating: 0, count: raw.side * raw.side * 2) }

    private func directory(previewAt preview: Int, sensorAt place: Int) -> [UInt8] {
      let camera: [UInt8] = [
        0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48,
      ]
      let facts = TIFFWriter().bytes([
        [
          (0x0100, .short(raw.side)), (0x0101, .short(raw.side)), (0x010f, .text("Canon")),
          (0x0110, .text("Canon EOS R6")), (0x0112, .short(raw.orientation)),
        ]
      ])
      let times = TIFFWriter().bytes([[(0x9003, .text(raw.taken)), (0x9291, .text(raw.fraction))]])
      return box(
        "moov",
        box("uuid", camera + box("CMT1", facts) + box("CMT2", times))
          + track(box("JPEG", [0, 0, 0, 0]), at: preview, count: raw.preview.count)
          + track(compression, at: place, count: sensor.count))
    }

    private var compression: [UInt8] {
      let size = big(raw.side, 4) + big(raw.side, 4)
      return box(
        "CMP1",
        [0xff, 0xff, 0, 0x30, 1, 0, 0, 0] + size + size + [14, 0x40, 3, 0] + big(64, 4)
          + [UInt8](repeating: 0, count: 32))
    }

    private func track(_ kind: [UInt8], at place: Int, count: Int) -> [UInt8] {
      let zeros = { [UInt8](repeating: 0, count: $0) }
      let description = box(
        "CRAW", zeros(6) + [0, 1] + zeros(16) + big(raw.side, 2) + big(raw.side, 2) + zeros(54) + kind)
      let samples =
        box("stsd", big(0, 4) + big(1, 4) + description) + box("stsz", big(0, 4) + big(count, 4) + big(1, 4))
        + box("co64", big(0, 4) + big(1, 4) + big(place, 8))
      let handler = box("hdlr", zeros(8) + Array("vide".utf8) + zeros(13))
      return box("trak", box("mdia", handler + box("minf", box("stbl", samples))))
    }

    private func box(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
      big(8 + bytes.count, 4) + Array(name.utf8) + bytes
    }

    private func big(_ value: Int, _ count: Int) -> [UInt8] { RawFile.big(value, count) }
  }
}
