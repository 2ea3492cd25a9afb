import WinnowCore
import WinnowDataset
import WinnowFiles

/// A picture in a format of the tests' own, which `CrawlLooker` reads: a header line with side, motif and quality, then
/// as many bytes as it says. Pictures of one motif look the same.
enum MadePicture {
  static func bytes(_ motif: Int, side: Int = 640, quality: Int = 0, length: Int = 3000) -> [UInt8] {
    Array("PICTURE \(motif) \(side) \(quality) \(length)\n".utf8)
      + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ motif &* 7 &+ quality) }
  }

  static func outcome(_ bytes: [UInt8]) -> LookOutcome {
    var hasher = ContentHasher()
    hasher.update(bytes)
    let digest = hasher.finish()
    guard bytes.starts(with: "PICTURE ".utf8), let end = bytes.firstIndex(of: 0x0A) else {
      return .refused(Refusal(.notAPicture, "no picture"), digest: digest)
    }
    let numbers = String(decoding: bytes[8..<end], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 4, bytes.count == end + 1 + numbers[3] else {
      return .refused(Refusal(.truncated, "it ends early"), digest: digest)
    }
    let facts = PictureFacts(
      digest: digest, byteCount: Int64(bytes.count), format: "jpeg", width: numbers[1], height: numbers[1] * 3 / 4,
      perceptualHash: 0)
    let measures = PictureMeasures(
      brightness: 0.5, contrast: 0.2, darkest: 0, lightest: 1, entropy: 7, sharpness: 100)
    return .looked(
      PictureLook(
        facts: facts, storage: PictureStorage(colour: .rgb), measures: measures,
        signature: signature(motif: numbers[0], quality: numbers[2])), converted: nil)
  }

  /// Smooth random hills, the same for each quality but for a little noise.
  private static func signature(motif: Int, quality: Int) -> PictureSignature {
    func hill(_ x: Int, _ y: Int, _ channel: Int) -> Double {
      var state = UInt64(motif &* 1000 &+ channel &* 100 &+ y &* 10 &+ x) &* 0x9E37_79B9_7F4A_7C15
      state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
      return Double((state ^ state >> 31) % 200) + 28
    }
    func luma(_ x: Int, _ y: Int) -> UInt8 {
      let (u, v) = (Double(x) / 8, Double(y) / 8)
      let (i, j) = (Int(u), Int(v))
      let (a, b) = (u - Double(i), v - Double(j))
      let top = hill(i, j, 0) * (1 - a) + hill(i + 1, j, 0) * a
      let bottom = hill(i, j + 1, 0) * (1 - a) + hill(i + 1, j + 1, 0) * a
      return UInt8(top * (1 - b) + bottom * b) &+ UInt8((x * 7 + y * 3 + quality) % 3)
    }
    let side = PictureSignature.lumaSide
    return PictureSignature(
      luma: (0..<side * side).map { luma($0 % side, $0 / side) },
      colour: (0..<192).map { UInt8(hill($0 / 3 % 8, $0 / 24, 0)) })
  }
}

/// Looks at the tests' own pictures, three in flight, like a worker that takes its time.
final class CrawlLooker: PictureLooking {
  /// Looks told of; the error is thrown once there were so many.
  private(set) var count = 0
  private let end: (after: Int, error: WinnowError)?

  init(endingAfter end: (after: Int, error: WinnowError)? = nil) { self.end = end }

  func look(
    at subjects: some Sequence<LookSubject>, _ wishes: LookWishes,
    each: (Int, LookOutcome) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    var inFlight: [LookOutcome] = []
    var told = 0
    func tell() throws(WinnowError) {
      if let end, count >= end.after { throw end.error }
      count += 1
      let outcome = inFlight.removeFirst()
      told += 1
      try each(told - 1, outcome)
    }
    for subject in subjects {
      do throws(WinnowError) {
        inFlight.append(MadePicture.outcome(try Self.read(subject)))
      } catch {
        inFlight.append(.unreadable(error))
      }
      if inFlight.count > 3 { try tell() }
    }
    while !inFlight.isEmpty { try tell() }
  }

  private static func read(_ subject: LookSubject) throws(WinnowError) -> [UInt8] {
    let descriptor = try subject.open()
    do throws(SystemFault) {
      var bytes: [UInt8] = []
      while true {
        let more = try LinuxFileSystem().read(descriptor.raw, at: Int64(bytes.count), capacity: 1 << 20)
        if more.isEmpty { return bytes }
        bytes += more
      }
    } catch {
      throw error.about(subject.name)
    }
  }
}
