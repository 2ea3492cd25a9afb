import Glibc
import SystemPackage
import Testing
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision

/// Tells of each file what its text says: words such as `seed=3 width=640 format=png light=0.1 class=1`, or `broken`.
/// The JPEG it makes of one is `JPEG of ` and the text.
final class DescribedPictures: PictureLooking {
  /// Called before each look; a test cancels in it.
  var beforeLook: (Int) throws(WinnowError) -> Void = { _ in }
  var afterLook: (Int) -> Void = { _ in }
  private(set) var lookCount = 0
  private(set) var conversionCount = 0

  func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    for (index, subject) in subjects.enumerated() {
      try beforeLook(lookCount)
      lookCount += 1
      let outcome = outcome(subject, wishes)
      afterLook(lookCount - 1)
      try each(index, outcome)
    }
  }

  private func outcome(_ subject: LookSubject, _ wishes: LookWishes) -> LookOutcome {
    let bytes: [UInt8]
    do throws(WinnowError) {
      let file = try subject.open()
      bytes = Self.read(file.raw)
    } catch {
      return .unreadable(error)
    }
    var hasher = ContentHasher()
    hasher.update(bytes)
    let digest = hasher.finish()
    let text = String(decoding: bytes, as: UTF8.self)
    if text.contains("broken") { return .refused(Refusal(.truncated, "the data end early"), digest: digest) }
    var words: [String: String] = [:]
    for word in text.split(separator: " ") {
      let sides = word.split(separator: "=")
      if sides.count == 2 { words[String(sides[0])] = String(sides[1]) }
    }
    func number(_ key: String, _ usual: Double) -> Double { words[key].flatMap { Double($0) } ?? usual }
    guard
      var look = try? MadeLook.of(
        Self.signature(UInt64(number("seed", 1))), digest: digest, size: Int64(bytes.count),
        format: words["format"] ?? "jpeg", width: Int(number("width", 640)), height: Int(number("height", 480)))
    else { return .refused(Refusal(.corrupt, "cannot be made"), digest: digest) }
    look.measures.lightest = Float(number("light", 0.95))
    look.measures.darkest = Float(number("dark", 0.02))
    look.measures.contrast = Float(number("contrast", 0.2))
    look.measures.sharpness = Float(number("sharp", 900))
    look.storage.orientation = Int(number("orientation", 1))
    if let grey = words["colour"] { look.storage.colour = PictureStorage.Colour(rawValue: grey) ?? .rgb }
    if let index = words["class"].flatMap({ Int($0) }) {
      look.scores = [
        ClassProbability(index: index, probability: 0.9), ClassProbability(index: 1 - index, probability: 0.1),
      ]
    }
    guard wishes.conversion else { return .looked(look, converted: nil) }
    conversionCount += 1
    return .looked(look, converted: Self.memoryFile("JPEG of \(text)"))
  }

  private static func signature(_ seed: UInt64) -> PictureSignature {
    known.value(seed)
  }

  /// Each made once: they cost a tenth of a second in a debug build.
  private static let known = MadeSignatures()

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(0, count)))
  }

  private static func memoryFile(_ text: String) -> SharedBytes? {
    var template = Array("/tmp/winnow-jpeg-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    unlink(template)
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { return nil }
    return SharedBytes(MemoryFile(OwnedDescriptor(descriptor)), count: bytes.count)
  }
}
