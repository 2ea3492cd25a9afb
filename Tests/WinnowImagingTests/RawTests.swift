import Foundation
import Testing
import WinnowCore
import WinnowImaging
import WinnowTestSupport

@Suite("RAW")
struct RawTests {
  private static let red: [UInt8] = [217, 26, 26]
  /// Wider than high, so that it shows how it was turned.
  private static let preview = PlainJPEG(width: 32, height: 16, colour: red).bytes

  private func exif(_ orientation: Int) -> [UInt8] { TIFFWriter().bytes([[(0x0112, .short(orientation))]]) }

  @Test("of every form the preview is what is decoded", arguments: RawFile.Form.allCases)
  func preview(form: RawFile.Form) throws {
    let seed = try SharedData.seed("jpeg/baseline.jpg")
    let found = try decode(RawFile(form, preview: seed).bytes)
    #expect(found.info.format == .raw)
    #expect(found.pixels == (try decode(seed).pixels))
    #expect(found.info.width == 20 && found.info.height == 14)
  }

  @Test("it lies as the RAW says, unless the preview says how it lies itself", arguments: RawFile.Form.allCases)
  func orientation(form: RawFile.Form) throws {
    // The preview of a RAF says so always.
    for orientation in 1...8 {
      var raw = RawFile(form, preview: Self.preview)
      raw.orientation = orientation
      let found = try decode(raw.bytes).info
      #expect(found.appliedOrientation == orientation)
      #expect((found.width, found.height) == (orientation < 5 ? (32, 16) : (16, 32)))
    }
    guard form != .raf else { return }
    var raw = RawFile(form, preview: PlainJPEG(width: 32, height: 16, colour: Self.red, exif: exif(3)).bytes)
    raw.orientation = 6
    #expect(try decode(raw.bytes).info.appliedOrientation == 3)
  }

  @Test("camera and time are the RAW's", arguments: RawFile.Form.allCases)
  func facts(form: RawFile.Form) throws {
    let raw = RawFile(form, preview: Self.preview)
    let found = try decode(raw.bytes).info
    #expect(found.camera == raw.camera)
    #expect(found.captureTime?.timestamp == Timestamp(seconds: 1_709_251_198, nanoseconds: 250_000_000))
  }

  @Test("the preview is decoded at a smaller scale, like any JPEG")
  func scaled() throws {
    let preview = PlainJPEG(width: 640, height: 320, colour: Self.red).bytes
    let found = try decode(RawFile(.nef, preview: preview).bytes, minimumShorterSide: 80)
    #expect(found.pixels.width == 160 && found.info.width == 640)
  }

  @Test("a TIFF that is no RAW stays unread, whoever wrote it", arguments: [8, 16], [1, 3])
  func plainTIFF(bits: Int, samples: Int) {
    for maker in [[], [(0x010f, .text("Canon")), (0x0110, .text("Canon EOS 5D"))]] as [TIFFWriter.Directory] {
      let data = [UInt8](repeating: 7, count: 64 * 64 * samples * bits / 8)
      let picture: TIFFWriter.Directory = [
        (0x0100, .long(64)), (0x0101, .long(64)), (0x0102, .shorts(Array(repeating: bits, count: samples))),
        (0x0103, .short(1)), (0x0106, .short(samples == 3 ? 2 : 1)), (0x0111, .data(data)), (0x0115, .short(samples)),
        (0x0116, .long(64)), (0x0117, .long(data.count)),
      ]
      let file = TIFFWriter().bytes([(maker + picture).sorted { $0.tag < $1.tag }])
      #expect(refusal(file)?.kind == .unsupportedFormat)
      // Not quarantined either while it grows.
      #expect(refusal(Array(file.prefix(file.count / 2)))?.kind == .unsupportedFormat)
    }
  }

  @Test("a RAW without a preview in JPEG is a format that is not supported", arguments: RawFile.Form.allCases)
  func noPreview(form: RawFile.Form) {
    let found = refusal(RawFile(form, preview: [UInt8](repeating: 0x20, count: 600)).bytes)
    #expect(found?.kind == .unsupportedFormat && found?.detail.isEmpty == false)
  }

  @Test("a RAW that is still growing is never decoded by its preview", arguments: RawFile.Form.allCases)
  func truncation(form: RawFile.Form) {
    var raw = RawFile(form, preview: Self.preview)
    raw.side = 256
    let file = raw.bytes
    for count in stride(from: 12, to: file.count - (17 << 10), by: 3001) {
      let found = refusal(Array(file.prefix(count)))
      #expect(found?.kind == .truncated || found?.kind == .unsupportedFormat, "\(count) of \(file.count) bytes")
      // Once its head is there, it is known for what it is.
      if count > 16 << 10 { #expect(found?.kind == .truncated, "\(count) of \(file.count) bytes") }
    }
    #expect(refusal(file) == nil)
  }

  @Test("a preview that ends early is truncated")
  func truncatedPreview() {
    let preview = PlainJPEG(width: 320, height: 320, colour: Self.red).bytes
    #expect(refusal(RawFile(.nef, preview: Array(preview.prefix(preview.count / 2))).bytes)?.kind == .truncated)
  }

  @Test("limits hold for the preview")
  func limits() {
    let file = RawFile(.dng, preview: Self.preview).bytes
    #expect(refusal(file, limits: DecodeLimits(maxPixels: 511))?.kind == .tooLarge)
    #expect(refusal(file, limits: DecodeLimits(maxMemory: 32 * 16 * 3 - 1))?.kind == .outOfMemory)
    #expect(refusal(file, limits: DecodeLimits(maxSeconds: 0))?.kind == .timedOut)
    #expect(refusal(file, limits: DecodeLimits(maxPixels: 512, maxMemory: 32 * 16 * 3)) == nil)
  }

  @Test("a directory that leads to itself, or names pieces without end, is read once")
  func circles() {
    var file = RawFile(.dng, preview: Self.preview).bytes
    let count = Int(file[8]) | Int(file[9]) << 8
    // The next directory is the first.
    file.replaceSubrange(10 + 12 * count..<14 + 12 * count, with: [8, 0, 0, 0])
    #expect(refusal(file) == nil)
  }

  @Test("a RAW that leads LibRaw in circles is given up when its time is up")
  func boxesWithoutEnd() {
    // A box that has its length in 64 bits, which are 0, is followed by itself.
    let type: [UInt8] = [0, 0, 0, 24] + Array("ftypcrx ".utf8) + [0, 0, 0, 1] + Array("crx isom".utf8)
    let file =
      type + [0, 0, 0, 72] + Array("moov".utf8) + [0, 0, 0, 1] + Array("none".utf8) + [UInt8](repeating: 0, count: 56)
    #expect(refusal(file, limits: DecodeLimits(maxSeconds: 0.2))?.kind == .timedOut)
  }

  @Test("the seeds of fuzzing are what RawFile writes", arguments: RawFile.Form.allCases)
  func seeds(form: RawFile.Form) throws {
    var raw = RawFile(form, preview: Self.preview)
    raw.side = 32
    raw.orientation = 6
    let name = "raw/\(form.rawValue).\(form.rawValue)"
    // A changed writer: remove the seed and run this test twice.
    if !SharedData.exists(SharedData.seeds.appendingPathComponent(name)) {
      try Data(raw.bytes).write(to: SharedData.seeds.appendingPathComponent(name))
      Issue.record("\(name) was missing and is written now")
    }
    #expect(try SharedData.seed(name) == raw.bytes)
  }
}
