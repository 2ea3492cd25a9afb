import SystemPackage
import WinnowCore
import WinnowDataset
import WinnowFiles

/// Looks at made-up pictures: a file's text says what is seen. `CONTENT[ camera=NAME time=SECONDS shows=THING]`, or
/// `broken`. Files of the same text are exact copies, of the same `shows` near duplicates.
final class MadeLooks: PictureLooking {
  private(set) var lookedAt = 0
  /// Called before each look.
  var before: (Int) throws(WinnowError) -> Void = { _ in }

  func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    for (index, subject) in subjects.enumerated() {
      try before(index)
      lookedAt += 1
      try each(index, Self.outcome(subject, wishes))
    }
  }

  private static func outcome(_ subject: LookSubject, _ wishes: LookWishes) -> LookOutcome {
    let bytes: [UInt8]
    do throws(WinnowError) {
      let file = try subject.open()
      bytes = (try? LinuxFileSystem().read(file.raw, at: 0, capacity: 4096)) ?? []
    } catch {
      return .unreadable(error)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var hasher = ContentHasher()
    hasher.update(bytes)
    let digest = hasher.finish()
    guard !text.hasPrefix("broken") else { return .refused(Refusal(.truncated, "it ends early"), digest: digest) }
    guard !text.hasPrefix("text") else { return .refused(Refusal(.notAPicture, "it is no picture"), digest: digest) }
    var fields: [Substring: Substring] = [:]
    for word in text.split(separator: " ").dropFirst() {
      let pair = word.split(separator: "=")
      if pair.count == 2 { fields[pair[0]] = pair[1] }
    }
    let shown = Array((fields["shows"].map(String.init) ?? text).utf8)
    let luma = (0..<PictureSignature.lumaSide * PictureSignature.lumaSide).map { index in
      shown.isEmpty ? 0 : shown[index % shown.count] &* UInt8(truncatingIfNeeded: index / shown.count &+ 1)
    }
    let side = fields["side"].flatMap { Int($0) } ?? 400
    return .looked(
      PictureLook(
        facts: PictureFacts(
          digest: digest, byteCount: Int64(bytes.count), format: fields["format"].map(String.init) ?? "jpeg",
          width: side, height: side, perceptualHash: 0,
          captureTime: fields["time"].flatMap { Double($0) }.map { Timestamp(nanoseconds: Int64($0 * 1e9)) },
          camera: fields["camera"].map(String.init)),
        storage: PictureStorage(colour: fields["colour"].flatMap { .init(rawValue: String($0)) } ?? .rgb),
        measures: PictureMeasures(
          brightness: 0.5, contrast: 0.2, darkest: 0, lightest: 1, entropy: 7, sharpness: 500),
        signature: PictureSignature(
          luma: luma,
          colour: Array(repeating: 128, count: 3 * PictureSignature.colourSide * PictureSignature.colourSide)),
        thumbnail: wishes.thumbnailSide == nil ? [] : [0xFF, 0xD8, 0xFF, 0xD9]), converted: nil)
  }
}
