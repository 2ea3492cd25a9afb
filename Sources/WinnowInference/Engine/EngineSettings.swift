import WinnowCore

/// How a network is run on the CPU.
public struct EngineSettings: Hashable, Sendable {
  public var precision: Precision
  /// What an int8 network computes with between its convolutions.
  public var remainder: Precision
  /// Threads that compute, decoding not counted.
  public var threads: Int
  /// The most pictures in one run.
  public var largestBatch: Int
  /// Whether the engine notes how it computes each layer, which costs a little.
  public var notesLayers = false

  /// - Parameter largestBatch: Nil: two for each thread of a run. Small batches are the faster ones, since their
  ///   activations stay in the cache (one thread a run, AVX-512, img/s of the engine alone at batch 1, 2, 4, 8:
  ///   MobileNetV2 fp32 231, 244, 215, 193; bf16 418, 442, 438, 413; SqueezeNet 1.1 bf16 489, -, 465, 438).
  public init(precision: Precision, remainder: Precision = .fp32, threads: Int, largestBatch: Int? = nil) {
    self.precision = precision
    self.remainder = remainder
    self.threads = max(1, threads)
    self.largestBatch = max(1, largestBatch ?? 2 * Self.threadsPerRun(threads))
  }

  /// One thread on small machines: pictures are many, so nothing is gained by sharing one run among cores. On larger
  /// ones up to four share a run, for each run holds its own copy of all activations (chosen, not measured).
  private static func threadsPerRun(_ threads: Int) -> Int {
    switch threads {
    case ...4: 1
    case ...8: 2
    default: 4
    }
  }

  /// Runs at a time.
  public var streams: Int { threads / Self.threadsPerRun(threads) }

  /// OpenVINO's properties; pinning off, since threads of other programs, and of a draining worker, run here too.
  var properties: [(key: String, value: String)] {
    [
      ("INFERENCE_PRECISION_HINT", precision.hint(remainder: remainder)), ("NUM_STREAMS", String(streams)),
      ("INFERENCE_NUM_THREADS", String(threads)), ("ENABLE_CPU_PINNING", "NO"),
    ] + (notesLayers ? [("PERF_COUNT", "YES")] : [])
  }
}
