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
  /// Where a closer look was asked for: all of it but the scores.
  let look: (look: PictureLook, converted: Int?)?
  /// Whether the feature of the mirrored crop is wanted too.
  let wantsMirror: Bool
}

/// Reads, hashes, decodes and crops pictures, one at a time on each of its threads.
struct DecodeStage: Sendable {
  let limits: DecodeLimits
  let transform: EvaluationTransform
  let pool: CropPool
  let room: DecodingRoom

  /// Runs on its own thread until `received` is closed.
  func run(from received: BlockingQueue<ReceivedPicture>, to ready: BlockingQueue<ReadyPicture>, answers: WorkerSocket)
  {
    let bytes = PictureBytes(limit: limits.maxBytes)
    while let picture = received.take() {
      var digest: ContentDigest?
      do {
        ready.put(try prepare(picture, with: bytes, digest: &digest))
      } catch {
        answers.send(
          .refused(id: picture.request.id, Refusal(error.kind, String(error.detail.prefix(500))), digest: digest))
        pool.give(back: picture.slot)
      }
    }
  }

  private func prepare(
    _ picture: ReceivedPicture, with bytes: PictureBytes, digest: inout ContentDigest?
  ) throws(Refusal) -> ReadyPicture {
    let size = try PictureBytes.size(of: picture.request.picture)
    return try room.decode(fileOf: size) { memory throws(Refusal) in
      try decode(picture, with: bytes, memory: memory, digest: &digest)
    }
  }

  private func decode(
    _ picture: ReceivedPicture, with bytes: PictureBytes, memory: Int, digest: inout ContentDigest?
  ) throws(Refusal) -> ReadyPicture {
    var limits = limits
    limits.maxMemory = min(limits.maxMemory, memory)
    let decoder = ImageDecoder(limits: limits)
    return try bytes.read(picture.request.picture) { bytes, hash throws(Refusal) in
      digest = hash
      let usual = 2 * transform.resize
      var inspection: PictureInspection?
      var wantsLogits = false
      var wantsMirror = false
      switch picture.request.task {
      case .classify(let logits): wantsLogits = logits
      case .look(let wishes, let output):
        inspection = PictureInspection(wishes: wishes, output: output)
        wantsMirror = wishes.mirroredFeature
      case .crop: throw Refusal(.unreadable, "a worker with a model hands out no pixels")
      }
      let minimum = inspection.map { $0.minimumShorterSide.map { max($0, usual) } } ?? usual
      let decoded = try decoder.decode(bytes, minimumShorterSide: minimum)
      try transform.apply(decoded, into: pool.bytes(of: picture.slot))
      let facts = PictureFacts(decoded, digest: hash, byteCount: bytes.count)
      return ReadyPicture(
        id: picture.request.id, wantsLogits: wantsLogits, slot: picture.slot, facts: facts,
        look: try inspection?.look(at: decoded, facts), wantsMirror: wantsMirror)
    }
  }
}
