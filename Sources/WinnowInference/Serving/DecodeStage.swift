import WinnowCore
import WinnowImaging
import WinnowWire

/// A received picture with the slot it will be decoded into.
struct ReceivedPicture: Sendable {
  let request: PictureRequest
  let slot: Int
}

/// A picture that waits for the engine; its crop lies in its slot.
struct ReadyPicture: Sendable {
  let id: UInt64
  let wantsLogits: Bool
  let slot: Int
  let facts: PictureFacts
}

/// Reads, hashes, decodes and crops pictures, one at a time on each of its threads.
struct DecodeStage: Sendable {
  let limits: DecodeLimits
  let transform: EvaluationTransform
  let pool: CropPool
  let gate: DecodeGate
  /// Bytes for files and pixels of all pictures together.
  let memory: Int
  let threads: Int

  /// How many threads decode: one a processor, as far as each can have room for a picture of 20 megapixels.
  static func threadCount(processors: Int, memory: Int) -> Int {
    max(1, min(processors, memory / (64 << 20)))
  }

  /// Runs on its own thread until `received` is closed.
  func run(from received: BlockingQueue<ReceivedPicture>, to ready: BlockingQueue<ReadyPicture>, answers: WorkerSocket)
  {
    let bytes = PictureBytes(limit: limits.maxBytes)
    while let picture = received.take() {
      var digest: ContentDigest?
      do {
        let facts = try prepare(picture, with: bytes, digest: &digest)
        ready.put(
          ReadyPicture(
            id: picture.request.id, wantsLogits: picture.request.wantsLogits, slot: picture.slot, facts: facts))
      } catch {
        answers.send(
          .refused(id: picture.request.id, Refusal(error.kind, String(error.detail.prefix(500))), digest: digest))
        pool.give(back: picture.slot)
      }
    }
  }

  private func prepare(
    _ picture: ReceivedPicture, with bytes: PictureBytes, digest: inout ContentDigest?
  ) throws(Refusal) -> PictureFacts {
    let size = try PictureBytes.size(of: picture.request.picture)
    let share = memory / threads
    if size <= share / 2 {
      do {
        return try gate.beside { () throws(Refusal) in
          try decode(picture, with: bytes, memory: share - size, digest: &digest)
        }
      } catch {
        // What it lacked may be there when it is decoded alone.
        guard error.kind == .outOfMemory, threads > 1 else { throw error }
      }
    }
    return try gate.alone { () throws(Refusal) in
      try decode(picture, with: bytes, memory: max(0, memory - size), digest: &digest)
    }
  }

  private func decode(
    _ picture: ReceivedPicture, with bytes: PictureBytes, memory: Int, digest: inout ContentDigest?
  ) throws(Refusal) -> PictureFacts {
    var limits = limits
    limits.maxMemory = min(limits.maxMemory, memory)
    let decoder = ImageDecoder(limits: limits)
    return try bytes.read(picture.request.picture) { bytes, hash throws(Refusal) in
      digest = hash
      let decoded = try decoder.decode(bytes, minimumShorterSide: 2 * transform.resize)
      try transform.apply(decoded, into: pool.bytes(of: picture.slot))
      return PictureFacts(
        digest: hash, byteCount: Int64(bytes.count), format: decoded.info.format.rawValue, width: decoded.info.width,
        height: decoded.info.height, perceptualHash: PerceptualHash(decoded).bits,
        captureTime: decoded.info.captureTime?.timestamp, camera: decoded.info.camera.map(Self.shortened))
    }
  }

  /// The protocol allows 256 bytes.
  private static func shortened(_ camera: String) -> String {
    camera.utf8.count <= 256 ? camera : String(decoding: camera.utf8.prefix(253), as: UTF8.self)
  }
}
