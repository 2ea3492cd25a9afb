public import WinnowCore
public import WinnowFiles
public import WinnowWire

/// What came of a `ClassifyJob`.
public enum ClassifyOutcome: Hashable, Sendable {
  /// `scores`: best first, at most ten. `logits`: in label order, empty unless asked for. `familiarity`: −1 to 1, nil where
  /// the model has no class centres.
  case classified(PictureFacts, scores: [WireScore], logits: [Float], familiarity: Float?)
  /// `converted`: how many bytes of JPEG lie in the job's memory file.
  case looked(PictureLook, converted: Int?)
  /// The pixels lie in the job's memory file. `digest`: of the bytes that they are of.
  case cropped(digest: ContentDigest)
  /// `digest` is there wherever all the bytes could be read.
  case refused(Refusal, digest: ContentDigest?)
  /// Nothing is known against the picture: the worker is missing, broken or stopping. Try again later.
  case postponed(WinnowError)
}

/// What a worker is to do with a picture.
public enum PictureTask: Sendable {
  case classify(wantsLogits: Bool)
  /// `output`: the memory file for a conversion, where one is wanted.
  case look(LookWishes, output: MemoryFile?)
  /// The pixels go into the memory file, from `offset` on.
  case crop(CropWish, output: MemoryFile, offset: Int)
}

/// One picture on its way through a worker. It stays on the pool's queue.
public final class ClassifyJob {
  /// Chosen by the caller, unique among the jobs that a pool holds.
  public let id: UInt64
  public let model: ModelVersion
  /// Names the picture in the journal before it is retried alone or set aside.
  public let displayName: String
  public let byteCount: Int64
  public let task: PictureTask
  /// From the moment the worker gets the picture.
  public let deadline: Duration
  /// Kept until the outcome, so that the picture can be sent again.
  let descriptor: OwnedDescriptor
  let completion: (ClassifyOutcome) -> Void

  /// `completion` is called on the pool's queue, exactly once; it may submit further jobs.
  public init(
    id: UInt64, model: ModelVersion, descriptor: consuming OwnedDescriptor, displayName: String, byteCount: Int64,
    task: PictureTask = .classify(wantsLogits: false), deadline: Duration? = nil,
    completion: @escaping (ClassifyOutcome) -> Void
  ) {
    self.id = id
    self.model = model
    self.descriptor = descriptor
    self.displayName = displayName
    self.byteCount = byteCount
    self.task = task
    self.deadline = deadline ?? Self.standardDeadline(byteCount: byteCount)
    self.completion = completion
  }

  /// 30 seconds, and one more for each 4 MiB: chosen, not measured; a slow network share reads more than that.
  public static func standardDeadline(byteCount: Int64) -> Duration {
    .seconds(30 + max(0, byteCount) / (4 << 20))
  }
}
