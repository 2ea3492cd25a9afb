import Synchronization
import WinnowCore

/// Signatures of made pictures, each made once however many tests want it.
final class MadeSignatures: Sendable {
  private let made = Mutex<[UInt64: PictureSignature]>([:])

  func value(_ seed: UInt64) -> PictureSignature {
    if let known = made.withLock({ $0[seed] }) { return known }
    let signature = MadePicture(seed: seed).signature()
    made.withLock { $0[seed] = signature }
    return signature
  }
}
