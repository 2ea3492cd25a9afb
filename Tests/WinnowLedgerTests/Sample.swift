import SystemPackage
import WinnowCore

/// Values for tests, all different where they can be.
enum Sample {
  static let inbox = FilePath("/srv/camera/inbox")
  static let output = FilePath("/srv/camera/sorted")

  static func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + seconds) }
  static func arriving(_ name: String) -> Place { Place(root: inbox, relative: FilePath(name)) }
  static func sorted(_ path: String) -> Place { Place(root: output, relative: FilePath(path)) }

  static func digest(_ number: Int64) -> ContentDigest {
    ContentDigest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: (number &+ 1) &* (Int64($0) &+ 3)) })!
  }

  static func fingerprint(_ number: Int64) -> FileFingerprint {
    FileFingerprint(
      handle: [1, 0, 0, 0, UInt8(truncatingIfNeeded: number), 7, 255], inode: .max - UInt64(number), born: time(-5),
      size: 100_000 + number, modified: time(-4))
  }

  static func picture(
    _ id: Int64, name: String = "a.jpg", inbox: String = "camera", state: PictureState = .sorted,
    place: Place? = nil, reason: String = "daisy at 0.93, at least 0.80", digest: ContentDigest? = nil
  ) -> PictureRecord {
    let digest = digest ?? self.digest(id)
    return PictureRecord(
      id: id, inbox: inbox, place: place ?? arriving(name), state: state, fingerprint: fingerprint(id),
      reason: reason, digest: digest,
      facts: PictureFacts(
        digest: digest, byteCount: 100_000 + id, format: "jpeg", width: 4000, height: 3000,
        perceptualHash: 0xFEDC_BA98_7654_3210, captureTime: time(-86_400), camera: "Canon EOS R5"),
      top: (0..<10).map { ClassScore(index: $0 * 100, label: "class \($0)", probability: 1 / Double($0 + 2)) },
      model: ModelVersion(name: "flowers", version: 3), time: time(id))
  }

  static func arrival(of intent: MoveIntent, at seconds: Int64 = 10) -> MoveOutcome {
    MoveOutcome(intent: intent, result: .arrived(fingerprint(intent.picture + 1000)), time: time(seconds))
  }

  static func abandonment(
    of intent: MoveIntent, _ fate: MoveFate, _ message: String = "the disk is full", at seconds: Int64 = 10
  ) -> MoveOutcome {
    MoveOutcome(
      intent: intent, result: .abandoned(WinnowError(.systemCall, message), fate), time: time(seconds))
  }
}
