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
    let shown = fields["shows"].map(String.init) ?? text
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
        signature: signature(of: shown),
        thumbnail: wishes.thumbnailSide == nil ? [] : [0xFF, 0xD8, 0xFF, 0xD9]), converted: nil)
  }

  /// Blurred patches as different as photos are, the same for the same text.
  private static func signature(of shown: String) -> PictureSignature {
    var dice = SeededDice(seed: shown.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
    let side = PictureSignature.lumaSide
    let patches = (0..<81).map { _ in Double(dice.next() % 256) }
    let luma = (0..<side * side).map { index -> UInt8 in
      let (row, column) = (Double(index / side) / 8, Double(index % side) / 8)
      let (top, left) = (Int(row), Int(column))
      let (down, right) = (row - Double(top), column - Double(left))
      let upper = patches[top * 9 + left] * (1 - right) + patches[top * 9 + left + 1] * right
      let lower = patches[top * 9 + 9 + left] * (1 - right) + patches[top * 9 + 10 + left] * right
      return UInt8(upper * (1 - down) + lower * down)
    }
    let colour = (0..<3 * PictureSignature.colourSide * PictureSignature.colourSide).map { _ in
      UInt8(truncatingIfNeeded: dice.next())
    }
    return PictureSignature(luma: luma, colour: colour)
  }
}

/// SplitMix64: numbers that look random and are the same for the same seed.
private struct SeededDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
